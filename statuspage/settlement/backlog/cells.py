"""Counts by transaction day and merchant category, and what of them may be said; pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_FLOOR, Decimal

from statuspage.settlement.money import ZERO, amount_json
from statuspage.statements.canonical import Json


@dataclass(frozen=True)
class Cell:
    """The affected transactions of one day (in Shanghai) and category; amounts in yuan.

    `merchants` and `open_merchants` are how many merchants they are of.
    """

    day: date
    category: str
    affected: int
    open: int
    affected_amount: Decimal
    open_amount: Decimal
    merchants: int
    open_merchants: int

    def shown(self, fewest: int) -> dict[str, Json]:
        """What is public: no count below `fewest`, and no amount from which one could be learnt.

        None stands for what is withheld. The open amount is withheld as well where the rest, the
        difference of the two, would be that of a few.
        """
        settled = self.affected - self.open
        few = _few(self.affected, fewest)
        hidden = few or _few(self.merchants, fewest)
        parts = (self.open, self.open_merchants, settled)
        open_hidden = hidden or any(_few(one, fewest) for one in parts)
        return {
            "day": self.day.isoformat(),
            "category": self.category,
            "affected": None if few else self.affected,
            "open": None if few or _few(self.open, fewest) else self.open,
            "affected_amount": None if hidden else amount_json(self.affected_amount),
            "open_amount": None if open_hidden else amount_json(self.open_amount),
        }


@dataclass(frozen=True)
class Totals:
    """Over all cells."""

    affected: int
    open: int

    @property
    def settled_percent(self) -> Decimal:
        """What has arrived, in whole percent and rounded down: 100 only once everything has."""
        if not self.affected:
            return ZERO
        share = Decimal(100 * (self.affected - self.open)) / self.affected
        return share.to_integral_value(ROUND_FLOOR)


def totals(cells: Iterable[Cell]) -> Totals:
    """How many there are, and how many are open."""
    rows = list(cells)
    return Totals(sum(one.affected for one in rows), sum(one.open for one in rows))


def moved(said: Decimal | None, now: Decimal, step: int) -> bool:
    """Whether the share is another step than the one last said, or none was said yet.

    Forwards the next multiple of the step counts, and 100 always; backwards, as when more
    transactions turn out to be affected, a whole step, so that nothing is said twice for a share
    that sways around a multiple.
    """
    if said is None:
        return True
    mark = said // step
    if now > said:
        return now // step > mark or now == 100
    return now <= (mark - 1) * step


def _few(count: int, fewest: int) -> bool:
    return 0 < count < fewest
