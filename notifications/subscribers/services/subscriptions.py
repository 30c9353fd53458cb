"""Confirm, change, stop, resume and erase subscriptions, with the consent that allows them."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Final

from django.db import IntegrityError, transaction
from django.db.models import Case, QuerySet, Value, When
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from notifications.channels.addresses import AddressKind
from notifications.channels.outcomes import Reason
from notifications.media import EMAIL, SMS, VOICE, WECHAT
from notifications.subscribers.choices import Choices, DeliveryPreferences
from notifications.subscribers.contacts import Contact, contact_on
from notifications.subscribers.models import (
    ALL_TOPICS,
    Address,
    Consent,
    MessageConsent,
    SignUp,
    Subscriber,
    Subscription,
    Withdrawal,
)
from notifications.subscribers.selectors import attributes_of, choices_of_signup, clear_address
from notifications.subscribers.services.doubts import ALIVE, is_only_doubted
from notifications.subscribers.services.withdrawals import erasing_alone, meant_too, withdrawal_note
from statuspage.settlement.affected.hashes import merchant_key

# Any change of the text below needs a new version.
CONSENT_VERSION: Final = "2026-11"
CONSENT_TEXT: Final = _(
    "I agree that %(operator)s stores this phone number or e-mail address, encrypted, and uses it "
    "only to send me the service notices chosen above. I can stop them or have everything erased "
    "at any time."
)

# Consent that was given elsewhere (an import, the staff).
IMPORTED_VERSION: Final = "import"

UNSUBSCRIBED: Final = "unsubscribed"
# Stops by which the owner withdrew consent; every other reason is a provider's word.
BY_OWNER: Final = frozenset({UNSUBSCRIBED, str(Reason.OPTED_OUT), str(Reason.NOT_A_FOLLOWER)})
WEB: Final = "web"
# The order of media for subscribers with one medium after the other: free and fast ones first.
# Other media follow, the oldest address first.
CHAIN: Final = (WECHAT, SMS, EMAIL)


def consent_record(
    address: Address, act: Consent.Act, *, source: str, text_version: str = CONSENT_VERSION
) -> None:
    """Record that someone agreed or withdrew."""
    Consent.objects.create(address=address, act=act, source=source, text_version=text_version)


@transaction.atomic
def address_suppress(*, channel: str, clear_address: str, reason: str) -> bool:
    """Stop messages to an address; True when it is known and was not stopped before.

    Raises:
        ValidationError: it is no address of that channel.
    """
    address = _locked(contact_on(channel, clear_address)).first()
    return address is not None and suppress(address, reason=reason, source=channel)


@transaction.atomic
def address_reactivate(*, channel: str, clear_address: str) -> bool:
    """Undo its owner's stop; True when it is known and its owner had stopped it.

    Raises:
        ValidationError: it is no address of that channel.
    """
    address = _locked(contact_on(channel, clear_address)).first()
    return address is not None and reactivate(address, source=channel)


@transaction.atomic
def addresses_suppress(
    ids: Iterable[int], *, reason: str, source: str, moment: datetime | None = None
) -> None:
    """Stop messages to the addresses with these ids, as far as they still exist.

    `moment` is when the message went out by which it is known; None means now. An address that has
    been proved since is not stopped by a provider's late word.
    """
    found = Address.objects.select_for_update().filter(pk__in=ids).order_by("pk")
    for address in found:
        late = moment and address.revived_at and moment < address.revived_at
        if late and reason not in BY_OWNER:
            continue
        if not is_only_doubted(address, reason, moment):
            suppress(address, reason=reason, source=source)


def addresses_reactivate(ids: Iterable[int]) -> int:
    """Reactivate addresses that a provider or repeated failures stopped, and return how many.

    What its owner stopped stays stopped: only they can consent again.
    """
    return (
        Address.objects.filter(pk__in=ids, suppressed_at__isnull=False)
        .exclude(suppressed_for__in=BY_OWNER)
        .update(**ALIVE, failures=0, failing_since=None, revived_at=Now())
    )


def suppress(address: Address, *, reason: str, source: str) -> bool:
    """Stop an address that is not stopped yet; the owner's own stop also withdraws consent.

    Where a provider stopped it before, the owner's word takes that place: staff may undo the one,
    and not the other.
    """
    for other in meant_too(address, reason):
        suppress(other, reason=reason, source=source)
    if address.suppressed_at and (reason not in BY_OWNER or address.suppressed_for in BY_OWNER):
        return False
    address.suppressed_at, address.suppressed_for = timezone.now(), reason
    address.save(update_fields=["suppressed_at", "suppressed_for"])
    if reason in BY_OWNER:
        consent_record(address, Consent.Act.WITHDRAWN, source=source)
        withdrawal_note(address, Withdrawal.Act.STOPPED, reason=reason)
    return True


def reactivate(address: Address, *, source: str) -> bool:
    """Start an address again that its owner had stopped; a provider's stop stays."""
    if not address.suppressed_at or address.suppressed_for not in BY_OWNER:
        return False
    resumed_note(address)
    address.suppressed_at, address.suppressed_for = None, ""
    address.save(update_fields=["suppressed_at", "suppressed_for"])
    consent_record(address, Consent.Act.GIVEN, source=source)
    return True


def resumed_note(address: Address) -> None:
    """Remember that its owner takes back a stop of their own; call it before that is cleared."""
    if address.suppressed_for in BY_OWNER:
        withdrawal_note(address, Withdrawal.Act.RESUMED)


def _locked(contact: Contact) -> QuerySet[Address]:
    stored = Address.objects.select_for_update()
    return stored.filter(channel=contact.channel, blind_index=contact.index)


def subscription_confirm(*, signup: SignUp) -> Address:
    """Turn a proven sign-up into a subscription, new or updated; call it in a transaction."""
    contact = Contact(signup.channel, AddressKind(signup.kind), clear_address(signup))
    choices = choices_of_signup(signup)
    address = address_obtain(contact, choices)
    choices_apply(subscriber=address.subscriber, choices=choices)
    now = timezone.now()
    address.confirmed_at = address.confirmed_at or now
    # The code has just reached this address: an old block is out of date.
    resumed_note(address)
    address.suppressed_at, address.suppressed_for, address.doubted_on = None, "", None
    address.revived_at = Now()
    address.save(update_fields=["confirmed_at", "revived_at", *ALIVE])
    Consent.objects.create(
        address=address,
        act=Consent.Act.GIVEN,
        source=WEB,
        text_version=signup.text_version,
        notice_version=signup.notice_version,
        transfer_version=signup.transfer_version,
    )
    return address


def address_obtain(contact: Contact, choices: Choices) -> Address:
    """Return the stored address, locked; create it and its subscriber if there is none yet."""
    address = _locked(contact).first()
    if address is None:
        try:
            with transaction.atomic():
                return address_create(contact, choices)
        except IntegrityError:
            # A concurrent sign-up of the same number was faster.
            address = _locked(contact).get()
    if contact.kind == AddressKind.GROUP:
        # The same robot, perhaps with another signing secret.
        address.sealed = contact.columns()["sealed"]
        address.save(update_fields=["sealed"])
    return address


def address_create(
    contact: Contact, choices: Choices, *, subscriber: Subscriber | None = None
) -> Address:
    """Return a new, unconfirmed address with its subscription.

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
    """Apply the choices to every address of a subscriber."""
    columns = {"language": choices.language, "category": choices.category}
    columns |= choices.attributes.columns()
    for name, value in columns.items():
        setattr(subscriber, name, value)
    subscriber.save(update_fields=columns)
    Subscription.objects.filter(address__subscriber=subscriber).update(
        topics=list(choices.topics), components=list(choices.components)
    )
    if subscriber.one_by_one:
        addresses_order([subscriber.pk])


def addresses_order(subscribers: Collection[int]) -> None:
    """Put the addresses of these subscribers into the order of CHAIN."""
    places = [When(channel=name, then=Value(place)) for place, name in enumerate(CHAIN)]
    Address.objects.filter(subscriber_id__in=subscribers).update(
        position=Case(*places, default=Value(len(CHAIN)))
    )


@transaction.atomic
def choices_change(
    *, subscriber: Subscriber, choices: Choices, preferences: DeliveryPreferences | None = None
) -> None:
    """Apply the owner's own change, recorded as consent so that no import overwrites it."""
    if preferences:
        subscriber.quiet, subscriber.timezone = preferences.quiet, preferences.timezone
        subscriber.one_by_one = preferences.one_by_one
        subscriber.save(update_fields=["quiet", "timezone", "one_by_one"])
    choices_apply(subscriber=subscriber, choices=choices)
    for address in subscriber.addresses.filter(suppressed_at=None):
        consent_record(address, Consent.Act.GIVEN, source=WEB)


def merchant_set(*, subscriber: Subscriber, merchant: str = "", last_four: str = "") -> None:
    """Subscribe to a merchant's own transactions, kept as one hash; unsubscribe without."""
    subscriber.merchant_key = merchant_key(merchant, last_four) if merchant else None
    subscriber.save(update_fields=["merchant_key"])


def choices_of(subscriber: Subscriber) -> Choices:
    """Return a subscriber's choices, as stored at their first address."""
    subscriptions = Subscription.objects.filter(address__subscriber=subscriber)
    first = subscriptions.order_by("address__position", "address_id").first()
    given = (tuple(first.topics), tuple(first.components)) if first else ()
    chosen = given or (ALL_TOPICS, ())
    return Choices(subscriber.language, subscriber.category, *chosen, attributes_of(subscriber))


def preferences_of(subscriber: Subscriber) -> DeliveryPreferences:
    """Return a subscriber's delivery preferences."""
    return DeliveryPreferences(subscriber.quiet, subscriber.timezone, subscriber.one_by_one)


@transaction.atomic
def subscriber_unsubscribe(*, subscriber: Subscriber) -> None:
    """Stop every message to a subscriber: consent is withdrawn, the choices stay."""
    for address in subscriber.addresses.select_for_update():
        suppress(address, reason=UNSUBSCRIBED, source=WEB)


@transaction.atomic
def subscriber_resume(*, subscriber: Subscriber) -> None:
    """Undo an unsubscription, save for calls and for addresses that a provider refused."""
    for address in subscriber.addresses.select_for_update().exclude(channel=VOICE):
        reactivate(address, source=WEB)


@transaction.atomic
def subscriber_erase(subscriber: Subscriber, *, source: str = WEB) -> None:
    """Remove a subscriber with every address, subscription and waiting sign-up.

    `source` says through whom they asked for it. Deliveries keep their counts and the id of the
    erased address. Consents stay under a keyed hash: only with the address in hand can one tell
    whose they are. No restore and no import brings the addresses back.
    """
    erasing_alone()
    addresses = list(subscriber.addresses.select_for_update().order_by("pk"))
    indexes = [one.blind_index for one in addresses]
    SignUp.objects.filter(blind_index__in=indexes).delete()
    MessageConsent.objects.filter(blind_index__in=indexes).delete()
    for address in addresses:
        consent_record(address, Consent.Act.WITHDRAWN, source=source)
        address.consents.update(blind_index=address.blind_index)
        withdrawal_note(address, Withdrawal.Act.ERASED)
    subscriber.delete()
