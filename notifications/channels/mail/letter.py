"""A letter as the bytes that a mail server gets: headers, and bodies in seven bits."""

from collections.abc import Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from typing import Any, Final

from django.conf import settings

from notifications.channels.base import Message
from notifications.channels.mail import dkim_signature
from notifications.channels.mail.headers import header, mailbox_header, text_header
from notifications.channels.mail.links import MANAGE, link
from notifications.channels.mail.marks import message_id, return_path, site_host
from statuspage.lib.database_clock import database_now_reckoned

# Quoted-printable or base64, whichever is shorter: every server takes seven bits.
SEVEN_BITS: Final = SMTP.clone(cte_type="7bit")
# RFC 8058, 3.1.
ONE_CLICK: Final = "List-Unsubscribe=One-Click"
# In Content.data of what goes to a list of readers; sign-up codes and alarms go to one person.
SUBJECT_OF: Final = "subject_of"
OPERATOR: Final = "operator"
LANGUAGE: Final = "language"
STOP_PAGE: Final = "stop_page"
FEEDBACK: Final = "feedback"


class UnusableAddress(ValueError):
    """No letter can be written to, or from, an address."""


@dataclass(frozen=True)
class Letter:
    """A letter with its envelope. `recipient` is in clear text: never log it."""

    sender: str
    recipient: str
    message_id: str
    content: bytes


def letter_of(message: Message) -> Letter:
    """Return the letter of a message.

    Raises:
        UnusableAddress: the address has a line break, or no domain.
    """
    recipient = _checked(message.address)
    display, sender = parseaddr(settings.DEFAULT_FROM_EMAIL)
    identity = message_id(message)
    head = "".join(_head(message, recipient, display, _checked(sender), identity))
    content = head.encode() + _body(message)
    signed = dkim_signature.signature_of(content) + content
    return Letter(return_path(message.delivery_id, sender), recipient, identity, signed)


def _checked(address: str) -> str:
    local, _at, domain = address.rpartition("@")
    if not (local and domain) or not address.isprintable() or set(address) & set(" <>,;"):
        raise UnusableAddress("no e-mail address")
    return address


def _head(message: Message, recipient: str, display: str, sender: str, identity: str) -> list[str]:
    data = message.content.data
    operator = data.get(OPERATOR) or display
    reply_to = settings.EMAIL_REPLY_TO
    return [
        mailbox_header("From", operator, sender),
        header("To", recipient),
        text_header("Subject", message.content.subject),
        header("Date", format_datetime(database_now_reckoned())),
        header("Message-ID", identity),
        *([header("Reply-To", reply_to)] if reply_to else []),
        header("Auto-Submitted", "auto-generated"),
        # Exchange then sends no notes about holidays back.
        header("X-Auto-Response-Suppress", "All"),
        *(_list_headers(message, data) if SUBJECT_OF in data else []),
    ]


def _list_headers(message: Message, data: Mapping[str, Any]) -> list[str]:
    host, feedback = site_host(), settings.EMAIL_FEEDBACK_ID
    # All letters about one incident answer the same letter, which was never sent: they thread.
    thread = f"<{data[SUBJECT_OF]}@{host}>"
    stop = message.stop_url
    return [
        header("In-Reply-To", thread),
        header("References", thread),
        header("List-Id", f"<statements.{host}>"),
        header("List-Unsubscribe", f"<{stop or link(MANAGE, data[LANGUAGE])}>"),
        *([header("List-Unsubscribe-Post", ONE_CLICK)] if stop else []),
        header("Precedence", "list"),
        header("Content-Language", data[LANGUAGE]),
        *([header("Feedback-ID", f"{data[FEEDBACK]}:{feedback}")] if feedback else []),
    ]


def _body(message: Message) -> bytes:
    content = message.content
    text, html = content.text, content.html
    if page := content.data.get(STOP_PAGE):
        # The page to which both parts lead is this reader's own; it stands in each of them once.
        text, html = (_last_replaced(part, page, message.stop_url) for part in (text, html))
    made = EmailMessage(policy=SEVEN_BITS)
    made.set_content(text or "\n")
    if html:
        made.add_alternative(html, subtype="html")
    return made.as_bytes()


def _last_replaced(text: str, old: str, new: str) -> str:
    before, found, after = text.rpartition(old)
    return f"{before}{new}{after}" if found and new else text
