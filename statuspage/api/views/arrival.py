"""When money arrives: the one question that anybody may ask over the API."""

from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import BaseThrottle

from statuspage.api.base import Resource
from statuspage.api.serializers.arrival import ArrivalAnswer, ArrivalQuery
from statuspage.client_ip import client_ip
from statuspage.pages.http import any_origin
from statuspage.pages.pace import WINDOW_SECONDS, keeps_pace
from statuspage.settlement.arrival import arrival


class ArrivalPace(BaseThrottle):
    """As many questions as the page takes from the same address, counted together with them."""

    def allow_request(self, request: Request, view: Any) -> bool:
        """False once there were too many within a minute."""
        limit = settings.ARRIVAL_PER_IP_MINUTE
        return keeps_pace("arrival", client_ip(request._request), limit)

    def wait(self) -> float:
        """How long to wait at most, in seconds."""
        return WINDOW_SECONDS


class Arrival(Resource):
    """Public, without a token and from any site."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    throttle_classes = (ArrivalPace,)
    serializer_class = ArrivalAnswer

    @extend_schema(
        summary=_("Ask when the money of a transaction arrives"),
        parameters=[ArrivalQuery],
        responses=ArrivalAnswer,
    )
    def get(self, request: Request) -> Response:
        """The answer."""
        query = ArrivalQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        return Response(ArrivalAnswer(arrival(**query.validated_data)).data)


arrival_view = any_origin(Arrival.as_view())
