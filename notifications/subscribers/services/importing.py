"""Importing subscribers in bulk; a merchant's own choice is never overwritten."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO, Final, TextIO

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from notifications.channels.addresses import AddressKind
from notifications.subscribers.consent import IMPORTED_VERSION
from notifications.subscribers.contacts import CODE_CHANNELS, Contact
from notifications.subscribers.models import Address, Consent, Subscriber, Subscription
from notifications.subscribers.services.csv_rows import Problem, Row, batches, read_rows
from notifications.subscribers.services.subscriptions import addresses_order
from statuspage.components.models import Component
from statuspage.statements.texts import CHINESE

BATCH: Final = 1000
# What a row says of the subscriber themselves.
BY_ROW: Final = ("language", "category", "timezone", "one_by_one", "merchant_key")
# A file of the wrong kind has an error a line; nobody reads more of them than this.
ERRORS_LISTED: Final = 1000


@dataclass
class ImportReport:
    """What an import did, in rows; `errors` lists up to 1000 of the `failed` lines' problems."""

    created: int = 0
    updated: int = 0
    skipped: int = 0
    failed: int = 0
    errors: list[tuple[int, str, str]] = field(default_factory=list)

    def note(self, problems: Iterable[Problem]) -> None:
        """Add lines that could not be used."""
        listed = [(one.line, one.field, one.message) for one in problems]
        self.failed += len({line for line, _, _ in listed})
        self.errors += listed[: max(0, ERRORS_LISTED - len(self.errors))]


def subscriber_import(
    stream: TextIO | BinaryIO, *, default_language: str = CHINESE, dry_run: bool = False
) -> ImportReport:
    """Import a CSV with the header `phone,language,category,consent_source`.

    `email`, `components` (public ids), `topics`, `timezone`, `one_by_one` (yes or no: told by one
    channel, by the next only if that fails) and `merchant` (the merchant number, kept as a keyed
    hash) are optional columns. Each batch is one
    transaction; a bad line is reported and stops no other. A number that its owner confirmed
    or stopped is skipped. A dry run reports the same and changes nothing.
    """
    report = ImportReport()
    known = frozenset(Component.objects.values_list("public_id", flat=True))
    rows = read_rows(stream, default_language=default_language, known_components=known)
    for batch in batches(rows, BATCH):
        report.note(one for one in batch if isinstance(one, Problem))
        with transaction.atomic():
            rows_import([one for one in batch if isinstance(one, Row)], report)
            transaction.set_rollback(dry_run)
    return report


def rows_import(rows: Sequence[Row], report: ImportReport) -> None:
    """Import some rows inside the caller's transaction, and add to the report."""
    latest = {row.phone.index: row for row in rows}
    known = _known([row.phone for row in latest.values()])
    free = [
        (address, latest[index]) for index, address in known.items() if not _owner_decided(address)
    ]
    _update(free)
    created = _create([row for index, row in latest.items() if index not in known])
    _add_addresses(
        [(address.subscriber, row, row.email, 1) for address, row in free + created if row.email]
    )
    report.updated += len(free)
    report.created += len(created)
    report.skipped += len(rows) - len(free) - len(created)


def _known(contacts: Sequence[Contact]) -> dict[str, Address]:
    """The stored phone addresses by index, locked."""
    by_owner = Consent.objects.filter(address=OuterRef("pk")).exclude(text_version=IMPORTED_VERSION)
    addresses = (
        Address.objects.filter(
            channel=CODE_CHANNELS[AddressKind.PHONE],
            blind_index__in=[one.index for one in contacts],
        )
        .annotate(by_owner=Exists(by_owner))
        .select_related("subscriber")
        .select_for_update(of=["self"])
        .order_by("pk")
    )
    return {one.blind_index: one for one in addresses}


def _owner_decided(address: Address) -> bool:
    return address.suppressed_at is not None or bool(getattr(address, "by_owner"))  # noqa: B009


def _update(pairs: Sequence[tuple[Address, Row]]) -> None:
    """Bring known addresses up to date with their rows."""
    now = timezone.now()
    for address, row in pairs:
        address.confirmed_at = address.confirmed_at or now
        _tell_as_the_row_says(address.subscriber, row)
    subscribers = [address.subscriber for address, _ in pairs]
    Subscriber.objects.bulk_update(subscribers, BY_ROW)
    addresses_order([one.pk for one in subscribers if one.one_by_one])
    Address.objects.bulk_update([address for address, _ in pairs], ["confirmed_at"])
    Subscription.objects.bulk_update(
        [_subscription(address, row) for address, row in pairs], ["topics", "components"]
    )
    Consent.objects.bulk_create(_consent(address, row) for address, row in pairs)


def _tell_as_the_row_says(subscriber: Subscriber, row: Row) -> Subscriber:
    subscriber.language, subscriber.category = row.choices.language, row.choices.category
    subscriber.timezone = row.timezone or subscriber.timezone
    subscriber.merchant_key = row.merchant_key or subscriber.merchant_key
    if row.one_by_one is not None:
        subscriber.one_by_one = row.one_by_one
    return subscriber


def _create(rows: Sequence[Row]) -> list[tuple[Address, Row]]:
    """New subscribers with their phone, save those whom someone else just added."""
    subscribers = Subscriber.objects.bulk_create(
        _tell_as_the_row_says(Subscriber(), row) for row in rows
    )
    added = _add_addresses(
        [(subscriber, row, row.phone, 0) for subscriber, row in zip(subscribers, rows, strict=True)]
    )
    lost = {one.pk for one in subscribers} - {address.subscriber_id for address, _ in added}
    Subscriber.objects.filter(pk__in=lost).delete()
    return added


def _add_addresses(
    wanted: Sequence[tuple[Subscriber, Row, Contact, int]],
) -> list[tuple[Address, Row]]:
    """Confirmed addresses with subscription and consent; one that is taken is left alone."""
    now = timezone.now()
    Address.objects.bulk_create(
        (
            Address(
                subscriber=subscriber,
                position=position,
                confirmed_at=now,
                country=contact.country,
                **contact.columns(),
            )
            for subscriber, _, contact, position in wanted
        ),
        ignore_conflicts=True,
    )
    rows = {subscriber.pk: row for subscriber, row, _, _ in wanted}
    # PostgreSQL does not say which rows a conflict left out; only ours lack a subscription yet.
    added = [
        (address, rows[address.subscriber_id])
        for address in Address.objects.filter(
            subscriber_id__in=rows, subscription=None
        ).select_related("subscriber")
    ]
    Subscription.objects.bulk_create(_subscription(address, row) for address, row in added)
    Consent.objects.bulk_create(_consent(address, row) for address, row in added)
    return added


def _subscription(address: Address, row: Row) -> Subscription:
    return Subscription(
        address=address, topics=list(row.choices.topics), components=list(row.choices.components)
    )


def _consent(address: Address, row: Row) -> Consent:
    return Consent(
        address=address,
        act=Consent.Act.GIVEN,
        source=row.source,
        text_version=IMPORTED_VERSION,
    )
