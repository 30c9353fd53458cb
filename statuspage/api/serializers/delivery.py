"""Broadcasts and deliveries."""

from typing import Any, cast

from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from notifications.channels import reachable_channels
from notifications.delivery.models import Broadcast, BroadcastState, Delivery
from notifications.delivery.selectors import progress_by_channel
from notifications.delivery.states import DeliveryState
from statuspage.api.fields import MomentField
from statuspage.api.serializers.common import Request

LARGEST_NUMBER = 2**63 - 1

COUNTS = {
    "type": "object",
    "properties": {state: {"type": "integer"} for state in DeliveryState.values},
    "example": {**dict.fromkeys(DeliveryState.values, 0), "delivered": 4},
}


@extend_schema_field(COUNTS)
class CountsField(serializers.DictField):
    """How many deliveries are in each state."""


@extend_schema_field({"type": "object", "additionalProperties": COUNTS})
class CountsByChannelField(serializers.DictField):
    """The same for each channel that has any."""


class BroadcastAnswer(serializers.ModelSerializer[Broadcast]):
    """How far the telling of one statement has got."""

    statement = serializers.IntegerField(source="statement_id")
    state = serializers.ChoiceField(choices=BroadcastState.choices)
    created_at = MomentField()
    expanded_at = MomentField(allow_null=True)
    finished_at = MomentField(allow_null=True)
    counts = serializers.SerializerMethodField()
    by_channel = serializers.SerializerMethodField()
    total = serializers.SerializerMethodField()

    class Meta:
        model = Broadcast
        fields = (
            "statement",
            "state",
            "topic",
            "created_at",
            "expanded_at",
            "finished_at",
            "counts",
            "by_channel",
            "total",
        )

    @cached_property
    def by_channel_once(self) -> dict[str, dict[str, int]]:
        """Asked once, so that the numbers agree with each other while sending goes on."""
        return progress_by_channel(cast("Broadcast", self.instance).pk)

    @extend_schema_field(CountsField)
    def get_counts(self, broadcast: Broadcast) -> dict[str, int]:
        """Deliveries by state."""
        return {
            state: sum(counts[state] for counts in self.by_channel_once.values())
            for state in DeliveryState.values
        }

    @extend_schema_field(CountsByChannelField)
    def get_by_channel(self, broadcast: Broadcast) -> dict[str, dict[str, int]]:
        """Deliveries by channel and state."""
        return self.by_channel_once

    def get_total(self, broadcast: Broadcast) -> int:
        """All deliveries made so far."""
        return sum(self.get_counts(broadcast).values())


class DeliveryQuery(Request):
    """Which deliveries to list."""

    statement = serializers.IntegerField(min_value=1, max_value=LARGEST_NUMBER)
    state = serializers.ChoiceField(choices=DeliveryState.choices, required=False)
    channel = serializers.CharField(required=False, max_length=20)
    cursor = serializers.CharField(required=False)
    limit = serializers.IntegerField(required=False, min_value=1)

    def validate_channel(self, value: str) -> str:
        """One of those there are: they register themselves, so they are asked for when needed."""
        names = [one.name for one in reachable_channels()]
        if value not in names:
            raise serializers.ValidationError(
                _("There is no such channel. Choose one of: %(channels)s.")
                % {"channels": ", ".join(names)}
            )
        return value


class DeliveryAnswer(serializers.ModelSerializer[Delivery]):
    """One statement to one address, which is masked."""

    statement = serializers.IntegerField(source="statement_id")
    address = serializers.SerializerMethodField()
    state = serializers.ChoiceField(choices=DeliveryState.choices)
    created_at = MomentField()
    updated_at = MomentField()
    sent_at = MomentField(allow_null=True)
    settled_at = MomentField(allow_null=True)

    class Meta:
        model = Delivery
        fields = (
            "id",
            "statement",
            "channel",
            "address",
            "language",
            "state",
            "attempts",
            "provider_id",
            "reason",
            "code",
            "segments",
            "created_at",
            "updated_at",
            "sent_at",
            "settled_at",
        )

    def get_address(self, delivery: Delivery) -> str | None:
        """Masked, such as 138****1234; null once the subscriber was erased."""
        return delivery.address.masked if delivery.address else None


def wanted_deliveries(query: Any) -> dict[str, Any]:
    """The filters of a query string, checked.

    Raises:
        ValidationError: one is missing, unknown or impossible.
    """
    serializer = DeliveryQuery(data=query.dict())
    serializer.is_valid(raise_exception=True)
    return {
        name: value
        for name, value in serializer.validated_data.items()
        if name not in {"cursor", "limit"}
    }
