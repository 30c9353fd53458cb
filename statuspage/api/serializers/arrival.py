"""The question when money arrives, and the answer."""

import re
from decimal import Decimal
from typing import Any, Final

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from statuspage.api.fields import MomentField
from statuspage.api.serializers.common import Request
from statuspage.pages.addresses import statement_path
from statuspage.settlement.arrival import Answer, Charge, Code, DateStatus, Step
from statuspage.settlement.audience import MerchantCategory
from statuspage.settlement.money import amount_json, parse_amount
from statuspage.settlement.rules.models import DateMeans
from statuspage.statements.models import Statement

# Exact, where JSON's numbers are not.
DECIMAL: Final = {"type": "string", "format": "decimal", "example": "1234.56"}
# What becomes of "+08:00" in an address where the plus was not written as %2B.
LOST_PLUS: Final = re.compile(r" (\d\d:?\d\d)$", re.ASCII)


@extend_schema_field(OpenApiTypes.DATETIME)
class AddressMomentField(MomentField):
    """An ISO 8601 time with its offset, in an address."""

    def to_internal_value(self, data: Any) -> Any:
        """The moment, in UTC."""
        return super().to_internal_value(
            LOST_PLUS.sub(r"+\1", data) if isinstance(data, str) else data
        )


@extend_schema_field(DECIMAL)
class AmountField(serializers.Field[Decimal, Any, str, Any]):
    """An amount in yuan, exact."""

    def to_internal_value(self, data: Any) -> Decimal:
        """The amount."""
        return parse_amount(data)


class ArrivalQuery(Request):
    """What is asked."""

    category = serializers.ChoiceField(choices=MerchantCategory.choices)
    at = AddressMomentField(help_text=_("When the transaction was, or will be."))
    product = serializers.CharField(
        required=False,
        allow_blank=True,
        default="",
        max_length=30,
        help_text=_("A product's code; left out, the rule for every product."),
    )
    amount = AmountField(
        required=False,
        default=None,
        help_text=_("In yuan; with it the answer has the fee and what of it is waived."),
    )
    as_of = AddressMomentField(
        required=False,
        default=None,
        help_text=_("The answer as it was known at that moment; left out, as it is known now."),
    )


class StepAnswer(serializers.Serializer[Step]):
    """One reason."""

    code = serializers.ChoiceField(choices=[code.value for code in Code])
    text = serializers.CharField(help_text=_("In the language of Accept-Language."))
    date = serializers.DateField(source="day", allow_null=True)
    statement = serializers.SerializerMethodField(
        help_text=_("Number of the statement that says so.")
    )
    url = serializers.SerializerMethodField(help_text=_("Where that statement stands."))

    def get_statement(self, step: Step) -> int | None:
        """Its number."""
        return step.said.number if step.said else None

    @extend_schema_field({"type": "string", "format": "uri", "nullable": True})
    def get_url(self, step: Step) -> str | None:
        """Its address."""
        return _url(step.said) if step.said else None


@extend_schema_field(DECIMAL)
class Sum(serializers.Field[Decimal, Any, str, Any]):
    """Two decimals."""

    def to_representation(self, value: Decimal) -> str:
        """Such as `1234.50`."""
        return amount_json(value)


class FeeAnswer(serializers.Serializer[Charge]):
    """The fee on the amount, in yuan."""

    amount = Sum()
    rate = serializers.SerializerMethodField(help_text=_("Percent, and a fixed part in yuan."))
    fee = Sum()
    effective_rate = Sum(help_text=_("The fee in percent of the amount."))
    waived = Sum()
    to_pay = Sum()
    to_receive = Sum()

    @extend_schema_field(
        {
            "type": "object",
            "properties": {"percent": {"type": "string"}, "fixed": {"type": "string"}},
        }
    )
    def get_rate(self, charge: Charge) -> dict[str, str]:
        """Its two parts."""
        return charge.rate.as_json()


class ArrivalAnswer(serializers.Serializer[Answer]):
    """When the money arrives, and why."""

    arrival_date = serializers.DateField(allow_null=True)
    arrival_time = serializers.TimeField(
        allow_null=True, format="%H:%M", help_text=_("The usual time of day in Beijing.")
    )
    status = serializers.ChoiceField(choices=DateStatus.choices)
    kind = serializers.ChoiceField(
        choices=DateMeans.choices, help_text=_("What happens on that day.")
    )
    summary = serializers.CharField(source="headline", help_text=_("The answer in a sentence."))
    late = serializers.BooleanField(help_text=_("True where a notice of delay decides."))
    category = serializers.ChoiceField(source="question.category", choices=MerchantCategory.choices)
    product = serializers.CharField(source="question.code")
    at = MomentField(source="question.at")
    as_of = MomentField(source="question.as_of")
    steps = StepAnswer(many=True)
    caveats = StepAnswer(many=True)
    fee = FeeAnswer(source="charge", allow_null=True)


def _url(statement: Statement) -> str:
    return f"{settings.SITE_URL}{statement_path(statement)}"
