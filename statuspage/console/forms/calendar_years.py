"""Forms of a calendar's year: the notice to load, and the load to review."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from statuspage.calendar.models import CalendarProfile, CalendarYear, YearStatus
from statuspage.calendar.notice_text import HolidayNotice, notice_parse
from statuspage.calendar.selectors import profiles, years
from statuspage.statements.texts import for_reader

NOTICE_LENGTH: Final = 20_000
OPEN_AGAIN: Final = gettext_lazy("Please open the year again.")
RELOADED: Final = gettext_lazy(
    "The year was loaded again while you were reviewing it. Please review it again."
)


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
    also = forms.MultipleChoiceField(
        label=gettext_lazy("Load it into these calendars too"),
        help_text=gettext_lazy(
            "Each has its own make-up workdays, and its changes are shown apart. One review "
            "approves them all."
        ),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    reason = forms.CharField(
        label=gettext_lazy("Why the notice is complete"),
        help_text=gettext_lazy("The second person sees this when reviewing the year."),
        max_length=300,
        required=False,
    )

    def __init__(self, data: Any, asked: CalendarProfile, year: int) -> None:
        """Offer the other calendars; those whose year waits to be loaded are ticked."""
        super().__init__(data)
        self.asked, self.year = asked, year
        self.others = {one.code: one for one in profiles().exclude(pk=asked.pk)}
        names = [(code, for_reader(one.name)) for code, one in self.others.items()]
        self.fields["also"].choices = names  # type: ignore[attr-defined]
        self.fields["also"].initial = [
            code
            for code in self.others
            if not years(code).filter(year=year, status=YearStatus.REVIEWED).exists()
        ]

    @property
    def calendars(self) -> list[CalendarProfile]:
        """The calendar asked for, and those that were ticked."""
        return [self.asked, *(self.others[code] for code in self.cleaned_data["also"])]

    def notice(self) -> HolidayNotice | None:
        """Return the parsed notice, or None for the library; refuse a notice of another year."""
        text = self.cleaned_data["text"]
        if not text:
            return None
        notice = notice_parse(text, self.year)
        if notice.year != self.year:
            raise ValidationError(
                _("This notice is for %(found)d, but you are loading %(year)d."),
                code="year",
                params={"found": notice.year, "year": self.year},
            )
        return notice


class ReviewForm(forms.Form):
    """The loads that the approver looked at: of the calendar asked for, and of others."""

    loaded_at = forms.CharField(widget=forms.HiddenInput, max_length=40)
    also = forms.MultipleChoiceField(required=False, error_messages={"invalid_choice": RELOADED})

    def __init__(self, data: Any, others: Sequence[CalendarYear]) -> None:
        """Offer the other calendars by their present load: another one was not looked at."""
        super().__init__(data)
        self.others = {_load_of(one): one for one in others}
        self.fields["also"].choices = [(load, load) for load in self.others]  # type: ignore[attr-defined]

    def clean_loaded_at(self) -> datetime:
        """Return the time of the load to the microsecond, which Django's own field would cut."""
        try:
            moment = datetime.fromisoformat(self.cleaned_data["loaded_at"])
        except ValueError as error:
            raise ValidationError(OPEN_AGAIN) from error
        if moment.tzinfo is None:
            raise ValidationError(OPEN_AGAIN)
        return moment

    def loads(self, asked: CalendarProfile) -> dict[CalendarProfile, datetime]:
        """Return the load that was looked at, by calendar."""
        ticked = (self.others[load] for load in self.cleaned_data["also"])
        return {
            asked: self.cleaned_data["loaded_at"],
            **{one.profile: one.loaded_at for one in ticked if one.loaded_at},
        }


def _load_of(row: CalendarYear) -> str:
    return f"{row.profile.code} {row.loaded_at.isoformat() if row.loaded_at else ''}"
