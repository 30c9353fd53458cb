"""Signed webhooks (standardwebhooks.com), kept away from addresses in our own network."""

import ipaddress
import json
import socket
from collections.abc import AsyncIterator, Iterable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Final
from urllib.parse import urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from standardwebhooks import Webhook as Signer
from standardwebhooks.webhooks import EmptyWebhookSecretError

from notifications.channels import http
from notifications.channels.addresses import AddressKind
from notifications.channels.base import Bulletin, Channel, Content, Limits, Message, register
from notifications.channels.outcomes import Accepted, Failed, NotSent, Outcome, Reason
from statuspage.lib.database_clock import database_now_reckoned

GONE: Final = 410
# IPv6 addresses of translators contain the IPv4 address that counts (RFC 6052, RFC 3056). No
# receiver needs to be reached in this way.
TRANSLATED: Final = (ipaddress.ip_network("64:ff9b::/96"), ipaddress.ip_network("2002::/16"))


class PrivateAddress(OSError):
    """The name or address leads into a private network."""


def is_public(address: str) -> bool:
    """Return whether an IP address is public: not private, loopback, link-local …"""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped:
            ip = ip.ipv4_mapped
        elif ip.teredo or any(ip in network for network in TRANSLATED):
            return False
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


def names_private_address(url: str) -> bool:
    """Return whether a URL's host is written as an IP address that is not public."""
    try:
        return not is_public(urlsplit(url).hostname or "")
    except ValueError:
        return False  # a name: the resolver checks its addresses


class PublicOnly(AbstractResolver):
    """Resolves names to public addresses only.

    The connection is made to the very addresses that were checked, so a name that answers
    differently a moment later (DNS rebinding) gains nothing.
    """

    def __init__(self, resolver: AbstractResolver | None = None) -> None:
        self._resolver = resolver or ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Return the host's addresses.

        Raises:
            PrivateAddress: one of them is private; the others are then not to be trusted either.
            OSError: there is no such host.
        """
        found = await self._resolver.resolve(host, port, family)
        if not all(is_public(one["host"]) for one in found):
            raise PrivateAddress(f"{host} is not public")
        return found

    async def close(self) -> None:
        """Close the name resolver; no connection is kept open."""
        await self._resolver.close()


@register
class Webhook(Channel):
    """A JSON document posted to a subscriber's own server."""

    name = "webhook"
    label = _("Webhook")
    address_kind = AddressKind.URL
    # Receivers are asked to remember every webhook-id; none needs to for longer than this.
    recognises_repeats_for = timedelta(days=1)
    # What one process of ours can hold open.
    limits = Limits(per_second=50, burst=50)

    def compose(self, bulletin: Bulletin) -> Content:
        """Return the logged statement and its text in the subscriber's language as JSON."""
        payload = {
            "type": bulletin.kind,
            "timestamp": _iso(bulletin.published_at),
            "data": {
                "number": bulletin.number,
                "language": bulletin.language,
                "operator": bulletin.operator,
                "name": bulletin.name,
                "status": bulletin.status,
                "status_label": bulletin.status_label,
                "body": bulletin.body,
                "next_update_by": bulletin.next_update_by and _iso(bulletin.next_update_by),
                "url": bulletin.url,
                "statement": bulletin.document,
            },
        }
        return Content(text=json.dumps(payload, ensure_ascii=False, indent=2))

    async def send(self, batch: Iterable[Message]) -> AsyncIterator[tuple[Message, Outcome]]:
        """Post every message once, to public addresses only."""
        resolver = None if settings.WEBHOOK_ALLOW_PRIVATE else PublicOnly()
        async with http.session(resolver) as session:
            async for sent in http.each(batch, partial(_send_one, session)):
                yield sent


async def _send_one(session: aiohttp.ClientSession, message: Message) -> Outcome:
    if not settings.WEBHOOK_ALLOW_PRIVATE and names_private_address(message.address):
        return Failed(Reason.BAD_ADDRESS, "private")
    body = message.content.text
    try:
        headers = _signed(message, body)
    except (ValueError, EmptyWebhookSecretError):
        return Failed(Reason.NO_CREDENTIALS, "secret")
    try:
        # The body of the answer is not ours to trust: it is neither read nor kept.
        async with session.post(
            message.address, data=body.encode(), headers=headers, allow_redirects=False
        ) as response:
            return _outcome_of(response, message)
    except http.ERRORS as error:
        return _broken(error)


def _signed(message: Message, body: str) -> dict[str, str]:
    """Return the headers by which the receiver knows sender, message and time.

    Raises:
        ValueError, EmptyWebhookSecretError: the address has no usable secret.
    """
    now, name = database_now_reckoned(), f"msg_{message.repeat_id}"
    return {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "candor-webhook/1",
        "webhook-id": name,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Signer(message.secret).sign(name, now, body),
    }


def _outcome_of(response: aiohttp.ClientResponse, message: Message) -> Outcome:
    status = response.status
    if 200 <= status < 300:
        return Accepted(f"msg_{message.repeat_id}")
    if status == 429:
        return http.rate_limited(response.headers)
    if status >= 500:
        # Safe to repeat: the receiver recognises the webhook-id.
        return NotSent(Reason.PROVIDER_ERROR, str(status), http.retry_after(response.headers))
    if status == GONE:
        return Failed(Reason.OPTED_OUT, str(status), suppress=True)
    # A redirect is a refusal too: what was checked is this address, not where it points.
    return Failed(Reason.OTHER, str(status))


def _broken(error: BaseException) -> Outcome:
    """Return an outcome that allows repetition: receivers recognise them by their webhook-id."""
    if isinstance(error, aiohttp.ClientConnectorError) and isinstance(
        error.os_error, PrivateAddress
    ):
        return Failed(Reason.BAD_ADDRESS, "private")
    if isinstance(error, aiohttp.InvalidURL):
        return Failed(Reason.BAD_ADDRESS, type(error).__name__)
    outcome = http.outcome_of(error)
    return NotSent(outcome.reason, outcome.code)


def _iso(moment: datetime) -> Any:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
