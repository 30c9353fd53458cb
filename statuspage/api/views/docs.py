"""The OpenAPI description, and the page that shows it."""

from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from statuspage.api.base import InCallersLanguage


@extend_schema(exclude=True)
class Schema(InCallersLanguage, SpectacularAPIView):
    """The description itself."""


@extend_schema(exclude=True)
class Docs(InCallersLanguage, SpectacularSwaggerSplitView):
    """Swagger UI, by a template of ours: its own has an inline style, which our policy forbids."""

    template_name = "api/docs.html"
    url_name = "api:schema"
