"""Broadcasts and deliveries over the API."""

from typing import Any, cast

from django.db.models import QuerySet
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import (
    OpenApiParameter,
    extend_schema,
    extend_schema_field,
    extend_schema_view,
)
from rest_framework import serializers
from rest_framework.generics import ListAPIView, RetrieveAPIView

from notifications.channels import media
from notifications.delivery.models import Broadcast, BroadcastState, Delivery
from notifications.delivery.selectors import deliveries_of, progress_by_channel
from notifications.delivery.states import DeliveryState
from notifications.media import current_name
from statuspage.api.base import Resource
from statuspage.api.fields import MomentSerializerField
from statuspage.api.paging import PagesInOrder
from statuspage.api.serializers import InputSerializer

LARGEST_NUMBER = 2**63 - 1

COUNTS = {
    "type": "object",
    "properties": {state: {"type": "integer"} for state in DeliveryState.values},
    "example": {**dict.fromkeys(DeliveryState.values, 0), "delivered": 4},
}


class BroadcastAnswer(serializers.Serializer[Any]):
    """The sending progress of one statement."""

    statement = serializers.IntegerField(source="statement_id")
    state = serializers.ChoiceField(choices=BroadcastState.choices)
    topic = serializers.CharField()
    created_at = MomentSerializerField()
    expanded_at = MomentSerializerField(allow_null=True)
    finished_at = MomentSerializerField(allow_null=True)
    counts = serializers.SerializerMethodField()
    by_channel = serializers.SerializerMethodField()
    total = serializers.SerializerMethodField()

    @cached_property
    def by_channel_once(self) -> dict[str, dict[str, int]]:
        """Return the counts by channel, read once so that all numbers of one answer agree."""
        return progress_by_channel(cast("Broadcast", self.instance).pk)

    @extend_schema_field(COUNTS)
    def get_counts(self, broadcast: Broadcast) -> dict[str, int]:
        """Return the number of deliveries by state."""
        return {
            state: sum(counts[state] for counts in self.by_channel_once.values())
            for state in DeliveryState.values
        }

    @extend_schema_field({"type": "object", "additionalProperties": COUNTS})
    def get_by_channel(self, broadcast: Broadcast) -> dict[str, dict[str, int]]:
        """Return the number of deliveries by channel and state."""
        return self.by_channel_once

    def get_total(self, broadcast: Broadcast) -> int:
        """All deliveries made so far."""
        return sum(self.get_counts(broadcast).values())


class DeliveryQuery(InputSerializer):
    """Which deliveries to list."""

    statement = serializers.IntegerField(min_value=1, max_value=LARGEST_NUMBER)
    state = serializers.ChoiceField(choices=DeliveryState.choices, required=False)
    channel = serializers.CharField(required=False, max_length=20)
    cursor = serializers.CharField(required=False)
    limit = serializers.IntegerField(required=False, min_value=1)

    def validate_channel(self, value: str) -> str:
        """Return the medium's present name, and refuse one that is unknown."""
        value, names = current_name(value), [one.name for one in media()]
        if value not in names:
            raise serializers.ValidationError(
                _("Channel not found. Choose one of: %(channels)s.")
                % {"channels": ", ".join(names)}
            )
        return value


class DeliveryAnswer(serializers.ModelSerializer[Delivery]):
    """One statement to one address, which is masked."""

    statement = serializers.IntegerField(source="statement_id")
    address = serializers.SerializerMethodField()
    state = serializers.ChoiceField(choices=DeliveryState.choices)
    created_at = MomentSerializerField()
    updated_at = MomentSerializerField()
    sent_at = MomentSerializerField(allow_null=True)
    settled_at = MomentSerializerField(allow_null=True)

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
        """Masked address, such as 138****1234; null once the subscriber was erased."""
        return delivery.address.masked if delivery.address else None


class BroadcastView(Resource, RetrieveAPIView[Broadcast]):
    """The broadcast of one statement, with counts by state and channel."""

    summaries = {"GET": _("Show the sending progress of a statement")}
    queryset = Broadcast.objects.all()
    serializer_class = BroadcastAnswer
    lookup_field = "pk"
    lookup_url_kwarg = "number"


@extend_schema_view(
    get=extend_schema(
        parameters=[
            OpenApiParameter("statement", int, required=True),
            OpenApiParameter("state", str, enum=DeliveryState.values),
            OpenApiParameter("channel", str),
        ],
    )
)
class Deliveries(Resource, ListAPIView[Delivery]):
    """The deliveries of one statement."""

    summaries = {
        "GET": _("List the deliveries of a statement, oldest first, with masked addresses"),
    }
    queryset = Delivery.objects.none()
    serializer_class = DeliveryAnswer
    pagination_class = PagesInOrder

    def get_queryset(self) -> QuerySet[Delivery]:
        """Return the deliveries that match the query string."""
        query = DeliveryQuery(data=self.request.query_params.dict())
        query.is_valid(raise_exception=True)
        wanted = query.validated_data
        filters = {name: wanted[name] for name in ("state", "channel") if name in wanted}
        return deliveries_of(wanted["statement"]).filter(**filters)
