"""Give every stored address the index of its one spelling, and make one of those that are the same.

An earlier release told Ops@ from ops@. Of two rows for one mailbox one stays, with the topics and
components of both. A stop by the owner of either is a stop of it: nobody who left is written to
again. A provider's stop is about one spelling: it only holds if no other one works.

May be stopped at any instant and started again, beside everything else.
"""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import connection, transaction

from notifications.channels.addresses import AddressKind, calling_code, mask, normalise
from notifications.subscribers.contacts import Contact
from notifications.subscribers.crypto import CannotDecrypt, decrypt, encrypt

BATCH: Final = 1000
# Stops by which an owner withdrew consent. A migration must not change when a constant does.
BY_OWNER: Final = ("unsubscribed", "opted_out", "not_a_follower")
# Where both were sent the same statement, the rows stay as those of an erased address do.
MOVE_DELIVERIES: Final = """
    UPDATE delivery_delivery d SET address_id = %(kept)s
    WHERE d.address_id = ANY(%(merged)s)
      AND d.statement_id IN (SELECT statement_id FROM delivery_broadcast)
      AND NOT EXISTS (
          SELECT FROM delivery_delivery other
          WHERE other.statement_id = d.statement_id
            AND (other.address_id = %(kept)s
                 OR other.address_id = ANY(%(merged)s) AND other.address_id < d.address_id))
"""

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Models:
    """The tables, as the code or a migration has them."""

    address: Any
    signup: Any
    consent: Any


@dataclass
class Unified:
    """How many rows got another spelling or index, were merged into another, or are unreadable."""

    changed: int = 0
    merged: int = 0
    unreadable: int = 0


def addresses_unify(models: Models) -> Unified:
    """Go through every address and waiting sign-up, in batches of their own transactions."""
    done = Unified()
    for table in (models.address, models.signup):
        last = 0
        while batch := list(table.objects.filter(pk__gt=last).order_by("pk")[:BATCH]):
            last = batch[-1].pk
            for row in batch:
                _unify(models, row, done)
    return done


def _unify(models: Models, row: Any, done: Unified) -> None:
    try:
        columns = _columns(row)
    except CannotDecrypt:
        # Lost with its key: it can be neither sent to nor found, as before.
        logger.warning("address %d cannot be decrypted, and is left as it is", row.pk)
        done.unreadable += 1
        return
    if not columns:
        return
    with transaction.atomic():
        if isinstance(row, models.address):
            done.merged += _merge_with_same(models, row, str(columns["blind_index"]))
            row = models.address.objects.filter(pk=row.pk).first()
        if row is not None:
            done.changed += type(row).objects.filter(pk=row.pk).update(**columns)


def _columns(row: Any) -> dict[str, object]:
    """Return what changes in a row; nothing where it has its one spelling already."""
    kind, before = AddressKind(row.kind), decrypt(bytes(row.sealed), row.kind)
    try:
        clear = normalise(kind, before)
    except ValidationError:
        # No address by today's rules: it is found by its own spelling.
        clear = before
    contact = Contact(row.channel, kind, clear)
    columns: dict[str, object] = {}
    if clear != before:
        columns = {"sealed": encrypt(clear, kind), "masked": mask(kind, clear)[:80]}
        if hasattr(row, "country"):
            columns["country"] = calling_code(kind, clear)
    if row.blind_index != contact.index:
        columns["blind_index"] = contact.index
    return {"blind_index": contact.index, **columns} if columns else {}


def _merge_with_same(models: Models, row: Any, index: str) -> int:
    """Merge the rows that are the same address as this one; return how many are gone."""
    same = models.address.objects.filter(channel=row.channel, blind_index=index) | (
        models.address.objects.filter(pk=row.pk)
    )
    rows = [*same.select_related("subscriber").select_for_update(of=("self",)).order_by("pk")]
    if len(rows) <= 1:
        return 0
    # Best what is in use, then what a merchant made their own, then the oldest.
    rows.sort(key=lambda one: (*_rank(one), one.pk))
    kept, merged = rows[0], rows[1:]
    _take_over(kept, merged)
    _move(models, kept, merged)
    for one in merged:
        one.delete()
    _remove_empty(models, kept, merged)
    return len(merged)


def _rank(address: Any) -> tuple[bool, bool, bool]:
    return (
        address.confirmed_at is None,
        address.suppressed_at is not None,
        address.subscriber.merchant_key is None,
    )


def _take_over(kept: Any, merged: Sequence[Any]) -> None:
    """Give the address that stays what the others had."""
    everyone = [kept, *merged]
    stops = [one for one in everyone if one.suppressed_at and one.suppressed_for in BY_OWNER]
    if stops:
        last = max(stops, key=lambda one: one.suppressed_at)
        kept.suppressed_at, kept.suppressed_for = last.suppressed_at, last.suppressed_for
    kept.confirmed_at = min(
        (one.confirmed_at for one in everyone if one.confirmed_at), default=None
    )
    # Whoever was given a secret last has that one.
    secrets = [one for one in everyone if one.sealed_secret]
    if secrets:
        kept.sealed_secret = max(secrets, key=lambda one: one.pk).sealed_secret
    kept.save()
    _unite_choices(kept, merged)
    _unite_subscribers(kept.subscriber, [one.subscriber for one in merged])


def _unite_choices(kept: Any, merged: Sequence[Any]) -> None:
    chosen = [one.subscription for one in (kept, *merged) if hasattr(one, "subscription")]
    if not chosen:
        return
    topics = dict.fromkeys(topic for one in chosen for topic in one.topics)
    # None means every one of them.
    every = any(not one.components for one in chosen)
    components = dict.fromkeys(name for one in chosen for name in one.components)
    type(chosen[0]).objects.update_or_create(
        address=kept,
        defaults={"topics": [*topics], "components": [] if every else [*components]},
    )


def _unite_subscribers(kept: Any, others: Iterable[Any]) -> None:
    """Widen the category to that of both, keep nights quiet if either wants it.

    A migration that is older than agents unites rows that know of none.
    """
    for one in others:
        if one.category != kept.category:
            kept.category = ""
        kept.quiet = kept.quiet or one.quiet
        if hasattr(kept, "agent"):
            kept.agent = kept.agent or one.agent
        if hasattr(kept, "agent_code"):
            _unite_attributes(kept, one)
        kept.merchant_key = kept.merchant_key or one.merchant_key
    kept.save()


def _unite_attributes(kept: Any, other: Any) -> None:
    """Keep what either has; of what there is only one of, what is not contradicted."""
    for name in ("products", "terminal_models", "cycles"):
        both = sorted({*(getattr(kept, name) or ()), *(getattr(other, name) or ())})
        setattr(kept, name, both or None)
    if other.province and other.province != kept.province:
        kept.province = "" if kept.province else other.province
    if not kept.agent_code:
        kept.agent_code, kept.agent_keys = other.agent_code, other.agent_keys


def _move(models: Models, kept: Any, merged: Sequence[Any]) -> None:
    """Have consents and deliveries belong to the address that stays."""
    keys = [one.pk for one in merged]
    models.consent.objects.filter(address_id__in=keys).update(address_id=kept.pk)
    with connection.cursor() as cursor:
        cursor.execute(MOVE_DELIVERIES, {"kept": kept.pk, "merged": keys})


def _remove_empty(models: Models, kept: Any, merged: Sequence[Any]) -> None:
    """Delete the subscribers who have no other address."""
    for subscriber in {one.subscriber_id: one.subscriber for one in merged}.values():
        left = models.address.objects.filter(subscriber_id=subscriber.pk)
        if subscriber.pk != kept.subscriber_id and not left.exists():
            subscriber.delete()
