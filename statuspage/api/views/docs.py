"""The OpenAPI description, the page that shows it, and 404 for unknown addresses."""

import threading
from typing import Any, ClassVar, NoReturn, cast

from django.conf import settings
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import translation
from django.utils.cache import get_conditional_response, patch_vary_headers, set_response_etag
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.permissions import AllowAny
from rest_framework.request import Request

from statuspage.api.base import LocalizedView, Resource


@extend_schema(exclude=True)
class Schema(LocalizedView, SpectacularAPIView):
    """The OpenAPI description: made once in a process for each language and format.

    Making it takes the work of a hundred pages, and anybody may ask for it.
    """

    _made: ClassVar[dict[tuple[str, str], bytes]] = {}
    _making: ClassVar = threading.Lock()

    def get(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Return it, or 304 to who has it."""
        renderer = request.accepted_renderer
        key = (self._language(request), renderer.format)
        with self._making:
            if key not in self._made:
                with translation.override(key[0]):
                    said = self._get_schema_response(request)  # type: ignore[no-untyped-call]
                made = renderer.render(said.data, renderer_context={})
                self._made[key] = made.encode() if isinstance(made, str) else made
        response = HttpResponse(self._made[key], content_type=f"{renderer.media_type}")
        response["Content-Language"] = key[0]
        response["Cache-Control"] = "public, max-age=300"
        # The language may come from a cookie, too: it must not become that of the next reader.
        patch_vary_headers(response, ("Accept", "Accept-Language", "Cookie"))
        set_response_etag(response)
        answer = get_conditional_response(request._request, response["ETag"], response=response)
        return cast(HttpResponseBase, answer)

    def _get_version_parameter(self, request: Request) -> None:
        """Return nothing: what one caller asks for must not be what the next one gets."""

    def _language(self, request: Request) -> str:
        asked = request.query_params.get("lang", "")
        return asked if asked in dict(settings.LANGUAGES) else translation.get_language()


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
