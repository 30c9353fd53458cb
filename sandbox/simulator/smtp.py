"""A mail server that delivers nowhere: it keeps every message for the mailbox page."""

import asyncio
import email
import email.policy
import functools
import secrets
from email.message import EmailMessage
from typing import Any, Final

from aiosmtpd.smtp import SMTP

from sandbox.simulator.parsing import readable
from sandbox.simulator.store import Message, Provider, Store

LARGEST_MAIL_BYTES: Final = 10 * 1024 * 1024


async def listen(store: Store, host: str, port: int) -> None:
    """Take mail on `port` until the event loop ends.

    Raises:
        OSError: the port is taken.
    """
    loop = asyncio.get_running_loop()
    server = functools.partial(
        SMTP,
        MailHandler(store),
        hostname="simulator.localhost",
        data_size_limit=LARGEST_MAIL_BYTES,
        enable_SMTPUTF8=True,
        loop=loop,
    )
    await loop.create_server(server, host, port)


class MailHandler:
    """aiosmtpd's handler: one ledger entry for each recipient."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        """Keep a mail."""
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        for recipient in envelope.rcpt_tos:
            self._store.add(_entry(mail, envelope.mail_from, recipient))
        return "250 OK"


def _entry(mail: EmailMessage, sender: str, recipient: str) -> Message:
    headers = [[name, _header(name, raw)] for name, raw in mail.raw_items()]
    first = {name.lower(): value for name, value in reversed(headers)}
    return Message(
        sid=f"mail-{secrets.token_hex(16)}",
        provider=Provider.MAIL,
        to=recipient,
        sender=sender,
        body=_part(mail, "plain"),
        status="received",
        details={
            "subject": first.get("subject", ""),
            "from": first.get("from", ""),
            "html": _part(mail, "html"),
            "list_unsubscribe": first.get("list-unsubscribe", ""),
            "list_unsubscribe_post": first.get("list-unsubscribe-post", ""),
            "message_id": first.get("message-id", ""),
            "headers": headers,
        },
    )


def _header(name: str, raw: str) -> str:
    try:
        return str(email.policy.default.header_fetch_parse(name, raw))
    except Exception:
        # The library's parser stumbles over some damaged headers, each time in another way.
        return readable(raw)


def _part(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body(preferencelist=(kind,))
    if part is None:
        return ""
    try:
        return str(part.get_content())
    except (LookupError, ValueError):  # an unknown character set
        return bytes(part.get_payload(decode=True)).decode(errors="replace")
