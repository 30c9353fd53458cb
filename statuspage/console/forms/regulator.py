"""What staff note for the regulator."""

from collections.abc import Iterable
from typing import Any, Final

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from statuspage.console.forms.fields import MomentField
from statuspage.regulator.clock import COUNTED, Duty, Grade, Measure
from statuspage.regulator.models import Estimate
from statuspage.regulator.services import EVIDENCE_LENGTH, MOST

BY_FIGURES: Final = ("", _("By the figures"))


def _figure(measure: Measure) -> forms.IntegerField:
    return forms.IntegerField(label=measure.label, required=False, min_value=0, max_value=MOST)


class EstimateForm(forms.Form):
    """What is known now, beginning with what was known last."""

    transactions = _figure(Measure.TRANSACTIONS)
    records = _figure(Measure.RECORDS)
    customers = _figure(Measure.CUSTOMERS)
    grade = forms.ChoiceField(
        label=_("Grade"),
        required=False,
        choices=[BY_FIGURES, *Grade.choices],
        help_text=_("Choose one where the law says more than the figures do."),
    )

    def __init__(self, data: Any, last: Estimate | None) -> None:
        names = (*COUNTED, "grade")
        super().__init__(data, initial={name: getattr(last, name, None) for name in names})


class TickForm(forms.Form):
    """That a report was made, when, and what shows it."""

    duty = forms.ChoiceField(label=_("Report"))
    done_at = MomentField(label=_("When it was made"))
    evidence = forms.CharField(
        label=_("What shows it"),
        help_text=_("A receipt number, who took the call; or why it is not owed, and who says so."),
        max_length=EVIDENCE_LENGTH,
        widget=forms.Textarea({"rows": 3}),
    )

    def __init__(self, data: Any, owed: Iterable[Duty]) -> None:
        super().__init__(data, initial={"done_at": timezone.now()})
        duty = self.fields["duty"]
        if isinstance(duty, forms.ChoiceField):
            duty.choices = [(str(one), one.label) for one in owed]
