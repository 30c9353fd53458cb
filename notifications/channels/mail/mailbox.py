"""The mailbox to which letters come back, read by IMAP over TLS; every wait has an end."""

import imaplib
import re
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from threading import Timer
from typing import Any, Final, Self

from django.conf import settings

from notifications.channels.mail.bounces import LONGEST
from statuspage.lib.database_clock import database_now_reckoned

# One visit: so many letters, none begun after so many seconds, and cut off after so many in all,
# whatever the server does.
LETTERS: Final = 2_000
READING_SECONDS: Final = 45.0
VISIT_SECONDS: Final = 120.0
# What came back earlier, and nobody has read, is no news; and a list of all that was ever left
# unread could be longer than the library takes.
DAYS: Final = 30
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

    def read(self, size: int) -> bytes:
        """Read so many bytes; a server cannot fill the memory with more than was asked for."""
        if size > LONGEST:
            raise self.abort("more than was asked for")
        return super().read(size)

    def shutdown(self) -> None:
        """Close the connection at once, and end the watch over it."""
        if self._limit:
            self._limit.cancel()
        with suppress(*BROKEN):
            super().shutdown()


def _cut(connection: ssl.SSLSocket) -> None:
    """End a connection that another thread waits for; TLS has no say in it."""
    with suppress(OSError):
        socket.socket.shutdown(connection, socket.SHUT_RDWR)


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
            self._imap.shutdown()
            raise
        return self

    def __exit__(self, *_error: object) -> None:
        with suppress(*BROKEN):
            self._imap.logout()
        self._imap.shutdown()

    def unread(self) -> Iterator[tuple[bytes, bytes | None]]:
        """Yield the number and the first half megabyte of letters that were not read yet.

        They stay unread until `read`: a visit that ends in between leaves them for the next. None
        is one that the server does not give now: it holds up none of the others.
        """
        until = time.monotonic() + READING_SECONDS
        since = database_now_reckoned() - timedelta(days=DAYS)
        found = _checked(self._imap.uid("SEARCH", "UNSEEN", "SINCE", f"{since:%d-%b-%Y}"))
        uids = UID.findall(b" ".join(line for line in found if isinstance(line, bytes)))
        for uid in uids[:LETTERS]:
            wanted = f"(BODY.PEEK[]<0.{LONGEST}>)"
            kind, answer = self._imap.uid("FETCH", uid.decode(), wanted)
            letter = next((bytes(one[1]) for one in answer if isinstance(one, tuple)), b"")
            yield uid, letter if kind == "OK" else None
            if time.monotonic() > until:
                return

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
