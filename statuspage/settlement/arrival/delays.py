"""Delays of payouts and the recoveries that ended them, derived from the notices."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import product

from django.utils import timezone

from statuspage.lib.render_cache import once
from statuspage.notices.audience import MerchantCategory, addresses, covers
from statuspage.notices.models import SAID_FIRST, Notice
from statuspage.notices.selectors import standing_notices
from statuspage.statements.times import from_iso


@dataclass(frozen=True)
class KnownDelay:
    """A delay as it was known at a moment; `recovery` is the notice that ended it, if one had.

    Where `recoveries` end it for some merchants each, it is over with the last of them.
    """

    notice: Notice
    recovery: Notice | None
    recoveries: Sequence[Notice] = ()

    def of(self, category: str, product: str, cycle: str | None = None) -> "KnownDelay":
        """Return the delay as such a merchant has it: others may have been restored earlier."""
        asked = category, product, cycle
        reached = (one for one in self.recoveries if addresses(one.audience, *asked))
        return replace(self, recovery=next(reached, None))

    @property
    def begins(self) -> datetime:
        """The time of the first transaction that is late."""
        return from_iso(self.notice.payload["transactions_from"])

    @property
    def ends(self) -> datetime | None:
        """Transactions from here on are not late: its own end, or else the recovery's time."""
        until = self.notice.payload["transactions_until"]
        ends = [from_iso(until)] if until else []
        if self.recovery:
            ends.append(from_iso(self.recovery.payload["restored_at"]))
        return min(ends, default=None)

    @property
    def arrives_by(self) -> date | None:
        """Return the date by which the money arrives, or None if unknown.

        It is the recovery's date, if the recovery gives one, else the delay's.
        """
        made_up = self.recovery.payload["backlog_by"] if self.recovery else None
        promised = made_up or self.notice.payload["arrives_by"]
        return date.fromisoformat(promised) if promised else None

    def late_at(self, now: datetime, today: date) -> bool:
        """Return whether some of its money is still to come.

        Until its date. Without one, until a recovery: what that leaves open is in the notice.
        """
        if now < self.begins or self.notice.originally:
            return False
        if self.arrives_by and self.arrives_by >= today:
            return True
        running = self.ends is None or now < self.ends
        return self.recovery is None and (running or not self.arrives_by)

    def covers(self, category: str, product: str, at: datetime, cycle: str | None = None) -> bool:
        """Return whether a transaction at that time, of such a merchant and product, is late.

        Without a cycle it is not asked about.
        """
        within = self.begins <= at and (self.ends is None or at < self.ends)
        return within and addresses(self.notice.audience, category, product, cycle)


@once
def delays(as_of: datetime | None = None) -> list[KnownDelay]:
    """Return the delays known at a moment (default: now), newest first, without withdrawn ones.

    One that was published before without a date tells nothing, unless its recovery gave one.
    """
    standing = standing_notices(as_of or timezone.now())
    recoveries = list(standing.filter(kind="recovery").order_by(SAID_FIRST, "pk"))
    found = [
        _known(one, [end for end in recoveries if _ends(end, one)])
        for one in standing.filter(kind="delay")
    ]
    return [one for one in found if one.arrives_by or not one.notice.originally]


def open_delays(as_of: datetime | None = None) -> list[KnownDelay]:
    """Return the delays that no recovery had ended by then; what was published before is over."""
    return [one for one in delays(as_of) if one.recovery is None and not one.notice.originally]


def _known(delay: Notice, ends: Sequence[Notice]) -> KnownDelay:
    """Return the delay with its recoveries, the earliest first; over once all are restored."""
    audience = delay.audience
    concerned = list(
        product(
            audience.get("categories") or MerchantCategory.values,
            audience.get("products") or [None],
            audience.get("cycles") or [None],
        )
    )
    firsts = [next((end for end in ends if _reaches(end, *those)), None) for those in concerned]
    reached = [one for one in firsts if one]
    over = len(reached) == len(concerned)
    return KnownDelay(delay, max(reached, key=ends.index) if over else None, ends)


def _reaches(recovery: Notice, category: str, product: str | None, cycle: str | None) -> bool:
    """Return whether a recovery is for all of them; None is every product, or every cycle."""
    named = (("categories", category), ("products", product), ("cycles", cycle))
    audience = recovery.audience
    return all(not audience.get(name) or value in audience[name] for name, value in named)


def _ends(recovery: Notice, delay: Notice) -> bool:
    """Return whether a recovery ends a delay, for its own audience at least: it names it, shares
    its incident, or covers all of it. What was published before, and what was published here, do
    not end each other.
    """
    if (recovery.originally is None) != (delay.originally is None):
        return False
    if (recovery.said_first_at, recovery.pk) < (delay.said_first_at, delay.pk):
        return False
    if named := recovery.payload.get("delay"):
        return bool(named == delay.public_id)
    if recovery.incident_id:
        return recovery.incident_id == delay.incident_id
    return covers(recovery.audience, delay.audience)
