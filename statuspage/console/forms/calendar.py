"""Where a year of the calendar comes from, and what is approved."""

from datetime import datetime
from typing import Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from statuspage.settlement.calendar.notice_text import HolidayNotice, notice_parse

NOTICE_LENGTH: Final = 20_000


class NoticeTextForm(forms.Form):
    """A State Council notice as text; without one, the library is asked."""

    text = forms.CharField(
        label=_("The State Council's notice, pasted as text"),
        help_text=_(
            "With its title and every holiday. Leave it empty to take the year from the library."
        ),
        max_length=NOTICE_LENGTH,
        required=False,
        widget=forms.Textarea({"rows": 10, "lang": "zh-Hans"}),
    )

    def notice(self, year: int) -> HolidayNotice | None:
        """What the notice arranges; None where the library is asked.

        Raises:
            ValidationError: no holiday was found, or the notice is about another year.
        """
        text = self.cleaned_data["text"]
        if not text:
            return None
        notice = notice_parse(text, year)
        if notice.year != year:
            raise ValidationError(
                _("This notice arranges %(found)d, and you are loading %(year)d."),
                code="year",
                params={"found": notice.year, "year": year},
            )
        return notice


class ReviewForm(forms.Form):
    """The load that the approver looked at."""

    loaded_at = forms.CharField(widget=forms.HiddenInput, max_length=40)

    def clean_loaded_at(self) -> datetime:
        """The moment, to the microsecond: Django's own field would cut it."""
        try:
            moment = datetime.fromisoformat(self.cleaned_data["loaded_at"])
        except ValueError as error:
            raise ValidationError(_("Please look at the year again.")) from error
        if moment.tzinfo is None:
            raise ValidationError(_("Please look at the year again."))
        return moment
