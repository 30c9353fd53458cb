"""Typed settings of e-mail: the server, what comes back, and the signature."""

import re
from collections.abc import Mapping
from email.utils import parseaddr
from typing import Annotated, Any, Final

from pydantic import ValidationInfo, field_validator

from notifications.dkim_keys import read_key
from statuspage.lib.env import EMAIL, SEVERAL_LINES, AreaSettings, Port, Token

DNS_NAME: Final = re.compile(r"[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*")
# The mark in place of {id} has up to 35 characters, and all of it may have 64.
LONGEST_BOUNCE_MAILBOX: Final = 64 - 35 + len("{id}")
FEEDBACK_ID: Final = re.compile(r"[A-Za-z0-9-]{5,15}")


class EmailSettings(AreaSettings):
    """E-mail."""

    EMAIL_HOST: str = ""
    """SMTP server; empty: the channel is off."""
    EMAIL_PORT: Port = 25
    """Port of the SMTP server."""
    EMAIL_HOST_USER: str = ""
    """User name at the SMTP server."""
    EMAIL_HOST_PASSWORD: str = ""
    """Password at the SMTP server."""
    EMAIL_USE_TLS: bool = False
    """Whether to use STARTTLS (mostly on port 587 or 25)."""
    EMAIL_USE_SSL: bool = False
    """Whether to use TLS from the start (mostly on port 465)."""
    DEFAULT_FROM_EMAIL: str = "status@example.com"
    """Sender of every message; readers see the operator's name beside it."""
    EMAIL_REPLY_TO: str = ""
    """Address to which readers' answers go; empty: to the sender."""
    EMAIL_FEEDBACK_ID: str = ""
    """Name by which mail services count complaints (Feedback-ID), 5 to 15 characters.
    Empty: none."""
    EMAIL_BOUNCE_ADDRESS: str = ""
    """Address to which letters come back that cannot be delivered, such as bounces@example.com, or
    bounces+{id}@example.com where the mail server ignores what follows a +: {id} names the
    delivery. Empty: to the sender."""
    EMAIL_BOUNCE_TOKEN: Token = ""
    """Random characters in the address to which your mail server posts them, one letter each:
    /hooks/email/?token=… Empty: closed. Make one: openssl rand -hex 16"""
    EMAIL_BOUNCE_IMAP_HOST: str = ""
    """IMAP server of the mailbox where they arrive, if they are not posted; empty: none is read.
    What was read there is marked as read, and stays."""
    EMAIL_BOUNCE_IMAP_PORT: Port = 993
    """Port of the IMAP server, with TLS from the start."""
    EMAIL_BOUNCE_IMAP_USER: str = ""
    """User name at the IMAP server."""
    EMAIL_BOUNCE_IMAP_PASSWORD: str = ""
    """Password at the IMAP server."""
    EMAIL_BOUNCE_IMAP_FOLDER: str = "INBOX"
    """Folder of the mailbox."""
    EMAIL_DKIM_DOMAIN: str = ""
    """Domain that signs the messages (DKIM), that of the sender; empty: your mail server signs."""
    EMAIL_DKIM_SELECTOR: str = ""
    """Name of the key: its public half is at <name>._domainkey.<domain> in the DNS."""
    EMAIL_DKIM_KEY: Annotated[str, SEVERAL_LINES] = ""
    """RSA key in PEM, best in a file (EMAIL_DKIM_KEY_FILE): openssl genrsa -out dkim.pem 2048"""

    @field_validator("DEFAULT_FROM_EMAIL")
    @classmethod
    def _sender_is_an_address(cls, sender: str) -> str:
        if not EMAIL.search(sender):
            raise ValueError("must hold an e-mail address")
        _name, address = parseaddr(sender)
        if not EMAIL.fullmatch(address) or not address.isascii() or not sender.isprintable():
            raise ValueError(
                "must be an e-mail address in ASCII, after a name in quotes if you like:"
                ' "Name" <status@example.com>'
            )
        return sender

    @field_validator("EMAIL_USE_SSL")
    @classmethod
    def _tls_begins_once(cls, from_the_start: bool, info: ValidationInfo) -> bool:
        if from_the_start and info.data.get("EMAIL_USE_TLS"):
            raise ValueError("cannot be true together with EMAIL_USE_TLS")
        return from_the_start

    @field_validator("EMAIL_REPLY_TO")
    @classmethod
    def _answers_go_to_an_address(cls, address: str) -> str:
        if address and not (EMAIL.fullmatch(address) and address.isascii()):
            raise ValueError("must be an e-mail address")
        return address

    @field_validator("EMAIL_BOUNCE_ADDRESS")
    @classmethod
    def _letters_return_to_an_address(cls, address: str) -> str:
        bare = address.replace("{id}", "", 1)
        if address and not (EMAIL.fullmatch(bare) and bare.isascii() and not set(bare) & set("{}")):
            raise ValueError("must be an e-mail address, such as bounces+{id}@example.com")
        if "{id}" in address.rpartition("@")[2]:
            raise ValueError("must have {id} before the @")
        if "{id}" in address and len(address.partition("@")[0]) > LONGEST_BOUNCE_MAILBOX:
            raise ValueError("leaves no room for {id}: 64 characters before the @ are the most")
        return address

    @field_validator("EMAIL_FEEDBACK_ID")
    @classmethod
    def _feedback_id_is_a_word(cls, name: str) -> str:
        if name and not FEEDBACK_ID.fullmatch(name):
            raise ValueError("must be 5 to 15 letters, digits or hyphens")
        return name

    @field_validator("EMAIL_BOUNCE_IMAP_PASSWORD")
    @classmethod
    def _mailbox_can_be_opened(cls, password: str, info: ValidationInfo) -> str:
        mailbox = info.data.get("EMAIL_BOUNCE_IMAP_HOST")
        if mailbox and not (password and info.data.get("EMAIL_BOUNCE_IMAP_USER")):
            raise ValueError("and EMAIL_BOUNCE_IMAP_USER are required with EMAIL_BOUNCE_IMAP_HOST")
        return password

    @field_validator("EMAIL_BOUNCE_IMAP_USER", "EMAIL_BOUNCE_IMAP_FOLDER")
    @classmethod
    def _is_plain_text(cls, text: str) -> str:
        if not (text.isascii() and text.isprintable()):
            raise ValueError("must be printable ASCII (a folder in modified UTF-7)")
        return text

    @field_validator("EMAIL_DKIM_DOMAIN", "EMAIL_DKIM_SELECTOR")
    @classmethod
    def _names_are_of_the_dns(cls, name: str) -> str:
        if name and not DNS_NAME.fullmatch(name):
            raise ValueError("must be a name of the DNS, such as example.com")
        return name

    @field_validator("EMAIL_DKIM_KEY")
    @classmethod
    def _letters_can_be_signed(cls, key: str, info: ValidationInfo) -> str:
        named = [info.data.get(f"EMAIL_DKIM_{part}") for part in ("DOMAIN", "SELECTOR")]
        if any((key, *named)) and not all((key, *named)):
            raise ValueError("EMAIL_DKIM_DOMAIN and EMAIL_DKIM_SELECTOR are only of use together")
        if key:
            read_key(key)
            _check_aligned(info.data)
        return key


def _check_aligned(values: Mapping[str, Any]) -> None:
    """Raise ValueError where receivers would take the signature for that of somebody else.

    DMARC asks for the sender's domain, or another one of the same organisation.
    """
    sender = parseaddr(values.get("DEFAULT_FROM_EMAIL", ""))[1].rpartition("@")[2].lower()
    domain = str(values["EMAIL_DKIM_DOMAIN"]).lower()
    if sender and sender.split(".")[-2:] != domain.split(".")[-2:]:
        raise ValueError(
            f"EMAIL_DKIM_DOMAIN must be the domain of DEFAULT_FROM_EMAIL ({sender}), or one of the"
            " same organisation"
        )
