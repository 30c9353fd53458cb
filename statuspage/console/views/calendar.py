"""The settlement calendar: a year at a time, how it is loaded, and who stands for it."""

from dataclasses import dataclass
from typing import Any, Final

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from statuspage.console.access import decides, reads, staff_of, writes
from statuspage.console.forms.calendar import NoticeTextForm, ReviewForm
from statuspage.console.proposals import waiting
from statuspage.console.year_sheet import WEEKDAYS, months, special_runs
from statuspage.settlement.calendar.differences import Change, difference
from statuspage.settlement.calendar.library import library_days
from statuspage.settlement.calendar.models import CalendarProfile, CalendarYear, YearStatus
from statuspage.settlement.calendar.notice_text import HolidayNotice
from statuspage.settlement.calendar.selectors import calendar_of, profiles, years
from statuspage.settlement.calendar.services import notice_load, year_load, year_review
from statuspage.settlement.workdays import NotYetPublished

FIRST_YEAR: Final = 2004
LAST_YEAR: Final = 2099


@dataclass(frozen=True)
class Asked:
    """The profile and the year that an address asks for."""

    profile: CalendarProfile
    year: int

    @property
    def row(self) -> CalendarYear | None:
        """What is known about the year."""
        return years(self.profile.code).filter(year=self.year).first()

    def address(self, name: str, year: int | None = None) -> str:
        """One of this room's pages, for the same profile."""
        return f"{reverse(f'console:{name}')}?profile={self.profile.code}&year={year or self.year}"

    def context(self) -> dict[str, Any]:
        """What every page of the calendar shows."""
        known = calendar_of(self.profile.code)
        loaded = self.year in known.years
        return {
            "profiles": profiles(),
            "profile": self.profile,
            "year": self.year,
            "row": self.row,
            "loaded": loaded,
            "runs": special_runs(known, self.year) if loaded else [],
            "months": months(known, self.year) if loaded else [],
            "weekdays": WEEKDAYS,
            "previous": self.address("calendar", self.year - 1),
            "next": self.address("calendar", self.year + 1),
            "waiting": waiting().filter(kind="calendar_change"),
            "here": self.address("calendar"),
            "load": self.address("calendar_load"),
            "review": self.address("calendar_review"),
        }


@reads
def calendar(request: HttpRequest) -> HttpResponse:
    """A year of a profile."""
    return render(request, "console/calendar.html", _asked(request).context())


@writes
def calendar_load(request: HttpRequest) -> HttpResponse:
    """Paste a notice, or ask the library; look at the difference; save it."""
    asked = _asked(request)
    form = NoticeTextForm(request.POST or None)
    context = {**asked.context(), "form": form, "complain": form.is_bound}
    if form.is_bound and form.is_valid():
        try:
            notice = form.notice(asked.year)
            if request.POST.get("step") == "save":
                return _save(request, asked, notice)
            context |= _difference(asked, notice)
        except NotYetPublished:
            form.add_error(None, _("The library does not know this year yet. Paste the notice."))
        except ValidationError as error:
            form.add_error(None, error)
    return render(request, "console/calendar_load.html", context)


@decides
def calendar_review(request: HttpRequest) -> HttpResponse:
    """A second person looks at a loaded year and stands for it."""
    asked = _asked(request)
    form = ReviewForm(request.POST or None)
    if form.is_bound and form.is_valid():
        try:
            year_review(
                profile=asked.profile.code,
                year=asked.year,
                by=staff_of(request),
                loaded_at=form.cleaned_data["loaded_at"],
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("%(year)d is reviewed.") % {"year": asked.year})
            return redirect(asked.address("calendar"))
    context = {**asked.context(), "form": form, "complain": form.is_bound}
    return render(request, "console/calendar_review.html", context)


def _save(request: HttpRequest, asked: Asked, notice: HolidayNotice | None) -> HttpResponse:
    staff, profile = staff_of(request), asked.profile.code
    changes = (
        notice_load(profile=profile, notice=notice, by=staff)
        if notice
        else year_load(profile=profile, year=asked.year, by=staff)
    )
    said = ngettext("Loaded: %(n)d day changed.", "Loaded: %(n)d days changed.", len(changes))
    messages.success(request, said % {"n": len(changes)})
    return redirect(asked.address("calendar"))


def _difference(asked: Asked, notice: HolidayNotice | None) -> dict[str, Any]:
    """What saving would do; a notice that contradicts itself is shown, but not to be saved."""
    changes = _changes(asked, notice)
    fresh = asked.row is None or asked.row.status == YearStatus.UNPUBLISHED
    return {
        "looked": True,
        "notice": notice,
        "changes": changes,
        "savable": bool(changes or fresh) and not (notice and notice.problems),
    }


def _changes(asked: Asked, notice: HolidayNotice | None) -> list[Change]:
    if notice is None:
        return difference(asked.profile, asked.year, library_days(asked.year))
    known = calendar_of(asked.profile.code).years
    before = {day.year for day in notice.days if day.year != asked.year and day.year in known}
    return [
        change
        for year in sorted(before | {asked.year})
        for change in difference(
            asked.profile,
            year,
            notice.days,
            only_named=notice.partial or year != asked.year,
        )
    ]


def _asked(request: HttpRequest) -> Asked:
    """From the address; this year of the domestic profile where it names none."""
    code = request.GET.get("profile", "domestic")
    profile = profiles().filter(code=code).first() if "\x00" not in code else None
    written = request.GET.get("year", str(timezone.localdate().year))
    year = int(written) if written.isascii() and written.isdigit() and len(written) == 4 else 0
    if profile is None or not FIRST_YEAR <= year <= LAST_YEAR:
        raise Http404
    return Asked(profile, year)
