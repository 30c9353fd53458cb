"""Twilio's own package over our connections: its requests are never repeated, and never logged."""

import logging
from collections.abc import Mapping
from functools import lru_cache
from typing import Final
from urllib.parse import quote_plus

from django.conf import settings
from twilio.http import AsyncHttpClient
from twilio.http.response import Response
from twilio.rest import Client

from notifications.channels import curl, http
from notifications.channels.outcomes import NotAccepted

logger = logging.getLogger(__name__)

# The text, the sender and the names of fields are the same in many requests in a row.
_quoted: Final = lru_cache(maxsize=64)(quote_plus)


class HttpClient(AsyncHttpClient):  # type: ignore[misc]  # the package is untyped
    """The package's requests over libcurl: never repeated, and never logged."""

    def __init__(self) -> None:
        super().__init__(logger, is_async=True)

    async def request(
        self,
        method: str,
        uri: str,
        params: dict[str, object] | None = None,
        data: dict[str, object] | None = None,
        headers: dict[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        **_options: object,
    ) -> Response:
        lines = curl.header_lines(tuple((headers or {}).items()), auth)
        url = f"{uri}?{_form(params)}" if params else uri
        body = None if method == "GET" else _form(data or {}).encode()
        answer = await curl.Transfer(url, body, lines)
        if answer.status == 429:  # the package's own error drops the Retry-After
            raise NotAccepted(http.rate_limited(answer.headers))
        # Without headers, which the package would copy and nobody reads.
        return Response(answer.status, answer.text)


def client() -> Client:
    """Return a client of the account in the settings."""
    transport = HttpClient()
    client = Client(settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN, http_client=transport)
    client.api.base_url = settings.TWILIO_BASE_URL
    return client


def _form(fields: Mapping[str, object]) -> str:
    return "&".join(f"{_quoted(name)}={_quoted(str(value))}" for name, value in fields.items())
