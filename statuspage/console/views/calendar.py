"""The settlement calendar by year, with loading and review; and the settlement rules."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from statuspage.approvals.proposals import waiting
from statuspage.calendar.differences import DayChange, difference
from statuspage.calendar.library import library_days
from statuspage.calendar.models import CalendarProfile, CalendarYear, YearStatus
from statuspage.calendar.notice_text import HolidayNotice, notice_parse, with_extensions
from statuspage.calendar.selectors import calendar_of, profiles, years
from statuspage.calendar.services import notice_load, year_load, year_review
from statuspage.calendar.workdays import NotInCalendar, NotYetPublished
from statuspage.console.access import permits, reads, staff_of
from statuspage.console.holidays import by_notice
from statuspage.console.sheets import FIRST_YEAR, LAST_YEAR, WEEKDAYS, months, special_runs
from statuspage.console.wanted import page_of
from statuspage.settlement.models import Price, SettlementRule
from statuspage.settlement.prices.selectors import current_prices
from statuspage.settlement.prices.words import as_row, fee_words, product_names, who
from statuspage.settlement.rule_change import terms_of
from statuspage.settlement.rule_words import terms_said
from statuspage.settlement.rules import products, rule_history, rules_on
from statuspage.staff.permissions import Act

NOTICE_LENGTH: Final = 20_000
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


class NoticeTextForm(forms.Form):
    """A State Council notice as text; when it is empty, the library is used."""

    text = forms.CharField(
        label=gettext_lazy("State Council notice, pasted as text"),
        help_text=gettext_lazy(
            "Include its title and every holiday. Leave empty to use the built-in holiday data."
        ),
        max_length=NOTICE_LENGTH,
        required=False,
        widget=forms.Textarea({"rows": 10, "lang": "zh-Hans"}),
    )
    reason = forms.CharField(
        label=gettext_lazy("Why the notice is complete"),
        help_text=gettext_lazy("The second person sees this when reviewing the year."),
        max_length=300,
        required=False,
    )

    def notice(self, year: int) -> HolidayNotice | None:
        """Return the parsed notice, or None for the library; refuse a notice of another year."""
        text = self.cleaned_data["text"]
        if not text:
            return None
        notice = notice_parse(text, year)
        if notice.year != year:
            raise ValidationError(
                _("This notice is for %(found)d, but you are loading %(year)d."),
                code="year",
                params={"found": notice.year, "year": year},
            )
        return notice


class ReviewForm(forms.Form):
    """The load that the approver looked at."""

    loaded_at = forms.CharField(widget=forms.HiddenInput, max_length=40)

    def clean_loaded_at(self) -> datetime:
        """Return the time of the load to the microsecond, which Django's own field would cut."""
        try:
            moment = datetime.fromisoformat(self.cleaned_data["loaded_at"])
        except ValueError as error:
            raise ValidationError(_("Please open the year again.")) from error
        if moment.tzinfo is None:
            raise ValidationError(_("Please open the year again."))
        return moment


@dataclass(frozen=True)
class CalendarRequest:
    """The profile and the year in the query string."""

    profile: CalendarProfile
    year: int

    @property
    def row(self) -> CalendarYear | None:
        """The year's row, if there is one."""
        return years(self.profile.code).filter(year=self.year).first()

    def address(self, name: str, year: int | None = None) -> str:
        """Return the URL of one of the calendar's pages, for the same profile."""
        return f"{reverse(f'console:{name}')}?profile={self.profile.code}&year={year or self.year}"

    def context(self) -> dict[str, Any]:
        """Return the template context that every calendar page needs."""
        known = calendar_of(self.profile.code)
        loaded = self.year in known.years
        return {
            "profiles": profiles(),
            "profile": self.profile,
            "year": self.year,
            "row": self.row,
            "loaded": loaded,
            "early": self.year < max(known.years, default=self.year),
            "runs": special_runs(known, self.year) if loaded else [],
            "months": months(known, self.year) if loaded else [],
            "weekdays": WEEKDAYS,
            "previous": self.address("calendar", self.year - 1),
            "next": self.address("calendar", self.year + 1),
            "waiting": waiting().filter(kind="calendar_change"),
            "here": self.address("calendar"),
            "holidays": f"{reverse('console:holidays')}?year={self.year}",
            "load": self.address("calendar_load"),
            "review": self.address("calendar_review"),
        }


@reads
def calendar(request: HttpRequest) -> HttpResponse:
    """Show a year of a profile."""
    return render(request, "console/calendar.html", _asked(request).context())


@permits(Act.LOAD_CALENDAR)
def calendar_load(request: HttpRequest) -> HttpResponse:
    """Load a year from a pasted notice or the library: show the difference, then save."""
    asked = _asked(request)
    form = NoticeTextForm(request.POST or None)
    context = {**asked.context(), "form": form, "complain": form.is_bound}
    if form.is_bound and form.is_valid():
        try:
            notice = form.notice(asked.year)
            context |= _difference(asked, notice)
            reason = form.cleaned_data["reason"]
            if request.POST.get("step") != "save":
                pass
            elif notice and notice.doubts and not reason:
                form.add_error("reason", INCOMPLETE)
            else:
                return _save(request, asked, notice, reason)
        except NotYetPublished as error:
            form.add_error(None, NO_DATA[isinstance(error, NotInCalendar)])
        except ValidationError as error:
            form.add_error(None, error)
    return render(request, "console/calendar_load.html", context)


@permits(Act.REVIEW_CALENDAR)
def calendar_review(request: HttpRequest) -> HttpResponse:
    """Let a second person review a loaded year."""
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
            messages.success(request, _("%(year)d is now reviewed.") % {"year": asked.year})
            return redirect(asked.address("calendar"))
    context = {**asked.context(), "form": form, "complain": form.is_bound}
    return render(request, "console/calendar_review.html", context)


def _save(
    request: HttpRequest, asked: CalendarRequest, notice: HolidayNotice | None, reason: str
) -> HttpResponse:
    staff, profile = staff_of(request), asked.profile.code
    changes = (
        notice_load(profile=profile, notice=notice, by=staff, reason=reason)
        if notice
        else year_load(profile=profile, year=asked.year, by=staff)
    )
    said = ngettext("Loaded: %(n)d day changed.", "Loaded: %(n)d days changed.", len(changes))
    messages.success(request, said % {"n": len(changes)})
    return redirect(asked.address("calendar"))


def _difference(asked: CalendarRequest, notice: HolidayNotice | None) -> dict[str, Any]:
    """Return the changes that saving would make; a notice with contradictions cannot be saved."""
    notice = with_extensions(notice, calendar_of(asked.profile.code)) if notice else None
    changes = _changes(asked, notice)
    to_publish = by_notice(asked.profile, changes)
    fresh = asked.row is None or asked.row.status == YearStatus.UNPUBLISHED
    return {
        "looked": True,
        "notice": notice,
        "changes": changes,
        # Days of a reviewed year: saving refuses them, a notice changes them.
        "to_publish": [] if notice and notice.problems else to_publish,
        "savable": bool(changes or fresh) and not (notice and notice.problems) and not to_publish,
    }


def _changes(asked: CalendarRequest, notice: HolidayNotice | None) -> list[DayChange]:
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


def _asked(request: HttpRequest) -> CalendarRequest:
    """Return the requested profile and year, by default the domestic profile and this year."""
    code = request.GET.get("profile", "domestic")
    profile = profiles().filter(code=code).first() if "\x00" not in code else None
    written = request.GET.get("year", str(timezone.localdate().year))
    year = int(written) if written.isascii() and written.isdigit() and len(written) == 4 else 0
    if profile is None or not FIRST_YEAR <= year <= LAST_YEAR:
        raise Http404
    return CalendarRequest(profile, year)


@reads
def rules(request: HttpRequest) -> HttpResponse:
    """Show the settlement rules in force and their history."""
    page = page_of(request, rule_history())
    context = {
        "holding": _rows(rules_on(timezone.localdate())),
        "prices": [_price_row(one) for one in current_prices(timezone.localdate())],
        "page": page,
        "history": _rows(page),
    }
    return render(request, "console/rules.html", context)


def _price_row(price: Price) -> dict[str, Any]:
    """Return a price in words, with its percentage in basis points too."""
    row = as_row(price)
    points = f"{(price.percent * 100).normalize():f}"
    return {
        "price": price,
        "who": who(row, product_names()),
        "fee": fee_words(row),
        "points": points,
    }


def _rows(found: Iterable[SettlementRule]) -> list[dict[str, Any]]:
    """Return each rule with its terms in words, and its product's name.

    The name is None where the rule is for every product.
    """
    names = {one.code: one.name for one in products()}
    return [
        {"rule": one, "product": names.get(one.product), "terms": terms_said(terms_of(one))}
        for one in found
    ]
