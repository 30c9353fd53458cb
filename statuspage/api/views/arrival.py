"""When a payment arrives, over the public API."""

import re
from decimal import Decimal
from typing import Any, Final

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import BaseThrottle

from statuspage.api.base import Resource
from statuspage.api.fields import MomentSerializerField
from statuspage.api.serializers import InputSerializer
from statuspage.lib.client_ip import client_ip
from statuspage.lib.money import amount_json, parse_amount
from statuspage.lib.rate_limits import WINDOW_SECONDS, within_limit
from statuspage.notices.audience import MerchantCategory
from statuspage.pages.addresses import statement_path
from statuspage.pages.http import any_origin
from statuspage.settlement.arrival.answers import Answer, Charge, Step
from statuspage.settlement.arrival.selectors import arrival
from statuspage.settlement.arrival.words import Code, DateStatus
from statuspage.settlement.models import DateMeans
from statuspage.settlement.prices.models import MCC_LENGTH, CardType, Channel

# Exact, where JSON's numbers are not.
DECIMAL: Final = {"type": "string", "format": "decimal", "example": "1234.56"}
# "+08:00" in a query string where the plus was not written as %2B.
LOST_PLUS: Final = re.compile(r" (\d\d:?\d\d)$", re.ASCII)


@extend_schema_field(OpenApiTypes.DATETIME)
class AddressMomentField(MomentSerializerField):
    """An ISO 8601 time with its offset, taken from the query string."""

    def to_internal_value(self, data: Any) -> Any:
        """Return the moment, in UTC."""
        return super().to_internal_value(
            LOST_PLUS.sub(r"+\1", data) if isinstance(data, str) else data
        )


@extend_schema_field(DECIMAL)
class AmountSerializerField(serializers.Field[Decimal, Any, str, Any]):
    """An amount in yuan, exact."""

    def to_internal_value(self, data: Any) -> Decimal:
        """Return the amount as a Decimal in yuan."""
        return parse_amount(data)

    def to_representation(self, value: Decimal) -> str:
        """Return the amount with two decimals, such as `1234.50`."""
        return amount_json(value)


class ArrivalQuery(InputSerializer):
    """The query of a transaction's arrival."""

    category = serializers.ChoiceField(choices=MerchantCategory.choices)
    at = AddressMomentField(help_text=_("Time of the transaction; it can be in the future."))
    product = serializers.CharField(
        required=False,
        allow_blank=True,
        default="",
        max_length=30,
        help_text=_("Product code. Default: the rule for all products."),
    )
    amount = AmountSerializerField(
        required=False,
        default=None,
        help_text=_("In yuan. If given, the answer includes the fee and how much of it is waived."),
    )
    card = serializers.ChoiceField(
        choices=CardType.choices,
        required=False,
        allow_blank=True,
        default="",
        help_text=_("Type of card, where prices differ by it."),
    )
    channel = serializers.ChoiceField(
        choices=Channel.choices,
        required=False,
        allow_blank=True,
        default="",
        help_text=_("How the customer paid, where prices differ by it."),
    )
    mcc = serializers.CharField(
        required=False,
        allow_blank=True,
        default="",
        max_length=MCC_LENGTH,
        help_text=_("MCC group of the price list, where prices differ by it."),
    )
    as_of = AddressMomentField(
        required=False,
        default=None,
        help_text=_("Answer with what had been published by this time. Default: now."),
    )


class StepAnswer(serializers.Serializer[Step]):
    """One step of the reasoning."""

    code = serializers.ChoiceField(choices=[code.value for code in Code])
    text = serializers.CharField(help_text=_("In the language of Accept-Language."))
    date = serializers.DateField(source="day", allow_null=True)
    statement = serializers.SerializerMethodField(
        help_text=_("Number of the statement this is based on.")
    )
    url = serializers.SerializerMethodField(help_text=_("Address of that statement."))

    def get_statement(self, step: Step) -> int | None:
        """Return the number of the statement that the step is based on, or None."""
        return step.said.number if step.said else None

    @extend_schema_field({"type": "string", "format": "uri", "nullable": True})
    def get_url(self, step: Step) -> str | None:
        """Return the public URL of that statement, or None."""
        return f"{settings.SITE_URL}{statement_path(step.said)}" if step.said else None


class FeeAnswer(serializers.Serializer[Charge]):
    """The fee on the amount, in yuan."""

    amount = AmountSerializerField()
    rate = serializers.SerializerMethodField(help_text=_("Percentage plus a fixed amount in yuan."))
    fee = AmountSerializerField()
    effective_rate = AmountSerializerField(
        allow_null=True,
        help_text=_(
            "The fee as a percentage of the amount; null where the fee is more than the amount."
        ),
    )
    payout = AmountSerializerField(
        help_text=_("The amount without the fee, paid on the arrival date; never below zero.")
    )
    waived = AmountSerializerField(help_text=_("Refunded separately from the payout."))
    waived_if_affected = serializers.BooleanField(
        source="if_affected",
        help_text=_("True if only transactions that were affected are waived."),
    )
    refunded_by = serializers.DateField(
        allow_null=True, help_text=_("By when the waived part is refunded, if that is known.")
    )
    per_payout = AmountSerializerField(
        help_text=_("Charged once for each payout; not part of the fee.")
    )
    to_pay = AmountSerializerField(help_text=_("The fee without the waived part."))
    to_receive = AmountSerializerField(help_text=_("Payout and refund together."))

    @extend_schema_field(
        {
            "type": "object",
            "properties": {
                name: {"type": "string"} for name in ("percent", "fixed", "cap", "minimum")
            },
        }
    )
    def get_rate(self, charge: Charge) -> dict[str, str]:
        """Return the percentage, the fixed amount in yuan, and its bounds if it has any."""
        return charge.rate.as_json()


class ArrivalAnswer(serializers.Serializer[Answer]):
    """When the money arrives, and why."""

    arrival_date = serializers.DateField(allow_null=True)
    arrival_time = serializers.TimeField(
        allow_null=True, format="%H:%M", help_text=_("Usual time of day (Beijing time).")
    )
    status = serializers.ChoiceField(choices=DateStatus.choices)
    kind = serializers.ChoiceField(
        choices=DateMeans.choices, help_text=_("Whether this date is the payout or the arrival.")
    )
    summary = serializers.CharField(source="headline", help_text=_("The answer in one sentence."))
    passed = serializers.BooleanField(help_text=_("True once that date is over."))
    late = serializers.BooleanField(
        help_text=_("True if a delay notice sets the date, or an open incident holds up payouts.")
    )
    next_update_by = MomentSerializerField(
        allow_null=True,
        help_text=_(
            "With the status payouts_delayed: when the incident's next update is promised."
        ),
    )
    category = serializers.ChoiceField(source="question.category", choices=MerchantCategory.choices)
    product = serializers.CharField(source="question.code")
    at = MomentSerializerField(source="question.at")
    as_of = MomentSerializerField(source="question.as_of")
    steps = StepAnswer(many=True)
    caveats = StepAnswer(many=True)
    minimum_payout = AmountSerializerField(
        source="minimum",
        allow_null=True,
        help_text=_("Smaller amounts are held until it is reached; null where the rule has none."),
    )
    fee = FeeAnswer(source="charge", allow_null=True)


class ArrivalPace(BaseThrottle):
    """The rate limit of arrival queries by IP address, shared with the public page."""

    def allow_request(self, request: Request, view: Any) -> bool:
        """Return False when this address has sent too many requests within a minute."""
        limit = settings.ARRIVAL_PER_IP_MINUTE
        return within_limit("arrival", client_ip(request._request), limit)

    def wait(self) -> float:
        """Return the longest time to wait, in seconds."""
        return WINDOW_SECONDS


class Arrival(Resource):
    """The public arrival query: needs no token and allows any origin."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    throttle_classes = (ArrivalPace,)
    serializer_class = ArrivalAnswer
    summaries = {"GET": _("Get the arrival date of a transaction")}

    @extend_schema(parameters=[ArrivalQuery])
    def get(self, request: Request) -> Response:
        """Return the arrival date and its reasons."""
        query = ArrivalQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        return Response(ArrivalAnswer(arrival(**query.validated_data)).data)


arrival_view = any_origin(Arrival.as_view())
