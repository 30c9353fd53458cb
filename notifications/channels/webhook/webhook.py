"""Signed webhooks (standardwebhooks.com), kept away from addresses in our own network."""

import json
from collections.abc import AsyncIterator, Iterable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Final

import aiohttp
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from standardwebhooks import Webhook as Signer
from standardwebhooks.webhooks import EmptyWebhookSecretError

from notifications.channels import http
from notifications.channels.addresses import AddressKind
from notifications.channels.base import (
    Bulletin,
    Content,
    Limits,
    Message,
    MessageTemplate,
    Provider,
    register,
)
from notifications.channels.outcomes import Accepted, Failed, NotSent, Outcome, Reason
from notifications.channels.public_hosts import (
    PrivateAddress,
    PublicConnector,
    UnsafeHost,
    checked_host,
)
from notifications.media import WEBHOOK
from statuspage.lib.database_clock import database_now_reckoned

GONE: Final = 410
# The document itself is refused: 413 Content Too Large, 422 Unprocessable Content.
OF_THE_TEXT: Final = (413, 422)


@register
class Webhook(Provider):
    """A JSON document posted to a subscriber's own server."""

    name = "webhook"
    label = _("Webhook")
    medium = WEBHOOK
    address_kind = AddressKind.URL
    one_account = False  # each receiver is a server of its own
    outwaits = frozenset()
    # Receivers are asked to remember every webhook-id; none needs to for longer than this.
    recognises_repeats_for = timedelta(days=1)
    # What one process of ours can hold open.
    limits = Limits(per_second=50, burst=50)

    def compose(self, bulletin: Bulletin, template: MessageTemplate | None = None) -> Content:
        """Return the logged statement and its text in the subscriber's language as JSON."""
        payload = {
            "type": bulletin.kind,
            **({"test": True} if bulletin.mark else {}),
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

    def recipient(self) -> None:
        """Return nobody: it is the reader's own server."""
        return

    async def send(self, batch: Iterable[Message]) -> AsyncIterator[tuple[Message, Outcome]]:
        """Post every message once, to public addresses only."""
        connector = None if settings.WEBHOOK_ALLOW_PRIVATE else PublicConnector(limit=http.AT_ONCE)
        async with http.session(connector) as session:
            async for sent in http.each(batch, partial(_send_one, session)):
                yield sent


async def _send_one(session: aiohttp.ClientSession, message: Message) -> Outcome:
    # Again: the row may be older than the rules, and the setting may have changed.
    try:
        checked_host(message.address, private=settings.WEBHOOK_ALLOW_PRIVATE)
    except UnsafeHost:
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
    if status in OF_THE_TEXT:
        return Failed(Reason.REFUSED_CONTENT, str(status))
    # Their server, or a proxy in front of it, is not set up as they want it: tried again for a
    # while. A redirect is such a refusal: what was checked is this address, not where it points.
    return NotSent(Reason.PROVIDER_ERROR, str(status), http.retry_after(response.headers))


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
