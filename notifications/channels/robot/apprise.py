"""Group robots and push services beside WeCom's: Apprise writes each request, we send it."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from dataclasses import replace
from functools import partial
from typing import Final
from urllib.parse import urlsplit

import aiohttp
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from yarl import URL

from notifications.channels import http, wording
from notifications.channels.addresses import AddressKind
from notifications.channels.base import (
    Bulletin,
    Content,
    Limits,
    Message,
    MessageTemplate,
    Note,
    Provider,
    register,
)
from notifications.channels.group_robots import plugins, texts
from notifications.channels.group_robots.services import Service, service_of
from notifications.channels.group_robots.writing import request_for
from notifications.channels.outcomes import (
    Accepted,
    Failed,
    NotAccepted,
    NotSent,
    Outcome,
    Reason,
    Refusal,
)
from notifications.channels.public_hosts import PrivateAddress, PublicConnector, UnsafeHost
from notifications.media import ROBOT
from statuspage.lib.punctuation import sentence

# For an address whose service is not known; those that are have their own.
SLOWEST: Final = Limits(per_second=10 / 60, burst=3, each_address=True)
# What passes by itself where a company runs the server.
OF_THE_SERVER: Final = frozenset({Reason.CONNECTION, Reason.PROVIDER_ERROR})


@register
class Apprise(Provider):
    """One message to the group, channel or phone that an Apprise URL names."""

    name = "apprise"
    label = _("DingTalk, Feishu, Slack and others")
    medium = ROBOT
    address_kind = AddressKind.GROUP
    one_account = False
    limits = SLOWEST

    def limits_of(self, address: str) -> Limits:
        """Return the limits of the address's service."""
        try:
            return service_of(address).limits
        except KeyError:
            return SLOWEST

    def compose(self, bulletin: Bulletin, template: MessageTemplate | None = None) -> Content:
        """Return the whole statement as plain text; where a service has less room, it is cut there.

        The operator's name stands in each, for robots that only take messages with a keyword.
        """
        opening = f"【{bulletin.operator}】{wording.opening(bulletin)}"
        body = sentence(wording.whole(bulletin), chinese=wording.is_chinese(bulletin))
        endings = (wording.promise(bulletin), bulletin.url, wording.number(bulletin))
        parts = {
            texts.OPENING: opening,
            texts.BODY: "\n".join(one for one in (body, *bulletin.details) if one),
            texts.ENDING: "\n".join(one for one in endings if one),
        }
        return Content(text="\n".join(one for one in parts.values() if one), data=parts)

    def compose_note(self, note: Note, template: MessageTemplate | None = None) -> Content:
        """Return the note after the operator's name, which robots with a keyword look for."""
        return texts.note_content(note)

    def recipient(self) -> None:
        """Return nobody: it is a group of the reader's own."""
        return

    async def send(self, batch: Iterable[Message]) -> AsyncIterator[tuple[Message, Outcome]]:
        """Post every message once: to public addresses only, or through the operator's relay."""
        await asyncio.to_thread(plugins.load)
        relayed = bool(settings.ROBOT_RELAY_URL)
        connector = None if relayed else PublicConnector(limit=http.AT_ONCE)
        async with http.session(connector) as session:
            async for sent in http.each(batch, partial(_send_one, session)):
                yield sent


async def _send_one(session: aiohttp.ClientSession, message: Message) -> Outcome:
    try:
        service = service_of(message.address)
        if service.scheme not in settings.ROBOT_SERVICES:
            return Failed(Reason.BLOCKED, "service")
        # Again: the row may be older than the rules.
        request = request_for(message.address, message.content)
    except UnsafeHost:
        return Failed(Reason.BAD_ADDRESS, "private")
    except (KeyError, plugins.NotWritten):
        return Failed(Reason.BAD_ADDRESS, "address")
    try:
        answer = await http.request(
            session, "POST", _way_to(request.url), data=request.body, headers=request.headers
        )
    except NotAccepted as refusal:
        return _broken(service, refusal, request.url)
    if refused := service.judge(answer):
        return _of_whom(refused, own=service.is_readers_own(request.url))
    # No service of these names the message in every answer: ours identifies the delivery.
    return Accepted(f"{service.scheme}-{message.repeat_id}")


def _way_to(url: str) -> URL:
    """Return the URL to ask: that of the service, or of the relay with the service's host in it."""
    relay = settings.ROBOT_RELAY_URL.rstrip("/")
    if not relay:
        return URL(url, encoded=True)
    parts = urlsplit(url)
    query = f"?{parts.query}" if parts.query else ""
    return URL(f"{relay}/{parts.netloc}{parts.path}{query}", encoded=True)


def _broken(service: Service, refusal: NotAccepted, url: str) -> Outcome:
    """Return the outcome of a request without an answer; a reader's own host may be a private one.

    Where the host is the service's own, a private address is a fault of our network, not theirs.
    """
    cause = refusal.__cause__
    private = isinstance(cause, aiohttp.ClientConnectorError) and isinstance(
        cause.os_error, PrivateAddress
    )
    if private and service.host is None:
        return Failed(Reason.BAD_ADDRESS, "private")
    # Without a relay, which is ours.
    own = service.is_readers_own(url) and not settings.ROBOT_RELAY_URL
    return _of_whom(refusal.outcome, own=own)


def _of_whom(refused: Refusal, *, own: bool) -> Refusal:
    """Return what a reader's `own` server did not take as what is only tried a few times.

    It may be gone for good, while a company's is waited for for days.
    """
    if own and isinstance(refused, NotSent) and refused.reason in OF_THE_SERVER:
        return replace(refused, reason=Reason.UNREACHABLE)
    return refused
