"""The delivery ledger: who was sent what and with which result, and what staff retry or decide."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any, Final

from django.db import transaction
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Now

from notifications.channels import media
from notifications.channels.outcomes import Reason
from notifications.delivery.models import Broadcast, BroadcastState, Delivery
from notifications.delivery.states import NEVER, DeliveryState
from notifications.hints import wake_send
from notifications.media import VOICE
from notifications.subscribers.models import Address
from notifications.subscribers.selectors import addresses_of
from statuspage.lib.database_clock import database_now
from statuspage.statements.models import Statement

# The sort key of every list here, unique within it. The unique index (statement_id, address_id,
# published_at) has this order, so that a page deep in a million rows costs as much as the first.
KEYS: Final = ("statement_id", "address_id")
DEAD_LETTERS_OF: Final = timedelta(days=30)

# What certainly reached nobody, and can still be sent.
DEFINITE: Final = Q(state=DeliveryState.FAILED) | Q(
    state=DeliveryState.SUPPRESSED,
    reason__in=(Reason.BUDGET, Reason.COUNTRY, Reason.NO_CONSENT),
)
# What only staff can decide on, and have not yet.
UNDECIDED: Final = Q(state=DeliveryState.UNKNOWN, due_at=NEVER, settled_at=None)
DEAD: Final = DEFINITE | UNDECIDED | Q(state=DeliveryState.UNDELIVERED)
DEAD_STATES: Final = (
    DeliveryState.FAILED,
    DeliveryState.UNDELIVERED,
    DeliveryState.SUPPRESSED,
    DeliveryState.UNKNOWN,
)

# Rows put back in one transaction, and at most by one call: a press of a button has to end.
BATCH: Final = 5_000
AT_ONCE: Final = 100_000

# As if it had never been tried: an old receipt no longer matches, and a look-up must not find the
# message that failed. The fence keeps out a worker that still holds the row.
RESET: Final[dict[str, Any]] = {
    "state": DeliveryState.PENDING,
    "due_at": Now(),
    "attempts": 0,
    "fence": F("fence") + 1,
    "looks": 0,
    "lease_until": None,
    "first_tried_at": None,
    # A claim would take it for a repetition that comes too late, and leave it to staff again.
    "repeat_until": None,
    "provider_id": "",
    "reason": "",
    "code": "",
    # What an earlier try may have cost stays spent.
    "cost": 0,
    "booked_in": None,
    "segments": 0,
    "sent_at": None,
    "settled_at": None,
    # The time for which it may wait begins again.
    "created_at": Now(),
    "updated_at": Now(),
}


@dataclass(frozen=True)
class LedgerFilter:
    """A filter of the ledger; what is empty, or None, means any. `who` is as `who_of` gives it."""

    state: str = ""
    channel: str = ""
    who: str = ""
    # Among dead letters, the empty reason is a value of its own.
    reason: str | None = None
    statement: int | None = None
    delivery: int | None = None


@dataclass(frozen=True)
class Group:
    """The number of dead letters in one state for one reason."""

    state: str
    reason: str
    count: int


def ledger_of(statement: Statement, wanted: LedgerFilter) -> QuerySet[Delivery]:
    """Return the deliveries of one statement."""
    rows = _ordered().filter(statement=statement, published_at=statement.published_at)
    if wanted.who:
        rows = rows.filter(address_id__in=addresses_of(wanted.who).values("pk"))
    return _narrowed(rows, wanted)


def history_of(address: Address) -> QuerySet[Delivery]:
    """Return everything that one address was sent, the newest statement first.

    It goes through the broadcasts: the unique index of deliveries begins with the statement.
    """
    rows = _ordered().filter(address=address, statement_id__in=Broadcast.objects.values("pk"))
    return rows.select_related("statement")


def dead_letters(wanted: LedgerFilter) -> QuerySet[Delivery]:
    """Return what was not delivered, or may not have been, and waits for staff alone.

    Without a statement, those of the last thirty days. Filtering by statement, channel and state
    lets their index find these few among all that went well.
    """
    rows = _ordered().filter(DEAD, channel__in=[one.name for one in media()], state__in=DEAD_STATES)
    if wanted.statement is None:
        since = database_now() - DEAD_LETTERS_OF
        recent = Broadcast.objects.filter(statement__published_at__gte=since)
        numbers = [*recent.values_list("pk", flat=True)]
        return _narrowed(rows.filter(published_at__gte=since, statement_id__in=numbers), wanted)
    return _narrowed(rows.filter(statement_id=wanted.statement), wanted)


def dead_groups(wanted: LedgerFilter) -> list[Group]:
    """Count dead letters by state and reason, the largest group first."""
    rows = dead_letters(wanted).order_by().values_list("state", "reason").annotate(n=Count("pk"))
    groups = [Group(state, reason, count) for state, reason, count in rows]
    return sorted(groups, key=lambda one: (-one.count, one.state, one.reason))


def dead_by_statement(wanted: LedgerFilter) -> list[tuple[Statement, int]]:
    """Count dead letters by statement, the newest first."""
    rows = dead_letters(wanted).order_by().values_list("statement_id").annotate(n=Count("pk"))
    counts = dict(rows.values_list("statement_id", "n"))
    found = Statement.objects.in_bulk(list(counts))
    return [(found[number], counts[number]) for number in sorted(found, reverse=True)]


def _ordered() -> QuerySet[Delivery]:
    return Delivery.objects.select_related("address").order_by(*(f"-{key}" for key in KEYS))


def _narrowed(rows: QuerySet[Delivery], wanted: LedgerFilter) -> QuerySet[Delivery]:
    values = {
        "state": wanted.state or None,
        "channel": wanted.channel or None,
        "pk": wanted.delivery,
        "reason": wanted.reason,
    }
    return rows.filter(**{name: value for name, value in values.items() if value is not None})


def retryable(rows: QuerySet[Delivery]) -> QuerySet[Delivery]:
    """Return those that certainly reached nobody, at addresses that may still be written to.

    A subscriber told one by one, whose next address was used instead, would get it twice.
    """
    later = Q(address__position__gt=OuterRef("address__position")) | Q(
        address__position=OuterRef("address__position"), address_id__gt=OuterRef("address_id")
    )
    passed_on = Delivery.objects.filter(
        later,
        statement_id=OuterRef("statement_id"),
        address__subscriber=OuterRef("address__subscriber"),
    ).exclude(channel=VOICE)
    alone = Q(address__subscriber__one_by_one=False) | Q(channel=VOICE)
    return rows.filter(
        DEFINITE, address__confirmed_at__isnull=False, address__suppressed_at=None
    ).filter(alone | ~Exists(passed_on))


def deliveries_retry(rows: QuerySet[Delivery]) -> int:
    """Put the retryable ones among these back, in batches; return how many, 100,000 at most.

    What fails again in the meantime is left for the next call: this one would not end.
    """
    before = database_now()
    wanted = retryable(rows).filter(updated_at__lt=before)
    done = 0
    while done < AT_ONCE and (count := _put_back(wanted.order_by(), BATCH)):
        done += count
    return done


def delivery_send_again(delivery_id: int) -> bool:
    """Send one again although it may have arrived; False when it is no longer undecided."""
    return bool(_put_back(Delivery.objects.filter(UNDECIDED, pk=delivery_id), 1))


def delivery_leave(delivery_id: int) -> bool:
    """Leave one as it is: unknown, and reviewed; False when it is no longer undecided."""
    undecided = Delivery.objects.filter(UNDECIDED, pk=delivery_id)
    return bool(undecided.update(settled_at=Now(), updated_at=Now()))


def broadcasts_reopen(numbers: Collection[int]) -> None:
    """Go on with the broadcasts of these statements: they have something to send again."""
    reopened = Broadcast.objects.filter(pk__in=numbers)
    reopened.update(receipts_due_at=Now())
    reopened.filter(state=BroadcastState.FINISHED).update(
        state=BroadcastState.SENDING, finished_at=None
    )


@transaction.atomic
def _put_back(rows: QuerySet[Delivery], most: int) -> int:
    """Make rows due again, reopen their broadcasts and wake senders."""
    locked = rows.select_for_update(skip_locked=True, of=("self",))[:most]
    chosen = [*locked.values_list("pk", "published_at", "statement_id", "channel")]
    if not chosen:
        return 0
    keys, moments, statements, names = zip(*chosen, strict=True)
    Delivery.objects.filter(pk__in=keys, published_at__in=set(moments)).update(**RESET)
    broadcasts_reopen(set(statements))
    for name in set(names):
        transaction.on_commit(partial(wake_send, name))
    return len(chosen)
