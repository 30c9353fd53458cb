"""The mailbox to which letters come back, read by IMAP over TLS; every wait has an end."""

import imaplib
import re
import socket
import ssl
from collections.abc import Iterator
from contextlib import suppress
from threading import Timer
from typing import Any, Final, Self

from django.conf import settings

from notifications.channels.mail.bounces import LONGEST

# One visit: so many letters, and so many seconds in all, whatever the server does.
LETTERS: Final = 200
VISIT_SECONDS: Final = 120.0
WAIT_SECONDS: Final = 15.0
BROKEN: Final = (OSError, imaplib.IMAP4.error, ValueError)
UID: Final = re.compile(rb"\d{1,10}")


class _InTime(imaplib.IMAP4):
    """IMAP over TLS on a connection that is cut off when the visit has taken too long."""

    _limit: Timer | None = None

    def _create_socket(self, timeout: float | None) -> ssl.SSLSocket:
        plain = socket.create_connection((self.host, self.port), timeout)
        context = ssl.create_default_context()
        # The library's time-out is for each byte: a server that drips would be waited for for ever.
        secure = context.wrap_socket(
            plain, server_hostname=self.host, do_handshake_on_connect=False
        )
        self._limit = Timer(VISIT_SECONDS, _cut, [secure])
        self._limit.daemon = True
        self._limit.start()
        try:
            secure.do_handshake()
        except BaseException:
            self._limit.cancel()
            secure.close()
            raise
        return secure

    def let_go(self) -> None:
        """Close the connection at once, and end the watch over it."""
        if self._limit:
            self._limit.cancel()
        with suppress(*BROKEN):
            self.shutdown()


def _cut(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)


class Mailbox:
    """One visit to the mailbox; entering raises one of BROKEN where it cannot be read."""

    def __enter__(self) -> Self:
        self._imap = _InTime(
            settings.EMAIL_BOUNCE_IMAP_HOST, settings.EMAIL_BOUNCE_IMAP_PORT, WAIT_SECONDS
        )
        try:
            user, password = settings.EMAIL_BOUNCE_IMAP_USER, settings.EMAIL_BOUNCE_IMAP_PASSWORD
            self._imap.login(user, password)
            _checked(self._imap.select(_quoted(settings.EMAIL_BOUNCE_IMAP_FOLDER)))
        except BaseException:
            self._imap.let_go()
            raise
        return self

    def __exit__(self, *_error: object) -> None:
        with suppress(*BROKEN):
            self._imap.logout()
        self._imap.let_go()

    def unread(self) -> Iterator[tuple[bytes, bytes]]:
        """Yield the number and the first half megabyte of letters that were not read yet.

        They stay unread until `read`: whoever ends in between finds them again.
        """
        [found, *_] = _checked(self._imap.uid("SEARCH", "UNSEEN")) or [b""]
        for uid in UID.findall(found or b"")[:LETTERS]:
            wanted = f"(BODY.PEEK[]<0.{LONGEST}>)"
            answer = _checked(self._imap.uid("FETCH", uid.decode(), wanted))
            content = next((one[1] for one in answer if isinstance(one, tuple)), b"")
            yield uid, bytes(content)

    def read(self, uid: bytes) -> None:
        """Mark a letter as read: it is not looked at again."""
        _checked(self._imap.uid("STORE", uid.decode(), "+FLAGS.SILENT", r"(\Seen)"))


def _checked(answer: tuple[str, list[Any]]) -> list[Any]:
    kind, data = answer
    if kind != "OK":
        raise imaplib.IMAP4.error("the mail server refused a command")
    return data


def _quoted(folder: str) -> str:
    escaped = folder.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
