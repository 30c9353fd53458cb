"""What merchants do at their own end: STOP, START, following, and binding a WeChat account."""

import logging
import re
import secrets
from collections.abc import Callable
from typing import Final

from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from notifications.channels.keywords import action_of
from notifications.channels.outcomes import Inbound, InboundAction, Reason
from notifications.media import WECHAT
from notifications.subscribers.contacts import Contact, contact_on
from notifications.subscribers.models import Address, Consent, Subscriber
from notifications.subscribers.services.doubts import number_writes
from notifications.subscribers.services.subscriptions import (
    address_obtain,
    address_reactivate,
    address_suppress,
    choices_apply,
    choices_of,
    consent_record,
    resumed_note,
)

KEY: Final = "wechat-bind:"
VALID_SECONDS: Final = 600
LENGTH: Final = 6
# No look-alikes: people copy it by hand.
ALPHABET: Final = "23456789BCDFGHJKMNPQRSTVWXYZ"
TEXT: Final = re.compile(rf"\s*(?:绑定|bind)[\s:\uff1a]*([0-9a-z]{{{LENGTH}}})\s*", re.IGNORECASE)

logger = logging.getLogger(__name__)
_OTHERS: Final[list[Callable[[str, Contact], bool]]] = []
_READERS: Final[list[Callable[[Contact, str, str], None]]] = []


def bind_code_issue(*, subscriber: Subscriber) -> str:
    """Return a code that binds one WeChat account to this subscriber within ten minutes."""
    code = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    cache.set(f"{KEY}{code}", subscriber.public_id, VALID_SECONDS)
    return code


def wechat_bind(*, openid: str, text: str) -> Address | None:
    """Bind the account that sent `text`; None when the text holds no code that is valid."""
    holder = _redeem(text)
    if any(bind(holder, contact_on(WECHAT, openid)) for bind in _OTHERS):
        return None
    subscriber = Subscriber.objects.filter(public_id=holder).first() if holder else None
    if subscriber is None:
        return None
    choices = choices_of(subscriber)
    with transaction.atomic():
        address = address_obtain(contact_on(WECHAT, openid), choices)
        _move(address, subscriber)
        choices_apply(subscriber=subscriber, choices=choices)
        consent_record(address, Consent.Act.GIVEN, source=WECHAT)
    return address


def _move(address: Address, subscriber: Subscriber) -> None:
    """Give the account to its (perhaps new) subscriber, confirmed: who sends from it owns it."""
    former = address.subscriber
    address.subscriber = subscriber
    address.position = subscriber.addresses.exclude(pk=address.pk).count()
    address.confirmed_at = timezone.now()
    resumed_note(address)
    address.suppressed_at, address.suppressed_for = None, ""
    address.save()
    if former != subscriber and not former.addresses.exists():
        former.delete()


def on_bind(bind: Callable[[str, Contact], bool]) -> None:
    """Ask `bind` whether a code was made for somebody who is no subscriber, and binds them."""
    if bind not in _OTHERS:
        _OTHERS.append(bind)


def _redeem(text: str) -> str:
    """Return whom a code was made for, once; empty where the text holds no valid one."""
    found = TEXT.fullmatch(text)
    if not found:
        return ""
    key = f"{KEY}{found[1].upper()}"
    public_id = cache.get(key)
    # Deleting tells exactly one caller that the key was there: so a code works once.
    if public_id is None or not cache.delete(key):
        return ""
    return str(public_id)


def on_text(read: Callable[[Contact, str, str], None]) -> None:
    """Hand to `read` what asks for nothing: who wrote it, the text, and the provider's name."""
    if read not in _READERS:
        _READERS.append(read)


def inbound_apply(channel_name: str, inbound: Inbound, provider: str = "") -> None:
    """Apply one inbound act; what does not concern a known address changes nothing."""
    at = {"channel": channel_name, "clear_address": inbound.address}
    try:
        asked = _asked(channel_name, inbound)
        if asked != InboundAction.STOP:
            number_writes(**at)
        match asked:
            case InboundAction.STOP:
                address_suppress(**at, reason=Reason.OPTED_OUT)
            case InboundAction.START | InboundAction.FOLLOW:
                contact_on(channel_name, inbound.address).check()
                address_reactivate(**at)
            case InboundAction.TEXT if channel_name == WECHAT and TEXT.fullmatch(inbound.text):
                wechat_bind(openid=inbound.address, text=inbound.text)
            case InboundAction.TEXT:
                for read in _READERS:
                    read(contact_on(channel_name, inbound.address), inbound.text, provider)
    except ValidationError:
        # Short codes and foreign services write to us too; they are no subscribers. Nor does
        # anybody start again what could not be sent to them.
        logger.info("ignored %s on %s: no address of ours", inbound.action, channel_name)


def _asked(channel_name: str, inbound: Inbound) -> InboundAction:
    """Return what is asked for, if need be by the text: not every provider knows the words."""
    if inbound.action != InboundAction.TEXT:
        return inbound.action
    asked = action_of(inbound.text)
    unsigned = channel_name == WECHAT and not settings.WECHAT_ENCODING_AES_KEY
    # What an unsigned body may not cause: messages to somebody who had them stopped.
    return InboundAction.TEXT if asked == InboundAction.START and unsigned else asked
