"""The OpenAPI description, the page that shows it, and 404 for unknown addresses."""

from typing import Any, NoReturn

from django.http import Http404
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.permissions import AllowAny
from rest_framework.request import Request

from statuspage.api.base import LocalizedView, Resource


@extend_schema(exclude=True)
class Schema(LocalizedView, SpectacularAPIView):
    """The OpenAPI description."""


@extend_schema(exclude=True)
class Docs(LocalizedView, SpectacularSwaggerSplitView):
    """Swagger UI in our own template: its default has an inline style, which our CSP forbids."""

    template_name = "api/docs.html"
    url_name = "api:schema"


@extend_schema(exclude=True)
class NotFoundView(Resource):
    """404 in the API's error format, for every caller and method."""

    authentication_classes = ()
    permission_classes = (AllowAny,)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> NoReturn:
        """Raise the 404."""
        raise Http404
