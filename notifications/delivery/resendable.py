"""Count the failed messages that can be sent again, also to addresses reactivated for it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any, Final, NamedTuple

from django.conf import settings
from django.db import connection

from notifications.channels import medium as find_medium
from notifications.channels.base import Content, Provider
from notifications.channels.outcomes import Reason
from notifications.delivery.budget import price_of
from notifications.delivery.claim import DEAD_NUMBER, SUPERSEDED
from notifications.delivery.ledger import DEAD_LETTERS_OF
from notifications.delivery.matching import in_chain
from notifications.delivery.models import Broadcast
from notifications.delivery.render import bulletin_of
from notifications.delivery.templating import composed
from notifications.subscribers.models import Address
from notifications.subscribers.services.subscriptions import BY_OWNER
from statuspage.lib.database_clock import database_now
from statuspage.statements.models import Statement

# A claim settles what is no longer to be sent without a reason.
UNSENT: Final = ["", str(Reason.BUDGET), str(Reason.COUNTRY)]
ROWS: Final = """
    delivery_delivery d
    JOIN delivery_broadcast b ON b.statement_id = d.statement_id
    JOIN subscribers_address a ON a.id = d.address_id
    JOIN subscribers_subscriber p ON p.id = a.subscriber_id
"""
# It certainly reached nobody, at an address that its owner has not stopped; of subscribers who are
# told once, no other address was tried. What is on hold, or may have arrived, is decided elsewhere.
LOST: Final = f"""
    (d.state = 'failed'
     OR (d.state = 'suppressed' AND d.reason = ANY(%(unsent)s))
     OR (d.state = 'undelivered' AND d.reason = ANY(%(dead)s)))
    AND d.published_at >= %(since)s AND d.statement_id = ANY(%(statements)s)
    AND NOT d.may_be_sent
    AND a.confirmed_at IS NOT NULL
    AND (a.suppressed_at IS NULL OR a.suppressed_for <> ALL(%(by_owner)s))
    AND NOT (p.one_by_one AND {in_chain("a")} AND EXISTS (
        SELECT FROM delivery_delivery other
        JOIN subscribers_address oa ON oa.id = other.address_id
        WHERE other.statement_id = d.statement_id AND oa.subscriber_id = a.subscriber_id
          AND {in_chain("oa")} AND (oa.position, oa.id) > (a.position, a.id)))
"""
# A stopped address has not got the newer statement: the older one alone would mislead its reader.
REPLACED: Final = f"""
    cardinality(b.superseded_by) > 0 AND (a.suppressed_at IS NOT NULL OR {SUPERSEDED})
"""
STOPPED: Final = """
    a.suppressed_at <= %(before)s AND a.suppressed_for = %(stopped)s
    AND (%(channel)s = '' OR a.channel = %(channel)s)
"""
FAILED: Final = """
    (%(channel)s = '' OR d.channel = %(channel)s)
    AND (%(state)s = '' OR d.state = %(state)s)
    AND (%(reason)s::text IS NULL OR d.reason = %(reason)s)
    AND d.updated_at <= %(before)s
"""
COUNT: Final = """
    SELECT d.statement_id, d.channel, d.language, a.country,
           count(*) FILTER (WHERE d.published_at >= %(fresh)s AND NOT ({replaced})),
           count(*) FILTER (WHERE d.published_at < %(fresh)s),
           count(*) FILTER (WHERE d.published_at >= %(fresh)s AND {replaced})
    FROM {rows} WHERE {lost} AND {which}
    GROUP BY 1, 2, 3, 4
"""
TO_REACTIVATE: Final = """
    SELECT count(DISTINCT a.id) FROM {rows}
    WHERE {lost} AND {which} AND NOT ({replaced}) AND d.published_at >= %(fresh)s
      AND a.suppressed_at IS NOT NULL
"""


@dataclass(frozen=True)
class Chosen:
    """What an act is about.

    Either the addresses that were `stopped` for a reason, and every failed message to them, or the
    failed messages of a group, and those of their addresses that a provider stopped.
    """

    stopped: str = ""
    channel: str = ""
    state: str = ""
    reason: str | None = None
    statement: int | None = None

    @property
    def which(self) -> str:
        """The condition on a row, in SQL."""
        return STOPPED if self.stopped else FAILED

    def parameters(self, before: datetime) -> dict[str, Any]:
        """Return the parameters of every statement here, for what was so before a moment."""
        since = before - DEAD_LETTERS_OF
        recent = Broadcast.objects.filter(statement__published_at__gte=since)
        if self.statement is not None:
            recent = Broadcast.objects.filter(pk=self.statement)
            since = datetime.min.replace(tzinfo=before.tzinfo)
        hours = timedelta(hours=settings.DELIVERY_GIVE_UP_HOURS)
        return {
            **vars(self),
            "before": before,
            "since": since,
            "fresh": before - hours if self.stopped else since,
            "statements": [*recent.values_list("pk", flat=True)],
            "unsent": UNSENT,
            "dead": DEAD_NUMBER,
            "by_owner": [*BY_OWNER],
        }


class Group(NamedTuple):
    """Messages of one statement that are alike in what they cost."""

    statement: int
    channel: str
    language: str
    country: str
    sendable: int
    too_old: int
    replaced: int


@dataclass(frozen=True)
class Numbers:
    """What an act would do, before it is done; `cost` is an estimate in settings.SMS_CURRENCY."""

    addresses: int
    groups: Sequence[Group] = field(default_factory=list)
    cost: Decimal = Decimal(0)

    @property
    def messages(self) -> int:
        """How many would be sent."""
        return sum(one.sendable for one in self.groups)

    @property
    def too_old(self) -> int:
        """How many would not, because too much time has passed."""
        return sum(one.too_old for one in self.groups)

    @property
    def replaced(self) -> int:
        """How many would not, because a newer statement replaces theirs."""
        return sum(one.replaced for one in self.groups)

    def by_statement(self) -> list[tuple[Statement, int]]:
        """Return the statements that would be sent, the newest first, each with how many."""
        sums: dict[int, int] = {}
        for one in self.groups:
            sums[one.statement] = sums.get(one.statement, 0) + one.sendable
        found = Statement.objects.in_bulk([number for number, count in sums.items() if count])
        return [(found[number], sums[number]) for number in sorted(found, reverse=True)]


def numbers_of(chosen: Chosen) -> Numbers:
    """Count what an act would reactivate and send now."""
    values = chosen.parameters(database_now())
    parts = {"rows": ROWS, "lost": LOST, "which": chosen.which, "replaced": REPLACED}
    with connection.cursor() as cursor:
        cursor.execute(COUNT.format(**parts), values)
        groups = [Group(*row) for row in cursor.fetchall()]
        if chosen.stopped:
            addresses = stopped_for(chosen, values["before"]).count()
        else:
            cursor.execute(TO_REACTIVATE.format(**parts), values)
            addresses = int(cursor.fetchone()[0])
    return Numbers(addresses, groups, _cost(groups))


def stopped_for(chosen: Chosen, before: datetime) -> Any:
    """Return the addresses that were stopped for that reason before a moment."""
    rows = Address.objects.filter(suppressed_for=chosen.stopped, suppressed_at__lte=before)
    rows = rows.exclude(suppressed_for__in=BY_OWNER)
    return rows.filter(channel=chosen.channel) if chosen.channel else rows


def _cost(groups: Sequence[Group]) -> Decimal:
    @cache
    def content(number: int, language: str, provider: Provider) -> Content:
        document = Statement.objects.values_list("document", flat=True).get(pk=number)
        return composed(provider, bulletin_of(document, language))

    def price(one: Group) -> Decimal:
        country, medium = f"+{one.country}", find_medium(one.channel)
        provider = medium.leading(one.country if one.country in medium.routes else "")
        text = content(one.statement, one.language, provider).to(country)
        return price_of(country, text.billed_as) * text.segments

    costly = (one for one in groups if one.sendable and find_medium(one.channel).costs)
    return sum((one.sendable * price(one) for one in costly), Decimal(0))
