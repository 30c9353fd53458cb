"""The ledger: who was told what, by which channel, when and with which result."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from notifications.channels import channels
from notifications.channels.outcomes import Reason
from notifications.delivery.models import Broadcast, Delivery
from notifications.delivery.resolve import NEVER
from notifications.delivery.states import DeliveryState
from notifications.subscribers.models import Address
from notifications.subscribers.search import addresses_of
from statuspage.statements.models import Statement

# Of every list here, and in it unique. The unique index (statement_id, address_id, published_at)
# has this order, so that a page deep in a million rows costs as much as the first.
KEYS: Final = ("statement_id", "address_id")
DEAD_LETTERS_OF: Final = timedelta(days=30)

# What certainly reached nobody, and may still do so.
DEFINITE: Final = Q(state=DeliveryState.FAILED) | Q(
    state=DeliveryState.SUPPRESSED, reason=Reason.BUDGET
)
# What only people can decide on, and nobody has.
UNDECIDED: Final = Q(state=DeliveryState.UNKNOWN, due_at=NEVER, settled_at=None)
DEAD: Final = DEFINITE | UNDECIDED | Q(state=DeliveryState.UNDELIVERED)
DEAD_STATES: Final = (
    DeliveryState.FAILED,
    DeliveryState.UNDELIVERED,
    DeliveryState.SUPPRESSED,
    DeliveryState.UNKNOWN,
)


@dataclass(frozen=True)
class Wanted:
    """A part of the ledger; what is empty, or None, means any. `who` is as `who_of` gives it."""

    state: str = ""
    channel: str = ""
    who: str = ""
    # With a dead letter, the empty reason is one of its own.
    reason: str | None = None
    statement: int | None = None
    delivery: int | None = None


@dataclass(frozen=True)
class Group:
    """So many dead letters for one reason."""

    state: str
    reason: str
    count: int


def ledger_of(statement: Statement, wanted: Wanted) -> QuerySet[Delivery]:
    """The deliveries of one statement."""
    rows = _ordered().filter(statement=statement, published_at=statement.published_at)
    if wanted.who:
        rows = rows.filter(address_id__in=addresses_of(wanted.who).values("pk"))
    return _narrowed(rows, wanted)


def history_of(address: Address) -> QuerySet[Delivery]:
    """Everything that one address was sent, the newest statement first.

    By way of the broadcasts: the index that makes a delivery unique begins with the statement.
    """
    told = Broadcast.objects.values("pk")
    rows = _ordered().filter(address=address, statement_id__in=told)
    return rows.select_related("statement")


def dead_letters(wanted: Wanted) -> QuerySet[Delivery]:
    """What was not delivered, or may not have been, and waits for nothing but people.

    Without a statement, of those that were published in the last thirty days. Statement, channel
    and state are named so that their index finds these few among all that went well.
    """
    rows = _ordered().filter(
        DEAD, channel__in=[one.name for one in channels()], state__in=DEAD_STATES
    )
    if wanted.statement is None:
        since = timezone.now() - DEAD_LETTERS_OF
        recent = Broadcast.objects.filter(statement__published_at__gte=since)
        rows = rows.filter(
            published_at__gte=since, statement_id__in=[*recent.values_list("pk", flat=True)]
        )
    else:
        rows = rows.filter(statement_id=wanted.statement)
    return _narrowed(rows, wanted)


def dead_groups(wanted: Wanted) -> list[Group]:
    """The same, counted by state and reason, the largest group first."""
    rows = dead_letters(wanted).order_by().values_list("state", "reason").annotate(n=Count("pk"))
    groups = [Group(state, reason, count) for state, reason, count in rows]
    return sorted(groups, key=lambda one: (-one.count, one.state, one.reason))


def _ordered() -> QuerySet[Delivery]:
    return Delivery.objects.select_related("address").order_by(*(f"-{key}" for key in KEYS))


def _narrowed(rows: QuerySet[Delivery], wanted: Wanted) -> QuerySet[Delivery]:
    if wanted.state:
        rows = rows.filter(state=wanted.state)
    if wanted.channel:
        rows = rows.filter(channel=wanted.channel)
    if wanted.delivery is not None:
        rows = rows.filter(pk=wanted.delivery)
    if wanted.reason is not None:
        rows = rows.filter(reason=wanted.reason)
    return rows
