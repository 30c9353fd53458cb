"""Turn claimed deliveries into messages: composed, and with their addresses decrypted."""

import logging
from collections.abc import Callable
from functools import cache
from typing import Final, Protocol

from notifications.channels import medium
from notifications.channels import provider as find_provider
from notifications.channels.base import Bulletin, Content, Message, Provider
from notifications.delivery.claim import Claimed
from notifications.delivery.render import bulletin_of
from notifications.delivery.templating import Templates, composed, document_of
from notifications.media import EMAIL
from notifications.subscribers.crypto import decrypt
from notifications.subscribers.one_click import stop_url

logger = logging.getLogger(__name__)

Keeper = Callable[[Provider, Bulletin, Content], None]

_KEEPERS: Final[list[Keeper]] = []


def texts_kept_by(keep: Keeper) -> None:
    """Register who keeps the words that a template makes of a statement.

    They are only known as it goes out: a template may be approved after it was published.
    """
    _KEEPERS.append(keep)


def log_error(one: Claimed, error: Exception) -> None:
    """Log an error without its message and traceback: both may quote the address."""
    logger.error("delivery %d: %s", one.id, type(error).__name__, extra={"delivery": one.id})


def message_of(one: Claimed, content: Content, ours: Callable[[], bool] = lambda: True) -> Message:
    """Return the message for a claimed delivery, with its address decrypted."""
    address = decrypt(one.sealed, one.kind)
    return Message(
        delivery_id=one.id,
        attempt_id=one.attempt_id,
        address=address,
        content=content.to(address),
        secret=decrypt(one.sealed_secret, one.kind) if one.sealed_secret else "",
        stop_url=stop_url(one.channel, address, one.language) if one.channel == EMAIL else "",
        ours=ours,
    )


def sender_of(one: Claimed) -> Provider:
    """Return the provider that was asked to send it, or the one that would be."""
    if one.provider:
        return find_provider(one.provider)
    return medium(one.channel).leading()


class OfStatement(Protocol):
    """What says which statement it is about, and in which language."""

    @property
    def statement_number(self) -> int:
        """The statement."""

    @property
    def language(self) -> str:
        """The reader's language."""


def contents(provider: Provider) -> Callable[[OfStatement], Content]:
    """Return a function that composes each statement once per language, not per recipient."""

    templates = Templates(provider)
    document = cache(document_of)

    @cache
    def content(number: int, language: str) -> Content:
        bulletin = bulletin_of(document(number), language)
        made = composed(provider, bulletin, templates)
        for keep in _KEEPERS if provider.uses_templates else ():
            keep(provider, bulletin, made)
        return made

    return lambda one: content(one.statement_number, one.language)
