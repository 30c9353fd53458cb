"""Writing what subscribers chose: confirm, change, stop, start again, erase."""

from collections.abc import Collection
from dataclasses import replace
from typing import Final

from django.db import IntegrityError, transaction
from django.db.models import Case, Value, When
from django.utils import timezone

from notifications.channels.addresses import AddressKind
from notifications.subscribers.choices import Choices, Manner
from notifications.subscribers.contacts import Contact
from notifications.subscribers.models import Address, Consent, SignUp, Subscriber, Subscription
from notifications.subscribers.selectors import clear_address
from notifications.subscribers.services.consents import consent_record
from notifications.subscribers.services.stopping import UNSUBSCRIBED, revive, suppress
from statuspage.settlement.affected.hashes import merchant_key

WEB: Final = "web"
# In which order someone is told who is told one by one: what costs nothing and is read at once
# comes first. Other channels follow, the oldest address first.
CHAIN: Final = ("wechat", "twilio_sms", "email")


def subscription_confirm(*, signup: SignUp) -> Address:
    """Turn a proven sign-up into a subscription, new or updated; call it in a transaction."""
    contact = Contact(signup.channel, AddressKind(signup.kind), clear_address(signup))
    choices = Choices(
        signup.language, signup.category, tuple(signup.topics), tuple(signup.components)
    )
    address = address_obtain(contact, choices)
    choices_apply(subscriber=address.subscriber, choices=choices)
    now = timezone.now()
    address.confirmed_at = address.confirmed_at or now
    # Whoever types our code has just been reached: an old block is out of date.
    address.suppressed_at, address.suppressed_for = None, ""
    address.save(update_fields=["confirmed_at", "suppressed_at", "suppressed_for"])
    consent_record(address, Consent.Act.GIVEN, source=WEB, text_version=signup.text_version)
    return address


def address_obtain(contact: Contact, choices: Choices) -> Address:
    """The stored address, locked; made, with its subscriber, where there is none yet."""
    known = Address.objects.select_for_update().filter(
        channel=contact.channel, blind_index=contact.index
    )
    address = known.first()
    if address is None:
        try:
            with transaction.atomic():
                return address_create(contact, choices)
        except IntegrityError:
            # Another sign-up of the same number was quicker by a moment.
            address = known.get()
    return address


def address_create(
    contact: Contact, choices: Choices, *, subscriber: Subscriber | None = None
) -> Address:
    """A new, unconfirmed address with its subscription.

    Raises:
        IntegrityError: it is there already.
    """
    subscriber = subscriber or Subscriber.objects.create(
        language=choices.language, category=choices.category
    )
    address = Address.objects.create(
        subscriber=subscriber,
        position=subscriber.addresses.count(),
        country=contact.country,
        **contact.columns(),
    )
    Subscription.objects.create(
        address=address, topics=list(choices.topics), components=list(choices.components)
    )
    return address


def choices_apply(*, subscriber: Subscriber, choices: Choices) -> None:
    """Let every address of a subscriber hear about these things, in this language."""
    subscriber.language, subscriber.category = choices.language, choices.category
    subscriber.save(update_fields=["language", "category"])
    Subscription.objects.filter(address__subscriber=subscriber).update(
        topics=list(choices.topics), components=list(choices.components)
    )
    if subscriber.one_by_one:
        addresses_order([subscriber.pk])


def manner_apply(*, subscriber: Subscriber, manner: Manner) -> None:
    """Let a subscriber be told so."""
    subscriber.quiet, subscriber.timezone = manner.quiet, manner.timezone
    subscriber.one_by_one = manner.one_by_one
    subscriber.save(update_fields=["quiet", "timezone", "one_by_one"])
    if manner.one_by_one:
        addresses_order([subscriber.pk])


def addresses_order(subscribers: Collection[int]) -> None:
    """Put the addresses of those who are told one by one into the order of the chain."""
    places = [When(channel=name, then=Value(place)) for place, name in enumerate(CHAIN)]
    Address.objects.filter(subscriber_id__in=subscribers).update(
        position=Case(*places, default=Value(len(CHAIN)))
    )


def choices_change(
    *, subscriber: Subscriber, choices: Choices, manner: Manner | None = None
) -> None:
    """The owner's own change: kept as consent, so that no import overwrites it."""
    with transaction.atomic():
        if manner:
            manner_apply(subscriber=subscriber, manner=manner)
        choices_apply(subscriber=subscriber, choices=choices)
        for address in subscriber.addresses.filter(suppressed_at=None):
            consent_record(address, Consent.Act.GIVEN, source=WEB)


def merchant_set(*, subscriber: Subscriber, merchant: str, last_four: str) -> None:
    """Tell a subscriber of a merchant's own transactions; both numbers are kept as one hash."""
    subscriber.merchant_key = merchant_key(merchant, last_four)
    subscriber.save(update_fields=["merchant_key"])


def merchant_forget(*, subscriber: Subscriber) -> None:
    """Tell them of no merchant's transactions any more."""
    subscriber.merchant_key = None
    subscriber.save(update_fields=["merchant_key"])


def choices_of(subscriber: Subscriber) -> Choices:
    """What a subscriber chose, as their first address has it."""
    present = Choices(subscriber.language, subscriber.category)
    first = Subscription.objects.filter(address__subscriber=subscriber)
    subscription = first.order_by("address__position", "address_id").first()
    if subscription is None:
        return present
    return replace(
        present, topics=tuple(subscription.topics), components=tuple(subscription.components)
    )


def manner_of(subscriber: Subscriber) -> Manner:
    """How a subscriber is told."""
    return Manner(subscriber.quiet, subscriber.timezone, subscriber.one_by_one)


def subscriber_unsubscribe(*, subscriber: Subscriber) -> None:
    """Stop every message to a subscriber: consent is withdrawn, the choices stay."""
    with transaction.atomic():
        for address in subscriber.addresses.select_for_update():
            suppress(address, reason=UNSUBSCRIBED, source=WEB)


def subscriber_resume(*, subscriber: Subscriber) -> None:
    """Undo an unsubscription; addresses that a provider refused stay as they are."""
    with transaction.atomic():
        for address in subscriber.addresses.select_for_update():
            revive(address, source=WEB)


def subscriber_erase(subscriber: Subscriber, *, source: str = WEB) -> None:
    """Remove a subscriber with every address, subscription and waiting sign-up.

    `source` says through whom they asked for it.

    Deliveries keep their counts and name an address that is no more; consents stay, anonymous.
    """
    with transaction.atomic():
        addresses = subscriber.addresses.all()
        SignUp.objects.filter(
            blind_index__in=addresses.values_list("blind_index", flat=True)
        ).delete()
        for address in addresses:
            consent_record(address, Consent.Act.WITHDRAWN, source=source)
        subscriber.delete()
