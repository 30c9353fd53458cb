"""What a merchant asks: when does the money of this transaction arrive?"""

from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Final

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from statuspage.settlement.arrival import Answer, arrival
from statuspage.settlement.audience import MerchantCategory
from statuspage.settlement.cycles import SHANGHAI
from statuspage.settlement.money import parse_amount
from statuspage.settlement.rules.models import Product
from statuspage.settlement.rules.selectors import EVERY_PRODUCT, products
from statuspage.statements.texts import CHINESE, in_language

# Any year beyond these is a slip of the finger.
EARLIEST: Final = date(2000, 1, 1)
LATEST: Final = date(2100, 12, 31)
IN_RANGE: Final = (
    MinValueValidator(EARLIEST, _("The year must be from 2000 to 2100.")),
    MaxValueValidator(LATEST, _("The year must be from 2000 to 2100.")),
)
MOMENT_IN_RANGE: Final = (
    MinValueValidator(
        datetime.combine(EARLIEST, time(), SHANGHAI), _("The year must be from 2000 to 2100.")
    ),
    MaxValueValidator(
        datetime.combine(LATEST, time(), SHANGHAI), _("The year must be from 2000 to 2100.")
    ),
)
CLOCKS: Final = ["%H:%M", "%H:%M:%S"]
MOMENTS: Final = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"]


class AmountField(forms.CharField):
    """An amount in yuan, exact."""

    def clean(self, value: Any) -> Decimal | None:
        """The amount; None where it was left out."""
        text = super().clean(value)
        return parse_amount(text) if text else None


class ArrivalForm(forms.Form):
    """Category, product and time; all times are Beijing's."""

    category = forms.ChoiceField(
        label=_("You are"),
        choices=MerchantCategory.choices,
        error_messages={
            "required": _("Please say what kind of merchant you are."),
            "invalid_choice": _("Please choose one of the kinds of merchant."),
        },
    )
    product = forms.ChoiceField(
        label=_("Paid with"),
        required=False,
        error_messages={"invalid_choice": _("Please choose one of the products.")},
    )
    date = forms.DateField(
        label=_("Day of the transaction"),
        required=False,
        input_formats=["%Y-%m-%d"],
        validators=IN_RANGE,
        error_messages={"invalid": _("Write a date, such as 2025-02-21.")},
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    time = forms.TimeField(
        label=_("Time of the transaction"),
        required=False,
        input_formats=CLOCKS,
        error_messages={"invalid": _("Write a time of day, such as 23:00.")},
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )
    amount = AmountField(
        label=_("Amount in yuan, if you like"),
        required=False,
        max_length=20,
        help_text=_("Then you also see the fee, and what of it is waived."),
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )
    as_of = forms.DateTimeField(
        label=_("As it was known at"),
        required=False,
        input_formats=MOMENTS,
        validators=MOMENT_IN_RANGE,
        help_text=_("Gives the answer that you would have been given then."),
        error_messages={"invalid": _("Write a date and time, such as 2025-02-21 15:30.")},
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )

    def __init__(self, asked: Mapping[str, Any], now: datetime) -> None:
        """`asked` is the query; without a category nothing is asked yet."""
        local = timezone.localtime(now)
        self.now = local
        # What was left out is now: so that a link may say the category alone.
        present = {"date": f"{local:%Y-%m-%d}", "time": f"{local:%H:%M}"}
        given = {name: asked.get(name, "") for name in self.base_fields}
        if not given["date"] and not given["time"]:
            given |= present
        bound = bool(given["category"])
        super().__init__(given if bound else None, initial=None if bound else given)
        self._offer(list(products()))

    def clean(self) -> dict[str, Any]:
        """Date and time come together: at the cut-off a minute decides."""
        cleaned = super().clean() or {}
        for name, missing in (
            ("date", _("Please say the day as well.")),
            ("time", _("Please say the time as well: the cut-off decides.")),
        ):
            if name not in self.errors and cleaned.get(name) is None:
                self.add_error(name, missing)
        return cleaned

    @property
    def answer(self) -> Answer:
        """The answer, once the form is valid."""
        values = self.cleaned_data
        day: date = values["date"]
        clock: time = values["time"]
        return arrival(
            values["category"],
            values["product"],
            timezone.make_aware(datetime.combine(day, clock)),
            values["amount"],
            values["as_of"],
        )

    def _offer(self, known: list[Product]) -> None:
        """The products there are; where there are none, nothing is asked."""
        if not known:
            self.fields["product"].widget = forms.HiddenInput()
        language = get_language() or CHINESE
        choices = [(one.code, in_language(one.name, language)) for one in known]
        field = self.fields["product"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [(EVERY_PRODUCT, _("Any, or I do not know")), *choices]
