"""Who was told, over the API."""

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework.generics import ListAPIView, RetrieveAPIView

from notifications.delivery.models import Broadcast, Delivery
from notifications.delivery.selectors import deliveries_of
from notifications.delivery.states import DeliveryState
from statuspage.api.base import Resource
from statuspage.api.paging import PagesInOrder
from statuspage.api.serializers.delivery import (
    BroadcastAnswer,
    DeliveryAnswer,
    wanted_deliveries,
)


@extend_schema_view(get=extend_schema(summary=_("Show how far a statement's broadcast has got")))
class OneBroadcast(Resource, RetrieveAPIView[Broadcast]):
    """The broadcast of one statement, with counts by state and channel."""

    queryset = Broadcast.objects.all()
    serializer_class = BroadcastAnswer
    lookup_field = "pk"
    lookup_url_kwarg = "number"


@extend_schema_view(
    get=extend_schema(
        summary=_("List a statement's deliveries, oldest first; addresses are masked"),
        parameters=[
            OpenApiParameter("statement", int, required=True),
            OpenApiParameter("state", str, enum=DeliveryState.values),
            OpenApiParameter("channel", str),
        ],
    )
)
class Deliveries(Resource, ListAPIView[Delivery]):
    """The deliveries of one statement."""

    queryset = Delivery.objects.none()
    serializer_class = DeliveryAnswer
    pagination_class = PagesInOrder

    def get_queryset(self) -> QuerySet[Delivery]:
        """Those that the query string asks for."""
        wanted = wanted_deliveries(self.request.query_params)
        return deliveries_of(wanted.pop("statement")).filter(**wanted)
