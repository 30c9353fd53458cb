"""Load a calendar's year from a notice or the library, and review it; several calendars at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from statuspage.calendar.differences import DayChange, difference
from statuspage.calendar.library import library_days
from statuspage.calendar.models import CalendarProfile, CalendarYear, YearStatus
from statuspage.calendar.notice_text import HolidayNotice, with_extensions
from statuspage.calendar.selectors import calendar_of, profiles, years
from statuspage.calendar.together import for_each, load_together, review_together
from statuspage.calendar.workdays import NotInCalendar, NotYetPublished
from statuspage.console.access import permits, staff_of
from statuspage.console.forms.calendar_years import NoticeTextForm, ReviewForm
from statuspage.console.holidays import by_notice
from statuspage.console.sheets import special_runs
from statuspage.console.views.calendar import CalendarRequest, asked_of
from statuspage.staff.permissions import Act
from statuspage.statements.texts import for_reader

INCOMPLETE: Final = gettext_lazy(
    "The notice leaves out a holiday. Paste the whole notice, or say why it is complete."
)
# By whether the year lies before those of the library.
NO_DATA: Final = {
    False: gettext_lazy(
        "The built-in holiday data does not include this year yet. Paste the notice."
    ),
    True: gettext_lazy("The built-in holiday data begins later than this year. Paste the notice."),
}


@dataclass(frozen=True)
class Prepared:
    """What loading would change in one calendar.

    `to_publish` are days of a reviewed year: saving refuses them, a notice changes them. `fresh`
    is a year that was never loaded.
    """

    profile: CalendarProfile
    notice: HolidayNotice | None
    changes: Sequence[DayChange]
    to_publish: Sequence[tuple[DayChange, DayChange, str]]
    fresh: bool

    @property
    def problems(self) -> Sequence[str]:
        """Contradictions in the notice."""
        return self.notice.problems if self.notice else ()


@permits(Act.LOAD_CALENDAR)
def calendar_load(request: HttpRequest) -> HttpResponse:
    """Load a year from a pasted notice or the library: show the differences, then save."""
    asked = asked_of(request)
    form = NoticeTextForm(request.POST or None, asked.profile, asked.year)
    context = {**asked.context(), "form": form, "complain": form.is_bound}
    if form.is_bound and form.is_valid():
        try:
            notice = form.notice()
            context |= _differences(form, notice)
            reason = form.cleaned_data["reason"]
            if request.POST.get("step") != "save":
                pass
            elif notice and notice.doubts and not reason:
                form.add_error("reason", INCOMPLETE)
            else:
                return _save(request, asked, form, notice)
        except NotYetPublished as error:
            form.add_error(None, NO_DATA[isinstance(error, NotInCalendar)])
        except ValidationError as error:
            form.add_error(None, error)
    return render(request, "console/calendar_load.html", context)


@permits(Act.REVIEW_CALENDAR)
def calendar_review(request: HttpRequest) -> HttpResponse:
    """Let a second person review a loaded year, in every calendar that the same notice filled."""
    asked = asked_of(request)
    others = _alike(asked)
    form = ReviewForm(request.POST or None, others)
    if form.is_bound and form.is_valid():
        try:
            review_together(form.loads(asked.profile), year=asked.year, by=staff_of(request))
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("%(year)d is now reviewed.") % {"year": asked.year})
            return redirect(asked.address("calendar"))
    context = {
        **asked.context(),
        "form": form,
        "complain": form.is_bound,
        "others": [
            (load, one, special_runs(calendar_of(one.profile.code), asked.year))
            for load, one in form.others.items()
        ],
    }
    return render(request, "console/calendar_review.html", context)


def _alike(asked: CalendarRequest) -> list[CalendarYear]:
    """Return the other calendars' same year where it waits for review from the same source."""
    row = asked.row
    if row is None or row.status != YearStatus.LOADED:
        return []
    loaded = {"year": asked.year, "status": YearStatus.LOADED, "source": row.source}
    return [
        one
        for profile in profiles().exclude(pk=asked.profile.pk)
        for one in years(profile.code).filter(**loaded, loaded_by=row.loaded_by)
    ]


def _save(
    request: HttpRequest,
    asked: CalendarRequest,
    form: NoticeTextForm,
    notice: HolidayNotice | None,
) -> HttpResponse:
    calendars = form.calendars
    found = load_together(
        calendars,
        year=asked.year,
        notice=notice,
        by=staff_of(request),
        reason=form.cleaned_data["reason"],
    )
    for profile, changes in zip(calendars, found, strict=True):
        said = ngettext("Loaded: %(n)d day changed.", "Loaded: %(n)d days changed.", len(changes))
        said %= {"n": len(changes)}
        if len(calendars) > 1:
            name = {"calendar": for_reader(profile.name), "said": said}
            said = _("%(calendar)s: %(said)s") % name
        messages.success(request, said)
    return redirect(asked.address("calendar"))


def _differences(form: NoticeTextForm, notice: HolidayNotice | None) -> dict[str, Any]:
    """Return the changes that saving would make; a notice with contradictions cannot be saved."""
    found = for_each(form.calendars, lambda one: _prepared(one, form.year, notice))
    problems = [*dict.fromkeys(problem for one in found for problem in one.problems)]
    blocked = problems or any(one.to_publish for one in found)
    return {
        "looked": True,
        "notice": notice,
        "found": found,
        "problems": problems,
        "savable": not blocked and any(one.changes or one.fresh for one in found),
    }


def _prepared(profile: CalendarProfile, year: int, notice: HolidayNotice | None) -> Prepared:
    known = calendar_of(profile.code)
    notice = with_extensions(notice, known) if notice else None
    changes = _changes(profile, year, notice)
    to_publish = [] if notice and notice.problems else by_notice(profile, changes)
    return Prepared(profile, notice, changes, to_publish, fresh=year not in known.years)


def _changes(profile: CalendarProfile, year: int, notice: HolidayNotice | None) -> list[DayChange]:
    if notice is None:
        return difference(profile, year, library_days(year))
    known = calendar_of(profile.code).years
    before = {day.year for day in notice.days if day.year != year and day.year in known}
    return [
        change
        for each in sorted(before | {year})
        for change in difference(
            profile, each, notice.days, only_named=notice.partial or each != year
        )
    ]
