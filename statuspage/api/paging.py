"""Pagination by cursor: rows added in between neither repeat nor hide others."""

import base64
import binascii
from urllib.parse import parse_qs

from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import Cursor, CursorPagination
from rest_framework.request import Request


class Pages(CursorPagination):
    """A hundred rows a page, newest first; `limit` asks for up to 500."""

    page_size = 100
    page_size_query_param = "limit"
    max_page_size = 500
    ordering = "-pk"

    def decode_cursor(self, request: Request) -> Cursor | None:
        """Return the cursor of the request.

        Raises:
            ValidationError: this API did not issue the cursor. DRF itself would pass any position
                in it to the database.
        """
        encoded = request.query_params.get(self.cursor_query_param)
        if encoded and not _plausible(encoded):
            raise ValidationError({self.cursor_query_param: [_("Use “cursor” from “next”.")]})
        return super().decode_cursor(request)


class PagesInOrder(Pages):
    """The same pages, oldest first."""

    ordering = "pk"


def _plausible(encoded: str) -> bool:
    try:
        parts = parse_qs(base64.b64decode(encoded.encode("ascii"), validate=True).decode("ascii"))
    except (binascii.Error, ValueError):
        return False
    position, offset = parts.get("p", ["0"])[0], parts.get("o", ["0"])[0]
    return _small_number(position) and _small_number(offset)


def _small_number(digits: str) -> bool:
    return digits.isascii() and digits.isdigit() and len(digits) <= 18
