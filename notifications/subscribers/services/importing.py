"""Importing subscribers in bulk; a merchant's own choice is never overwritten."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import BinaryIO, Final

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from notifications.channels.addresses import AddressKind
from notifications.subscribers.contacts import CODE_CHANNELS, Contact
from notifications.subscribers.crypto import decrypt, encrypt
from notifications.subscribers.models import Address, Consent, Import, Subscriber, Subscription
from notifications.subscribers.services.csv_rows import SubscriberRow, SubscriberTable
from notifications.subscribers.services.subscriptions import IMPORTED_VERSION, addresses_order
from statuspage.uploads.pipeline import Pipeline
from statuspage.uploads.tables import Problem, best_encoding

BATCH: Final = 1000
# The columns of a subscriber that a row sets.
BY_ROW: Final = ("language", "category", "timezone", "one_by_one", "merchant_key")
# A file of the wrong kind has an error in every line.
ERRORS_LISTED: Final = 1000
SEALED_AS: Final = "import"
# Bytes as text and back, for a cipher that takes text.
ANY_BYTE: Final = "latin-1"


@dataclass
class ImportReport:
    """What an import did, in rows; `errors` lists up to 1000 of the `failed` lines' problems."""

    created: int = 0
    updated: int = 0
    skipped: int = 0
    failed: int = 0
    errors: list[Problem] = field(default_factory=list)


def subscriber_import(stream: BinaryIO) -> ImportReport:
    """Import a CSV with the header `phone,language,category,consent_source`.

    `email`, `components` (public ids), `topics`, `timezone`, `one_by_one` (yes or no: told by one
    channel, by the next only if that fails) and `merchant` (the merchant number, kept as a keyed
    hash) are optional columns. Each batch is one transaction; a bad line is reported and stops no
    other. A number that its owner confirmed or stopped is skipped.

    Raises:
        ValidationError: by column, what is wrong with the header.
    """
    report = ImportReport()
    encoding = best_encoding(stream)
    stream.seek(0)
    lines = SubscriberTable().lines(stream, encoding)
    while batch := list(islice(lines, BATCH)):
        for line in batch:
            report.failed += bool(line.problems)
            report.errors += line.problems[: max(0, ERRORS_LISTED - len(report.errors))]
        with transaction.atomic():
            rows_import([line.row for line in batch if line.row], report)
    return report


def rows_import(rows: Sequence[SubscriberRow], report: ImportReport | Import) -> None:
    """Import some rows inside the caller's transaction, and add to the report."""
    latest = {row.phone.index: row for row in rows}
    known = _known([row.phone for row in latest.values()])
    free = [
        (address, latest[index])
        for index, address in known.items()
        # `by_owner` is an annotation.
        if not address.suppressed_at and not getattr(address, "by_owner")  # noqa: B009
    ]
    _update(free)
    created = _create([row for index, row in latest.items() if index not in known])
    _add_addresses(
        [(address.subscriber, row, row.email, 1) for address, row in free + created if row.email]
    )
    report.updated += len(free)
    report.created += len(created)
    report.skipped += len(rows) - len(free) - len(created)


class Imports(Pipeline[Import, SubscriberRow]):
    """Each batch is imported as it is read; a bad line stops no other."""

    model = Import
    table = SubscriberTable
    limit = "IMPORT_MAX_MB"

    def apply(self, upload: Import, rows: Mapping[int, SubscriberRow]) -> None:
        """Import the rows."""
        rows_import([*rows.values()], upload)

    def seal(self, piece: bytes) -> bytes:
        """Encrypt a piece like the addresses in it."""
        return encrypt(piece.decode(ANY_BYTE), SEALED_AS)

    def unseal(self, data: bytes) -> bytes:
        """Decrypt a piece."""
        return decrypt(data, SEALED_AS).encode(ANY_BYTE)


IMPORTS: Final = Imports()


def _known(contacts: Sequence[Contact]) -> dict[str, Address]:
    """Return the stored phone addresses by index, locked."""
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


def _update(pairs: Sequence[tuple[Address, SubscriberRow]]) -> None:
    """Bring known addresses up to date with their rows."""
    now = timezone.now()
    for address, row in pairs:
        address.confirmed_at = address.confirmed_at or now
        _apply_row(address.subscriber, row)
    subscribers = [address.subscriber for address, _ in pairs]
    Subscriber.objects.bulk_update(subscribers, BY_ROW)
    addresses_order([one.pk for one in subscribers if one.one_by_one])
    Address.objects.bulk_update([address for address, _ in pairs], ["confirmed_at"])
    Subscription.objects.bulk_update(
        [_subscription(address, row) for address, row in pairs], ["topics", "components"]
    )
    Consent.objects.bulk_create(_consent(address, row) for address, row in pairs)


def _apply_row(subscriber: Subscriber, row: SubscriberRow) -> Subscriber:
    subscriber.language, subscriber.category = row.choices.language, row.choices.category
    subscriber.timezone = row.timezone or subscriber.timezone
    subscriber.merchant_key = row.merchant_key or subscriber.merchant_key
    if row.one_by_one is not None:
        subscriber.one_by_one = row.one_by_one
    return subscriber


def _create(rows: Sequence[SubscriberRow]) -> list[tuple[Address, SubscriberRow]]:
    """Return new subscribers with their phone, except those that were added concurrently."""
    subscribers = Subscriber.objects.bulk_create(_apply_row(Subscriber(), row) for row in rows)
    added = _add_addresses(
        [(subscriber, row, row.phone, 0) for subscriber, row in zip(subscribers, rows, strict=True)]
    )
    lost = {one.pk for one in subscribers} - {address.subscriber_id for address, _ in added}
    Subscriber.objects.filter(pk__in=lost).delete()
    return added


def _add_addresses(
    wanted: Sequence[tuple[Subscriber, SubscriberRow, Contact, int]],
) -> list[tuple[Address, SubscriberRow]]:
    """Create confirmed addresses with subscription and consent; one that is taken is left alone."""
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


def _subscription(address: Address, row: SubscriberRow) -> Subscription:
    return Subscription(
        address=address, topics=list(row.choices.topics), components=list(row.choices.components)
    )


def _consent(address: Address, row: SubscriberRow) -> Consent:
    given = Consent.Act.GIVEN
    return Consent(address=address, act=given, source=row.source, text_version=IMPORTED_VERSION)
