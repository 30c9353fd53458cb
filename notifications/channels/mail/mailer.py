"""One SMTP connection for many letters, and what each answer means for a letter."""

import re
import smtplib
import ssl
from collections.abc import Callable
from contextlib import suppress
from typing import Final, cast

from django.conf import settings

from notifications.channels.base import Message
from notifications.channels.mail.dkim_signature import CannotSign
from notifications.channels.mail.letter import Letter, UnusableAddress, letter_of
from notifications.channels.mail.replies import Stage, enhanced_in, refused
from notifications.channels.outcomes import Accepted, Failed, NotSent, Outcome, Reason, Unknown
from notifications.channels.smtp import Backend

GO_AHEAD: Final = 354
# RFC 5321, 3.8: the server closes the connection, after so many letters, say.
CLOSING: Final = 421
ENDED: Final = frozenset({str(CLOSING), smtplib.SMTPServerDisconnected.__name__})
FIRST_DOT: Final = re.compile(rb"^\.", re.MULTILINE)
# RFC 6531: a server that takes letters to addresses beyond ASCII.
BEYOND_ASCII: Final = "SMTPUTF8"
# No TLS, no way to log in, a certificate or a password that cannot be: settings are wrong.
MISCONFIGURED: Final = (
    smtplib.SMTPNotSupportedError,
    ssl.SSLCertVerificationError,
    UnicodeError,
)


class Mailer:
    """One connection, opened when it is needed, and again when the server closed it."""

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
            letter = letter_of(message)
        except UnusableAddress as error:
            return Failed(Reason.BAD_ADDRESS, type(error).__name__)
        except CannotSign as error:
            return NotSent(Reason.NO_CREDENTIALS, type(error).__name__)
        except ValueError as error:  # words that no e-mail can carry
            return Failed(Reason.REFUSED_CONTENT, type(error).__name__)
        return self._deliver(letter, message.ours)

    def close(self) -> None:
        """Close the connection, even where the server has closed it already."""
        with suppress(smtplib.SMTPException, OSError):
            self._backend.close()
        self._backend.connection = None

    def _deliver(self, letter: Letter, ours: Callable[[], bool]) -> Outcome:
        """Send a letter, over a new connection where the one of earlier letters had ended."""
        used = self._backend.connection is not None
        outcome = self._over_connection(letter, ours)
        ended = isinstance(outcome, NotSent) and outcome.code.split(" ")[0] in ENDED
        return (
            self._over_connection(letter, ours) if used and ended and not self._silent else outcome
        )

    def _over_connection(self, letter: Letter, ours: Callable[[], bool]) -> Outcome:
        try:
            if self._backend.connection is None:
                self._backend.open()
            smtp = cast(smtplib.SMTP, self._backend.connection)
            refusal = self._envelope(smtp, letter)
        except (smtplib.SMTPException, OSError, UnicodeError) as error:
            self._silent = _late(error)
            return self._closed(_unconnected(error))
        return refusal or self._data(smtp, letter, ours)

    def _envelope(self, smtp: smtplib.SMTP, letter: Letter) -> Outcome | None:
        """Send MAIL FROM and RCPT TO; return None when the server accepts both."""
        smtp.ehlo_or_helo_if_needed()
        options = () if letter.recipient.isascii() else (BEYOND_ASCII,)
        if options and not smtp.has_extn(BEYOND_ASCII):
            return Failed(Reason.BAD_ADDRESS, f"no {BEYOND_ASCII}")
        code, reply = smtp.mail(letter.sender, options)
        stage = Stage.SENDER
        if _accepted(code):
            code, reply = smtp.rcpt(letter.recipient)
            stage = Stage.RECIPIENT
        smtp.command_encoding = "ascii"
        if _accepted(code):
            return None
        self._leave(smtp, code)
        return refused(stage, code, _words(reply))

    def _leave(self, smtp: smtplib.SMTP, code: int) -> None:
        """Make the connection ready for the next letter, or close it: refused is refused."""
        if code == CLOSING:
            return self.close()
        try:
            smtp.rset()
        except (smtplib.SMTPException, OSError):
            self.close()
        return None

    def _data(self, smtp: smtplib.SMTP, letter: Letter, ours: Callable[[], bool]) -> Outcome:
        """Send the letter itself, unless the server was so slow that another may send it."""
        try:
            code, reply = smtp.docmd("DATA")
        except (smtplib.SMTPException, OSError) as error:  # it has read nothing of the letter
            self._silent = _late(error)
            return self._closed(_unconnected(error))
        if code != GO_AHEAD:
            return self._closed(_no_go_ahead(code, _words(reply)))
        if not ours():
            smtp.close()  # servers discard what has no end (RFC 5321, section 4.1.1.10)
            return self._closed(NotSent(Reason.OTHER, "lease"))
        try:
            smtp.send(_lines(letter.content))
            code, reply = smtp.getreply()
        except (smtplib.SMTPException, OSError) as error:
            reason = Reason.TIMEOUT if _late(error) else Reason.CONNECTION
            return self._closed(Unknown(reason, type(error).__name__))
        if _accepted(code):
            return Accepted(letter.message_id)
        outcome = refused(Stage.LETTER, code, _words(reply))
        known = isinstance(outcome, Failed | NotSent) and code != CLOSING
        return outcome if known else self._closed(outcome)

    def _closed(self, outcome: Outcome) -> Outcome:
        """Close the connection, which cannot be used for the next message."""
        self.close()
        return outcome


def _accepted(code: int) -> bool:
    """Return whether a reply is positive (RFC 5321, 4.2.1), whatever more it says."""
    return 200 <= code < 300


def _unconnected(error: Exception) -> NotSent:
    """Return what it means that no letter could be begun."""
    name = type(error).__name__
    if isinstance(error, smtplib.SMTPResponseException):  # a greeting, EHLO, STARTTLS or AUTH
        code, said = error.smtp_code, error.smtp_error
        enhanced = enhanced_in(_words(said) if isinstance(said, bytes) else str(said))
        reason = Reason.NO_CREDENTIALS if code >= 500 else Reason.PROVIDER_ERROR
        return NotSent(reason, f"{code} {enhanced}".strip())
    # No way to log in that both know is the library's plainest error.
    ours = isinstance(error, MISCONFIGURED) or type(error) is smtplib.SMTPException
    return NotSent(Reason.NO_CREDENTIALS if ours else Reason.CONNECTION, name)


def _no_go_ahead(code: int, reply: str) -> Outcome:
    """Return what it means when DATA itself is refused: nobody has read the letter yet."""
    outcome = refused(Stage.LETTER, code, reply)
    return outcome if isinstance(outcome, NotSent) else NotSent(Reason.PROVIDER_ERROR, str(code))


def _late(error: Exception) -> bool:
    """Return whether the server was silent; smtplib makes a disconnection of that."""
    return isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError)


def _words(reply: bytes) -> str:
    return reply.decode("utf-8", "replace")


def _lines(content: bytes) -> bytes:
    """Return the letter as DATA takes it, dots doubled and with its end (RFC 5321, 4.5.2)."""
    return FIRST_DOT.sub(b"..", content.removesuffix(b"\r\n")) + b"\r\n.\r\n"
