"""Turn claimed deliveries into messages: composed, and with their addresses decrypted."""

import logging
from collections.abc import Callable
from functools import cache
from typing import Final

from notifications.channels import medium
from notifications.channels import provider as find_provider
from notifications.channels.base import Bulletin, Content, Message, Provider
from notifications.delivery.claim import Claimed
from notifications.delivery.render import bulletin_of
from notifications.delivery.templating import Templates, document_of, is_abroad
from notifications.subscribers.crypto import decrypt

logger = logging.getLogger(__name__)


def log_error(one: Claimed, error: Exception) -> None:
    """Log an error without its message and traceback: both may quote the address."""
    logger.error("delivery %d: %s", one.id, type(error).__name__, extra={"delivery": one.id})


ContentOf = Callable[[Claimed, str], Content]
Keeper = Callable[[Provider, Bulletin, str], None]

_KEEPERS: Final[list[Keeper]] = []


def texts_kept_by(keep: Keeper) -> None:
    """Register who keeps the words that a template makes of a statement.

    They are only known as it goes out: a template may be approved after it was published.
    """
    _KEEPERS.append(keep)


def message_of(
    one: Claimed, content_of: ContentOf, ours: Callable[[], bool] = lambda: True
) -> Message:
    """Return the message for a claimed delivery, with its address decrypted."""
    address = decrypt(one.sealed, one.kind)
    return Message(
        delivery_id=one.id,
        attempt_id=one.attempt_id,
        address=address,
        content=content_of(one, address),
        secret=decrypt(one.sealed_secret, one.kind) if one.sealed_secret else "",
        ours=ours,
    )


def sender_of(one: Claimed) -> Provider:
    """Return the provider that was asked to send it, or the one that would be."""
    if one.provider:
        return find_provider(one.provider)
    return medium(one.channel).leading()


def contents(provider: Provider) -> ContentOf:
    """Return a function that composes each statement once per language, not per recipient.

    At home and abroad apart, where the provider has templates for each.
    """
    templates = Templates(provider)
    document = cache(document_of)

    @cache
    def composed(number: int, language: str, abroad: bool) -> Content:
        bulletin = bulletin_of(document(number), language)
        content = provider.compose(bulletin, templates.for_bulletin(bulletin, abroad=abroad))
        for keep in _KEEPERS if provider.uses_templates else ():
            keep(provider, bulletin, content.text)
        return content

    def content_of(one: Claimed, address: str) -> Content:
        abroad = provider.uses_templates and is_abroad(address)
        return composed(one.statement_number, one.language, abroad)

    return content_of
