"""Signed webhooks, as Standard Webhooks describes them (standardwebhooks.com)."""

import json
from collections.abc import AsyncIterator, Sequence
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
from notifications.channels.base import Bulletin, Channel, Content, Limits, Message
from notifications.channels.batches import each
from notifications.channels.outcomes import Accepted, Failed, NotSent, Outcome, Reason
from notifications.channels.public_only import NotPublic, PublicOnly, names_private_address
from notifications.channels.registry import register

PER_SECOND: Final = 50
GONE: Final = 410


@register
class Webhook(Channel):
    """A JSON document posted to a subscriber's own server."""

    name = "webhook"
    label = _("Webhook")
    address_kind = AddressKind.URL
    # Receivers are asked to remember every webhook-id; none needs to for longer than this.
    recognises_repeats_for = timedelta(days=1)

    @property
    def limits(self) -> Limits:
        """Our own: what one process of ours can hold open."""
        return Limits(per_second=PER_SECOND, burst=PER_SECOND)

    def configured(self) -> bool:
        """Each address brings its own secret: nothing else is needed."""
        return True

    def compose(self, bulletin: Bulletin) -> Content:
        """The statement as it stands in the log, and its words in the subscriber's language."""
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

    async def send(self, batch: Sequence[Message]) -> AsyncIterator[tuple[Message, Outcome]]:
        """Post every message once, to public addresses only."""
        resolver = None if settings.WEBHOOK_ALLOW_PRIVATE else PublicOnly()
        async with http.session(resolver) as session:
            async for sent in each(batch, partial(_send_one, session)):
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
        # The answer's body is a stranger's: it is neither read nor kept.
        async with session.post(
            message.address, data=body.encode(), headers=headers, allow_redirects=False
        ) as response:
            return _outcome_of(response, message)
    except http.ERRORS as error:
        return _broken(error)


def _signed(message: Message, body: str) -> dict[str, str]:
    """The headers by which the receiver knows sender, message and time.

    Raises:
        ValueError, EmptyWebhookSecretError: the address has no usable secret.
    """
    now, name = datetime.now(UTC), f"msg_{message.repeat_id}"
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
        return NotSent(Reason.RATE_LIMITED, "429", http.retry_after(response.headers))
    if status >= 500:
        # Whatever it has done with the message, it knows the webhook-id when it comes again.
        return NotSent(Reason.PROVIDER_ERROR, str(status), http.retry_after(response.headers))
    if status == GONE:
        return Failed(Reason.OPTED_OUT, str(status), suppress=True)
    # A redirect is a refusal too: what was checked is this address, not where it points.
    return Failed(Reason.OTHER, str(status))


def _broken(error: BaseException) -> Outcome:
    """A read timeout or a reset is worth a repetition here, unlike with providers.

    Receivers tell repetitions by their webhook-id: sending twice does not deliver twice.
    """
    if isinstance(error, aiohttp.ClientConnectorError) and isinstance(error.os_error, NotPublic):
        return Failed(Reason.BAD_ADDRESS, "private")
    if isinstance(error, aiohttp.InvalidURL):
        return Failed(Reason.BAD_ADDRESS, type(error).__name__)
    outcome = http.outcome_of(error)
    return NotSent(outcome.reason, outcome.code)


def _iso(moment: datetime) -> Any:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
