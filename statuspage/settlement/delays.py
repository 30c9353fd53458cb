"""Which payouts are late, and which recovery ended that: read from the notices, not kept."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone

from statuspage.settlement.audience import addresses
from statuspage.settlement.models import Notice
from statuspage.settlement.selectors import standing_notices
from statuspage.statements.times import from_iso

DELAY = "delay"
RECOVERY = "recovery"


@dataclass(frozen=True)
class Delay:
    """A delay as it was known at a moment; `recovery` is the notice that ended it, if one had."""

    notice: Notice
    recovery: Notice | None

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
        """The day by which the money is there; the recovery's, where it named one. None: unknown.

        A recovery does not bring money that is late already: its own date, or the delay's, holds.
        """
        made_up = self.recovery.payload["backlog_by"] if self.recovery else None
        promised = made_up or self.notice.payload["arrives_by"]
        return date.fromisoformat(promised) if promised else None

    def covers(self, category: str, product: str, at: datetime) -> bool:
        """Whether a transaction at that time, of such a merchant and product, is late."""
        within = self.begins <= at and (self.ends is None or at < self.ends)
        return within and addresses(self.notice.audience, category, product)


def delays(as_of: datetime | None = None) -> list[Delay]:
    """Every delay that was known at a moment (now), the newest first; withdrawn ones are none."""
    moment = as_of or timezone.now()
    ends = list(standing_notices(moment).filter(kind=RECOVERY).order_by("published_at", "pk"))
    return [Delay(one, _end(one, ends)) for one in standing_notices(moment).filter(kind=DELAY)]


def open_delays(as_of: datetime | None = None) -> list[Delay]:
    """Those that no recovery had ended by then."""
    return [one for one in delays(as_of) if one.recovery is None]


def open_delay_notices() -> list[Notice]:
    """The notices of the delays that are open now."""
    return [one.notice for one in open_delays()]


def _end(delay: Notice, recoveries: Iterable[Notice]) -> Notice | None:
    return next((one for one in recoveries if _ended_by(delay, one)), None)


def _ended_by(delay: Notice, recovery: Notice) -> bool:
    """A recovery ends the delay it names, else those of its incident, else all that it reaches."""
    if (recovery.published_at, recovery.pk) < (delay.published_at, delay.pk):
        return False
    if named := recovery.payload.get("delay"):
        return bool(named == delay.public_id)
    if recovery.incident_id:
        return recovery.incident_id == delay.incident_id
    return _reaches(recovery.audience, delay.audience)


def _reaches(wide: dict[str, list[str]], narrow: dict[str, list[str]]) -> bool:
    """Whether everyone of one audience belongs to the other as well."""
    return all(
        not wide.get(name) or (narrow.get(name) and set(narrow[name]) <= set(wide[name]))
        for name in ("categories", "products")
    )
