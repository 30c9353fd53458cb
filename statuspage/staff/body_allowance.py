"""Tell the web server how long a body it may read, before it reads it."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.deprecation import MiddlewareMixin

from statuspage.lib.body_limits import ASKED, SIGNED_IN_BYTES, allowance_answer
from statuspage.staff.middleware import is_ours
from statuspage.staff.models import Staff


class BodyAllowanceMiddleware(MiddlewareMixin):
    """Answers the web server's question in the place of the view; the last one of all.

    By then the others have refused whoever lacks a session or the second factor. A refusal allows
    nothing beyond what anybody may send.
    """

    def process_view(
        self, request: HttpRequest, view: Any, args: object, kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        """Answer with the number of bytes where it is a question."""
        if ASKED not in request.META:
            return None
        signed_in = is_ours(request.resolver_match) and isinstance(request.user, Staff)
        return allowance_answer(request, view, kwargs, SIGNED_IN_BYTES if signed_in else 0)
