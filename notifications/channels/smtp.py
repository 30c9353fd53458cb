"""SMTP on which every reply has an end: smtplib limits the wait for the next byte alone.

A server that sends a byte from time to time and never a whole line would otherwise hold a process
for ever.
"""

import io
import smtplib
import socket
import time
from typing import Any, cast
from uuid import uuid4

from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend
from django.core.mail.message import sanitize_address

from notifications.channels.base import NO_DELIVERY, Content, Message
from notifications.channels.mail.dkim_signature import CannotSign
from notifications.channels.mail.letter import letter_of


class _Reader(io.RawIOBase):
    """Reads a socket until a moment that is set for each reply."""

    def __init__(self, source: socket.socket) -> None:
        self._source = source
        self._until = 0.0

    def begin(self, seconds: float) -> None:
        """Begin a reply that must have come in so many seconds."""
        self._until = time.monotonic() + seconds

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Read what there is next; TimeoutError when the reply is late."""
        left = self._until - time.monotonic()
        if left <= 0:
            raise TimeoutError("the reply is late")
        self._source.settimeout(left)
        return self._source.recv_into(buffer)


class _InTime(smtplib.SMTP):
    """`timeout` is how many seconds a whole reply may take."""

    def getreply(self) -> tuple[int, bytes]:
        """Return the next reply; smtplib makes SMTPServerDisconnected of one that is late."""
        connection = cast(socket.socket, self.sock)
        if self.file is None:
            self.file = io.BufferedReader(_Reader(connection))
        cast(_Reader, self.file.raw).begin(self.timeout)
        try:
            return super().getreply()
        finally:
            if self.sock is not None:  # smtplib closes one that is silent
                connection.settimeout(self.timeout)


class _InTimeSSL(_InTime, smtplib.SMTP_SSL):
    """The same over TLS from the start."""


class Backend(EmailBackend):
    """Django's, on such connections, and with letters as readers get them."""

    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        """The class of connection that the settings ask for."""
        return _InTimeSSL if self.use_ssl else _InTime

    def _send(self, email_message: EmailMessage) -> bool:
        """Send what Django was given (invitations, new passwords) in seven bits, and signed."""
        subject, text = str(email_message.subject), str(email_message.body)
        smtp = cast(smtplib.SMTP, self.connection)
        recipients = [sanitize_address(one, "utf-8") for one in email_message.recipients()]
        for address in recipients:
            message = Message(NO_DELIVERY, uuid4(), address, Content(text=text, subject=subject))
            try:
                letter = letter_of(message)
                smtp.sendmail(letter.sender, [address], letter.content)
            except (CannotSign, ValueError) as error:  # callers know the errors of a mail server
                raise smtplib.SMTPException(type(error).__name__) from error
        return bool(recipients)
