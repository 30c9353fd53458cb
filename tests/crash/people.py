"""Many subscribers at once."""

from collections.abc import Callable, Mapping
from typing import Final

from django.utils import timezone

from notifications.channels.addresses import AddressKind, calling_code, canonical, mask
from notifications.subscribers.crypto import blind_index, encrypt
from notifications.subscribers.models import ALL_TOPICS, Address, Subscriber, Subscription
from tests.factories import CHANNEL_KINDS

ADDRESSES: Final[Mapping[str, Callable[[int], str]]] = {
    "sms": "+86139{:08d}".format,
    "wechat": "openid-of-a-merchant-{:04d}".format,
    "robot": "robot-key-{:04d}".format,
    "email": "merchant{}@example.com".format,
}


def make_people(count: int, channel: str) -> dict[int, str]:
    """So many merchants who hear of everything by a channel: address id -> address in clear."""
    clear = [ADDRESSES[channel](number) for number in range(count)]
    subscribers = Subscriber.objects.bulk_create(
        Subscriber(language=("zh-hans", "en")[number % 2]) for number in range(count)
    )
    addresses = Address.objects.bulk_create(
        _address(channel, subscriber, one)
        for subscriber, one in zip(subscribers, clear, strict=True)
    )
    Subscription.objects.bulk_create(
        Subscription(address=address, topics=list(ALL_TOPICS), components=[])
        for address in addresses
    )
    return {address.pk: one for address, one in zip(addresses, clear, strict=True)}


def _address(channel: str, subscriber: Subscriber, clear: str) -> Address:
    kind = CHANNEL_KINDS[channel]
    return Address(
        subscriber=subscriber,
        channel=channel,
        kind=kind,
        sealed=encrypt(clear, kind),
        blind_index=blind_index(canonical(kind, clear), kind),
        masked=mask(AddressKind(kind), clear),
        country=calling_code(AddressKind(kind), clear),
        confirmed_at=timezone.now(),
    )
