"""E-mail over SMTP, one connection a batch."""

import asyncio
import re
import smtplib
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any, Final, cast
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.core.mail.message import sanitize_address
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from notifications.channels import wording
from notifications.channels.addresses import AddressKind
from notifications.channels.base import (
    Bulletin,
    Content,
    DataRecipient,
    Limits,
    Message,
    MessageTemplate,
    Provider,
    register,
)
from notifications.channels.outcomes import Accepted, Failed, NotSent, Outcome, Reason, Unknown
from notifications.channels.smtp import Backend
from notifications.media import EMAIL

ACCEPTED: Final = frozenset({250, 251})
GO_AHEAD: Final = 354
FIRST_DOT: Final = re.compile(rb"^\.", re.MULTILINE)
# Answers to RCPT TO that will never change: no such mailbox, or it must not be written to.
NO_MAILBOX: Final = frozenset({511, 550, 551, 553})


@register
class Email(Provider):
    """E-mail with a plain and an HTML part."""

    name = "email"
    label = gettext_lazy("E-mail")
    medium = EMAIL
    address_kind = AddressKind.EMAIL
    required_settings = ("EMAIL_HOST",)
    # What most mail relays take from one sender without delaying it.
    limits = Limits(per_second=20, burst=20)

    def compose(self, bulletin: Bulletin, template: MessageTemplate | None = None) -> Content:
        """Return subject, full text with the promise of an update, and links, as text and HTML."""
        with override(bulletin.language):
            subject = _subject(bulletin)
            page = _("View it on the status page:")
            why = _("You get this e-mail because you subscribed. Change or unsubscribe here:")
        parts = (
            wording.opening(bulletin),
            bulletin.body,
            "\n".join(bulletin.details),
            wording.promise(bulletin),
            wording.number(bulletin),
        )
        paragraphs = [part for part in parts if part]
        manage = f"{settings.SITE_URL}/manage/"
        text = "\n\n".join([*paragraphs, f"{page}\n{bulletin.url}", f"{why}\n{manage}"])
        links = [(page, bulletin.url), (why, manage)]
        return Content(
            text=f"{text}\n",
            subject=" ".join(f"{bulletin.mark}{subject}".split()),
            html=_html(bulletin.language, paragraphs, links),
        )

    def recipient(self) -> DataRecipient:
        """Return the mail servers between us and the reader."""
        return DataRecipient(
            name=_("Our e-mail service and yours"),
            receives=_("e-mail address, text of the message"),
            purpose=_("sending e-mail"),
        )

    async def send(self, batch: Iterable[Message]) -> AsyncIterator[tuple[Message, Outcome]]:
        """Send the messages one after the other, in a thread, over one connection."""
        mailer = _Mailer()
        try:
            for message in batch:
                yield message, await asyncio.to_thread(mailer.send, message)
        finally:
            await asyncio.to_thread(mailer.close)


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


class _Mailer:
    """One SMTP connection, opened when it is needed, and again when the server closed it."""

    def __init__(self) -> None:
        self._backend = Backend(timeout=settings.DELIVERY_TIMEOUT_SECONDS)
        self._silent = False

    def send(self, message: Message) -> Outcome:
        """Send one message; distinguish what was certainly not sent from what may have been."""
        if not message.ours():
            return NotSent(Reason.OTHER, "lease")
        if self._silent:  # another wait for each letter would hold up all other work
            return NotSent(Reason.CONNECTION, "TimeoutError")
        try:
            letter = _letter(message)
            if self._backend.connection is None:
                self._backend.open()
            smtp = cast(smtplib.SMTP, self._backend.connection)
            refusal = _envelope(smtp, letter)
        except smtplib.SMTPAuthenticationError as error:
            return self._closed(NotSent(Reason.NO_CREDENTIALS, str(error.smtp_code)))
        except (smtplib.SMTPException, OSError) as error:
            self._silent = _late(error)
            return self._closed(NotSent(Reason.CONNECTION, type(error).__name__))
        except ValueError as error:  # an address or header that no e-mail can carry
            return Failed(Reason.BAD_ADDRESS, type(error).__name__)
        return refusal or self._data(smtp, letter, message.ours)

    def close(self) -> None:
        """Close the connection, even where the server has closed it already."""
        with suppress(smtplib.SMTPException, OSError):
            self._backend.close()
        self._backend.connection = None

    def _data(
        self, smtp: smtplib.SMTP, letter: EmailMultiAlternatives, ours: Callable[[], bool]
    ) -> Outcome:
        """Send the letter itself, unless the server was so slow that another may send it."""
        try:
            code, _reply = smtp.docmd("DATA")
            if code != GO_AHEAD:
                return self._closed(NotSent(Reason.PROVIDER_ERROR, str(code)))
            if not ours():
                smtp.close()  # servers discard what has no end (RFC 5321, section 4.1.1.10)
                return self._closed(NotSent(Reason.OTHER, "lease"))
            smtp.send(_lines(letter))
            code, _reply = smtp.getreply()
        except (smtplib.SMTPException, OSError) as error:
            reason = Reason.TIMEOUT if _late(error) else Reason.CONNECTION
            return self._closed(Unknown(reason, type(error).__name__))
        if code in ACCEPTED:
            return Accepted(letter.extra_headers["Message-ID"])
        return _refused(code, Failed(Reason.REFUSED_CONTENT))

    def _closed(self, outcome: Outcome) -> Outcome:
        """Close the connection, which cannot be used for the next message."""
        self.close()
        return outcome


def _late(error: Exception) -> bool:
    """Return whether the server was silent; smtplib makes a disconnection of that."""
    return isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError)


def _letter(message: Message) -> EmailMultiAlternatives:
    host = urlsplit(settings.SITE_URL).hostname
    letter = EmailMultiAlternatives(
        subject=message.content.subject,
        body=message.content.text,
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[message.address],
        headers={
            "Message-ID": f"<delivery-{message.repeat_id}@{host}>",
            "Auto-Submitted": "auto-generated",
            # No List-Unsubscribe-Post: one-click unsubscription (RFC 8058) needs a URL per reader.
            "List-Unsubscribe": f"<{settings.SITE_URL}/manage/>",
        },
    )
    if message.content.html:
        letter.attach_alternative(message.content.html, "text/html")
    return letter


def _lines(letter: EmailMultiAlternatives) -> bytes:
    """Return the letter as DATA takes it, dots doubled and with its end (RFC 5321, 4.5.2)."""
    # Servers refuse lines that end in LF alone; the stubs do not know Django's `linesep`.
    message: Any = letter.message()
    text: bytes = message.as_bytes(linesep="\r\n").removesuffix(b"\r\n")
    return FIRST_DOT.sub(b"..", text) + b"\r\n.\r\n"


def _envelope(smtp: smtplib.SMTP, letter: EmailMultiAlternatives) -> Outcome | None:
    """Send MAIL FROM and RCPT TO; return None when the server accepts both."""
    smtp.ehlo_or_helo_if_needed()
    sender = sanitize_address(letter.from_email, "utf-8")
    recipient = sanitize_address(letter.to[0], "utf-8")
    code, _reply = smtp.mail(sender)
    # A refused sender does not concern the recipient: sent once an operator has corrected it.
    meaning: Failed | NotSent = NotSent(Reason.NO_CREDENTIALS)
    if code in ACCEPTED:
        code, _reply = smtp.rcpt(recipient)
        meaning = Failed(Reason.BAD_ADDRESS, suppress=code in NO_MAILBOX)
    if code in ACCEPTED:
        return None
    smtp.rset()
    return _refused(code, meaning)


def _refused(code: int, for_good: Failed | NotSent) -> Outcome:
    """Map 4xx to a temporary and 5xx to a permanent outcome (RFC 5321, section 4.2.1)."""
    if code < 500:
        return NotSent(Reason.PROVIDER_ERROR, str(code))
    return replace(for_good, code=str(code))


def _html(language: str, paragraphs: Sequence[str], links: Sequence[tuple[str, str]]) -> SafeString:
    """Return a page without style, image or script: nothing for a mail program to block."""
    lines = (
        format_html_join(mark_safe("<br>"), "{}", ((one,) for one in text.splitlines()))
        for text in paragraphs
    )
    return format_html(
        '<!doctype html>\n<html lang="{}"><body>\n{}\n{}\n</body></html>\n',
        language,
        format_html_join("\n", "<p>{}</p>", ((text,) for text in lines)),
        format_html_join("\n", '<p>{} <a href="{}">{}</a></p>', ((t, u, u) for t, u in links)),
    )
