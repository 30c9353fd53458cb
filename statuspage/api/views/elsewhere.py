"""Addresses of the API at which there is nothing."""

from typing import Any, NoReturn

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request

from statuspage.api.base import Resource


@extend_schema(exclude=True)
class Elsewhere(Resource):
    """404 in the API's own shape, whoever asks and whatever the method."""

    authentication_classes = ()
    permission_classes = (AllowAny,)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> NoReturn:
        """Refuse."""
        raise Http404
