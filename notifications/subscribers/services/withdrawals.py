"""Remember who was erased or stopped for as long as a backup may bring them back."""

import logging
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Final

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from notifications.channels.addresses import AddressKind
from notifications.channels.outcomes import Reason
from notifications.media import SMS, VOICE
from notifications.subscribers.contacts import Contact
from notifications.subscribers.models import Address, Consent, Withdrawal
from notifications.subscribers.restoring import APPLY
from notifications.subscribers.withdrawals_file import (
    SUFFIX,
    Listed,
    UnusableList,
    list_add,
    list_keep,
    list_write,
    listed,
)
from statuspage.lib.database_clock import database_now

ERASED: Final = _("The owner of this address asked us to erase it. Only they can sign up again.")
STOPPED: Final = _(
    "The owner of this address has stopped our messages. Only they can sign up again."
)
# A firm's systems: their owners cannot sign up on the website, so staff may add them again.
NOT_PEOPLE: Final = frozenset({AddressKind.URL, AddressKind.ROBOT})
ERASING: Final = "SELECT pg_advisory_xact_lock(hashtext('subscribers.erasing'))"
ADDING: Final = "SELECT pg_advisory_xact_lock_shared(hashtext('subscribers.erasing'))"

logger = logging.getLogger(__name__)


def erasing_alone() -> None:
    """Wait until no import adds addresses, and keep others from it, to the transaction's end."""
    _run(ERASING)


def adding_beside_no_erasure() -> None:
    """Wait until nobody is being erased, to the end of the transaction."""
    _run(ADDING)


def meant_too(address: Address, reason: str) -> QuerySet[Address]:
    """Return what else an owner's stop is meant for, locked: STOP by SMS asks for no calls either.

    The number is to be silent, and nobody who writes STOP thinks of another way to be reached.
    """
    if address.channel != SMS or reason != Reason.OPTED_OUT:
        return Address.objects.none()
    same = Address.objects.filter(channel=VOICE, blind_index=address.blind_index)
    return same.select_for_update()


def withdrawal_note(address: Address, act: str, *, reason: str = "") -> None:
    """Remember an act of an address's owner, in the table and, once committed, on the disk."""
    noted = Withdrawal.objects.create(
        act=act,
        channel=address.channel,
        blind_index=address.blind_index,
        reason=reason,
        at=database_now(),
    )
    transaction.on_commit(partial(_write, [_listed(noted)]))


def withdrawn_among(contacts: Iterable[Contact]) -> dict[str, Promise]:
    """Return those that staff may not add, by blind index, and why.

    Who was erased and is not back by himself, and who stopped the messages to an address that a
    restore has lost: where it is there, it says so itself.
    """
    channels: dict[str, set[str]] = {}
    for one in contacts:
        if one.kind not in NOT_PEOPLE:
            channels.setdefault(one.channel, set()).add(one.index)
    found: dict[str, Promise] = {}
    resumed = Withdrawal.objects.filter(
        channel=OuterRef("channel"),
        blind_index=OuterRef("blind_index"),
        act=Withdrawal.Act.RESUMED,
        at__gt=OuterRef("at"),
    )
    stands = Q(act=Withdrawal.Act.ERASED) | (Q(act=Withdrawal.Act.STOPPED) & ~Exists(resumed))
    for channel, indexes in channels.items():
        there = Address.objects.filter(channel=channel, blind_index=OuterRef("blind_index"))
        rows = Withdrawal.objects.filter(
            stands, ~Exists(there), channel=channel, blind_index__in=indexes
        ).order_by("at")
        found |= {
            index: ERASED if act == Withdrawal.Act.ERASED else STOPPED
            for index, act in rows.values_list("blind_index", "act")
        }
    return found


def withdrawals_keep() -> None:
    """Apply, forget and write down: what a sweep does every few minutes.

    An address that a restore has brought back in an older spelling is found once it is merged.
    """
    _run(APPLY)
    oldest = database_now() - timedelta(days=settings.ERASED_KEEP_DAYS)
    Withdrawal.objects.filter(at__lt=oldest).delete()
    _forget_proofs()
    try:
        list_keep(_every(), oldest.astimezone(UTC).isoformat())
    except (OSError, UnusableList) as error:
        logger.error("the list of withdrawals is not written: %s", error)  # noqa: TRY400


def withdrawals_beside(backup: Path) -> None:
    """Write the list beside a backup, and bring this machine's own up to date."""
    withdrawals_keep()
    list_write(backup.with_name(backup.name + SUFFIX), _every())


def _forget_proofs() -> None:
    """Delete the consents of those who were erased so long ago that nobody can ask for proof."""
    oldest = database_now() - timedelta(days=settings.CONSENT_KEEP_DAYS)
    Consent.objects.filter(address=None, at__lt=oldest).delete()


def _every() -> set[Listed]:
    return {_listed(one) for one in Withdrawal.objects.iterator()}


def _listed(one: Withdrawal) -> Listed:
    at: datetime = one.at.astimezone(UTC)
    return listed(at, str(one.act), one.channel, one.blind_index, one.reason)


def _write(lines: list[Listed]) -> None:
    try:
        list_add(lines)
    except (OSError, UnusableList) as error:
        # It is in the table, and the sweep tries again.
        logger.error("a withdrawal is not on the disk yet: %s", error)  # noqa: TRY400


def _run(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)
