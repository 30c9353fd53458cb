"""E-mail over SMTP, one connection a batch."""

import asyncio
import smtplib
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any, Final, cast
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.smtp import EmailBackend
from django.core.mail.message import sanitize_address
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from notifications.channels import wording
from notifications.channels.addresses import AddressKind
from notifications.channels.base import Bulletin, Channel, Content, Limits, Message
from notifications.channels.outcomes import Accepted, Failed, NotSent, Outcome, Reason, Unknown
from notifications.channels.registry import register

PER_SECOND: Final = 20
TAKEN: Final = frozenset({250, 251})
# Answers to RCPT TO that will never change: no such mailbox, or it must not be written to.
NO_MAILBOX: Final = frozenset({511, 550, 551, 553})


@register
class Email(Channel):
    """E-mail with a plain and an HTML part."""

    name = "email"
    label = gettext_lazy("E-mail")
    address_kind = AddressKind.EMAIL

    @property
    def limits(self) -> Limits:
        """What most mail relays take from one sender without delaying it."""
        return Limits(per_second=PER_SECOND, burst=PER_SECOND)

    def configured(self) -> bool:
        """A mail server is needed."""
        return bool(settings.EMAIL_HOST)

    def compose(self, bulletin: Bulletin) -> Content:
        """Subject with operator and state; the body whole, the promise, and the page's address."""
        with override(bulletin.language):
            subject = _("[%(operator)s] %(status)s: %(name)s") % {
                "operator": bulletin.operator,
                "status": bulletin.status_label,
                "name": bulletin.name,
            }
            page = _("Read it on the status page:")
            why = _("You receive this because you subscribed. Change or stop it here:")
        number = wording.number(bulletin)
        said = [wording.opening(bulletin), bulletin.body, "\n".join(bulletin.details)]
        paragraphs = [part for part in (*said, wording.promise(bulletin), number) if part]
        manage = f"{settings.SITE_URL}/manage/"
        text = "\n\n".join([*paragraphs, f"{page}\n{bulletin.url}", f"{why}\n{manage}"])
        links = [(page, bulletin.url), (why, manage)]
        return Content(
            text=f"{text}\n",
            subject=" ".join(subject.split()),
            html=_html(bulletin.language, paragraphs, links),
        )

    async def send(self, batch: Sequence[Message]) -> AsyncIterator[tuple[Message, Outcome]]:
        """Send one after the other, in a thread, over one connection."""
        mailer = _Mailer()
        try:
            for message in batch:
                yield message, await asyncio.to_thread(mailer.send, message)
        finally:
            await asyncio.to_thread(mailer.close)


class _Mailer:
    """One SMTP connection, opened when it is needed, and again when the server hung up."""

    def __init__(self) -> None:
        self._backend = EmailBackend(timeout=settings.DELIVERY_TIMEOUT_SECONDS)

    def send(self, message: Message) -> Outcome:
        """Send one message, telling what certainly was not sent from what may have been."""
        if not message.ours():
            return NotSent(Reason.OTHER, "lease")
        try:
            letter = _letter(message)
            smtp = self._connection()
            refusal = _envelope(smtp, letter)
        except smtplib.SMTPAuthenticationError as error:
            return self._hung_up(NotSent(Reason.NO_CREDENTIALS, str(error.smtp_code)))
        except (smtplib.SMTPException, OSError) as error:
            return self._hung_up(NotSent(Reason.CONNECTION, type(error).__name__))
        except ValueError as error:  # an address or header that no letter can carry
            return Failed(Reason.BAD_ADDRESS, type(error).__name__)
        return refusal or self._data(smtp, letter)

    def close(self) -> None:
        """Take leave of the server; one that has gone already is fine."""
        with suppress(smtplib.SMTPException, OSError):
            self._backend.close()
        self._backend.connection = None

    def _connection(self) -> smtplib.SMTP:
        if self._backend.connection is None:
            self._backend.open()
        return cast(smtplib.SMTP, self._backend.connection)

    def _data(self, smtp: smtplib.SMTP, letter: EmailMultiAlternatives) -> Outcome:
        try:
            code, _said = smtp.data(_bytes(letter))
        except smtplib.SMTPDataError as error:  # it did not want to hear the letter
            return self._hung_up(NotSent(Reason.PROVIDER_ERROR, str(error.smtp_code)))
        except (smtplib.SMTPException, OSError) as error:
            # smtplib turns a timeout into a disconnection, and keeps it as the context only.
            late = isinstance(error.__context__, TimeoutError)
            reason = Reason.TIMEOUT if late else Reason.CONNECTION
            return self._hung_up(Unknown(reason, type(error).__name__))
        if code in TAKEN:
            return Accepted(letter.extra_headers["Message-ID"])
        return _refused(code, Failed(Reason.REFUSED_CONTENT))

    def _hung_up(self, outcome: Outcome) -> Outcome:
        """After a break the connection is of no use to the next message."""
        self.close()
        return outcome


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
            # No List-Unsubscribe-Post: one click needs an address of each reader's own that takes
            # a POST (RFC 8058), and to claim it here would be an unsubscription that never happens.
            "List-Unsubscribe": f"<{settings.SITE_URL}/manage/>",
        },
    )
    if message.content.html:
        letter.attach_alternative(message.content.html, "text/html")
    return letter


def _bytes(letter: EmailMultiAlternatives) -> bytes:
    """The letter as it goes over the wire: servers refuse lines that end in LF alone."""
    message: Any = letter.message()  # the stubs do not know Django's `linesep`
    return bytes(message.as_bytes(linesep="\r\n"))


def _envelope(smtp: smtplib.SMTP, letter: EmailMultiAlternatives) -> Outcome | None:
    """Say from whom and to whom; None when the server agrees to both."""
    smtp.ehlo_or_helo_if_needed()
    sender = sanitize_address(letter.from_email, "utf-8")
    recipient = sanitize_address(letter.to[0], "utf-8")
    steps: list[tuple[Callable[[], tuple[int, bytes]], Callable[[int], Failed | NotSent]]] = [
        # Refusing the sender is no word on the recipient: ours to put right, then it goes out.
        (lambda: smtp.mail(sender), lambda code: NotSent(Reason.NO_CREDENTIALS)),
        (lambda: smtp.rcpt(recipient), _no_recipient),
    ]
    for step, meaning in steps:
        code, _said = step()
        if code not in TAKEN:
            smtp.rset()
            return _refused(code, meaning(code))
    return None


def _no_recipient(code: int) -> Failed:
    return Failed(Reason.BAD_ADDRESS, suppress=code in NO_MAILBOX)


def _refused(code: int, for_good: Failed | NotSent) -> Outcome:
    """4xx is for the moment, 5xx for good (RFC 5321, section 4.2.1)."""
    if code < 500:
        return NotSent(Reason.PROVIDER_ERROR, str(code))
    return replace(for_good, code=str(code))


def _html(language: str, paragraphs: Sequence[str], links: Sequence[tuple[str, str]]) -> SafeString:
    """A page without style, image or script: nothing for a mail program to block."""
    said = [format_html("<p>{}</p>", _lines(text)) for text in paragraphs]
    said += [format_html('<p>{} <a href="{}">{}</a></p>', text, url, url) for text, url in links]
    body = mark_safe("\n".join(said))  # noqa: S308 - each is escaped above
    start = format_html('<!doctype html>\n<html lang="{}"><body>\n', language)
    return format_html("{}{}\n</body></html>\n", start, body)


def _lines(text: str) -> SafeString:
    return mark_safe("<br>".join(format_html("{}", line) for line in text.splitlines()))  # noqa: S308
