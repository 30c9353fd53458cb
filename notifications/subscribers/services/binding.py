"""Binding a WeChat account to a subscriber: a short code, sent from that account."""

import re
import secrets
from typing import Final

from django.core.cache import cache
from django.db import transaction
from django.utils import timezone

from notifications.subscribers.contacts import contact_on
from notifications.subscribers.models import Address, Consent, Subscriber
from notifications.subscribers.services.consents import consent_record
from notifications.subscribers.services.subscriptions import (
    address_obtain,
    choices_apply,
    choices_of,
)

WECHAT: Final = "wechat"
VALID_SECONDS: Final = 600
LENGTH: Final = 6
# No look-alikes: people copy it by hand.
ALPHABET: Final = "23456789BCDFGHJKMNPQRSTVWXYZ"
TEXT: Final = re.compile(rf"\s*(?:绑定|bind)[\s:\uff1a]*([0-9a-z]{{{LENGTH}}})\s*", re.IGNORECASE)


def bind_code_issue(*, subscriber: Subscriber) -> str:
    """A code that binds one WeChat account to this subscriber within ten minutes."""
    code = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    cache.set(_key(code), subscriber.public_id, VALID_SECONDS)
    return code


def wechat_bind(*, openid: str, text: str) -> Address | None:
    """Bind the account that sent `text`; None when the text holds no code that is valid."""
    subscriber = _redeem(text)
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
    address.suppressed_at, address.suppressed_for = None, ""
    address.save()
    if former != subscriber and not former.addresses.exists():
        former.delete()


def _redeem(text: str) -> Subscriber | None:
    found = TEXT.fullmatch(text)
    if not found:
        return None
    key = _key(found[1].upper())
    public_id = cache.get(key)
    # Deleting tells exactly one caller that the key was there: so a code works once.
    if public_id is None or not cache.delete(key):
        return None
    return Subscriber.objects.filter(public_id=public_id).first()


def _key(code: str) -> str:
    return f"wechat-bind:{code}"
