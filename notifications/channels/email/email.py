"""E-mail over SMTP, one connection a batch; a mail server may post here what comes back."""

import asyncio
import hmac
import re
from collections.abc import AsyncIterator, Iterable
from dataclasses import replace
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override, pgettext

from notifications.channels import wording
from notifications.channels.addresses import AddressKind
from notifications.channels.base import (
    Bulletin,
    Content,
    DataRecipient,
    Limits,
    Message,
    MessageTemplate,
    Note,
    Provider,
    register,
)
from notifications.channels.mail import letter
from notifications.channels.mail.bounces import LONGEST, receipts_in
from notifications.channels.mail.links import MANAGE, STOP, link
from notifications.channels.mail.mailer import Mailer
from notifications.channels.mail.page import LetterPage, html_of, text_of
from notifications.channels.outcomes import BadSignature, Callback, Outcome
from notifications.media import EMAIL

# What a text without a translation is in (statements/texts.py, which no provider may know).
CHINESE: Final = "zh-hans"
# They turn the direction of what follows: no language here needs them, and pasted text brings some.
TURNING: Final = re.compile("[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]")
NOT_IN_AN_ID: Final = re.compile(r"[^A-Za-z0-9_-]")


@register
class Email(Provider):
    """E-mail with a plain and an HTML part."""

    name = "email"
    label = gettext_lazy("E-mail")
    medium = EMAIL
    address_kind = AddressKind.EMAIL
    required_settings = ("EMAIL_HOST",)
    longest_callback = LONGEST
    # A mail server would try for days to post a letter that is refused.
    cuts_callbacks = True
    # What most mail relays take from one sender without delaying it.
    limits = Limits(per_second=20, burst=20)

    def compose(self, bulletin: Bulletin, template: MessageTemplate | None = None) -> Content:
        """Return subject, full text with the promise of an update, and links, as text and HTML."""
        bulletin = replace(
            bulletin,
            name=TURNING.sub("", bulletin.name),
            body=TURNING.sub("", bulletin.body),
            details=tuple(TURNING.sub("", one) for one in bulletin.details),
        )
        with override(bulletin.language):
            page = _page(bulletin)
            return Content(
                text=text_of(page),
                subject=" ".join(f"{bulletin.mark}{_subject(bulletin)}".split()),
                html=html_of(page),
                data=_headers(bulletin),
            )

    def compose_note(self, note: Note, template: MessageTemplate | None = None) -> Content:
        """Return a note, which goes to one person and to no list."""
        data = {letter.OPERATOR: note.operator}
        return Content(text=note.text, subject=note.subject, data=data)

    def recipient(self) -> DataRecipient:
        """Return the mail servers between us and the reader."""
        return DataRecipient(
            name=_("Our e-mail service and yours"),
            receives=_("e-mail address, text of the message"),
            purpose=_("sending e-mail"),
        )

    def sends_receipts(self) -> bool:
        """Return False: a letter comes back or it does not, and nobody reports its arrival."""
        return False

    def verify_callback(self, request: HttpRequest) -> None:
        """Compare the secret in the URL to which our mail server posts what comes back."""
        token, given = settings.EMAIL_BOUNCE_TOKEN, request.GET.get("token", "")
        if not token or not hmac.compare_digest(token.encode(), given.encode()):
            raise BadSignature

    def parse_callback(self, request: HttpRequest) -> Callback:
        """Read one letter, as it came; what says nothing of a letter of ours is answered alike.

        A mail server that got an error would try the same letter again for days.
        """
        return Callback(receipts=receipts_in(request.body))

    async def send(self, batch: Iterable[Message]) -> AsyncIterator[tuple[Message, Outcome]]:
        """Send the messages one after the other, in a thread, over one connection."""
        mailer = Mailer()
        try:
            for message in batch:
                yield message, await asyncio.to_thread(mailer.send, message)
        finally:
            await asyncio.to_thread(mailer.close)


def _page(bulletin: Bulletin) -> LetterPage:
    """Return what both parts say, in the active language."""
    said_at = {"time": wording.whole_moment(bulletin.published_at)}
    facts = (
        "\n".join(bulletin.details),
        _services(bulletin),
        _("Published: %(time)s (Beijing time)") % said_at,
        wording.promise(bulletin),
    )
    return LetterPage(
        language=bulletin.language,
        operator=bulletin.operator,
        status=bulletin.status,
        heading=wording.opening(bulletin),
        paragraphs=[bulletin.body],
        facts=[one for one in facts if one],
        button=(bulletin.url, _("View it on the status page")),
        number=wording.number(bulletin),
        why=_("You get this e-mail because you subscribed."),
        # The last one becomes the reader's own.
        links=(
            (link(MANAGE, bulletin.language), _("Change your subscription")),
            (link(STOP, bulletin.language), _("Unsubscribe from e-mail")),
        ),
    )


def _services(bulletin: Bulletin) -> str:
    """Return the services that it concerns, in the active language; empty where it names none."""
    named = (bulletin.document.get("content") or {}).get("components") or ()
    texts = [one.get("name") or {} for one in named]
    names = [text.get(bulletin.language) or text.get(CHINESE, "") for text in texts]
    shown = pgettext("between names", ", ").join(dict.fromkeys(filter(None, names)))
    return _("Affected services: %(names)s") % {"names": shown} if shown else ""


def _headers(bulletin: Bulletin) -> dict[str, str]:
    """Return what the headers of a letter to subscribers need to know."""
    last = urlsplit(bulletin.url).path.strip("/").rpartition("/")[2]
    return {
        letter.SUBJECT_OF: NOT_IN_AN_ID.sub("", f"{bulletin.topic}-{last}"),
        letter.OPERATOR: bulletin.operator,
        letter.LANGUAGE: bulletin.language,
        letter.STOP_PAGE: link(STOP, bulletin.language),
        letter.FEEDBACK: NOT_IN_AN_ID.sub("", str(bulletin.topic)),
    }


def _subject(bulletin: Bulletin) -> str:
    """Return operator, state and name, in the active language; no state if it begins the name."""
    values = {
        "operator": bulletin.operator,
        "status": bulletin.status_label,
        "name": bulletin.name,
    }
    if bulletin.name.startswith(bulletin.status_label):
        return _("[%(operator)s] %(name)s") % values
    return _("[%(operator)s] %(status)s: %(name)s") % values
