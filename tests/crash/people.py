"""Many subscribers at once."""

from django.utils import timezone

from notifications.channels.addresses import AddressKind, mask
from notifications.subscribers.crypto import blind_index, encrypt
from notifications.subscribers.models import Address, Subscriber, Subscription
from notifications.subscribers.topics import ALL_TOPICS


def make_people(count: int) -> dict[int, str]:
    """So many merchants who hear of everything by SMS: address id -> phone number."""
    numbers = [f"+86139{number:08d}" for number in range(count)]
    subscribers = Subscriber.objects.bulk_create(
        Subscriber(language=("zh-hans", "en")[number % 2]) for number in range(count)
    )
    addresses = Address.objects.bulk_create(
        _address(subscriber, number)
        for subscriber, number in zip(subscribers, numbers, strict=True)
    )
    Subscription.objects.bulk_create(
        Subscription(address=address, topics=list(ALL_TOPICS), components=[])
        for address in addresses
    )
    return {address.pk: number for address, number in zip(addresses, numbers, strict=True)}


def _address(subscriber: Subscriber, number: str) -> Address:
    kind = AddressKind.PHONE
    return Address(
        subscriber=subscriber,
        channel="twilio_sms",
        kind=kind,
        sealed=encrypt(number, kind),
        blind_index=blind_index(number, kind),
        masked=mask(kind, number),
        confirmed_at=timezone.now(),
    )
