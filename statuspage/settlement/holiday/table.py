"""The table of a holiday schedule as the log keeps it, read into dates; pure, without queries."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from statuspage.calendar.models import DOMESTIC
from statuspage.notices.cycles import read_cycle
from statuspage.settlement.cycles import AfterCutoff
from statuspage.settlement.models import DateMeans
from statuspage.settlement.verbs import Verb, verb_of

# Category, and code of the product; an empty one is every product without a rule of its own.
Merchants = tuple[str, str]


@dataclass(frozen=True)
class Column:
    """One rule's column: whose it is, and on which day each transaction date arrives.

    `cutoff` is a time of day such as 23:00, or empty. `next_day` says that a transaction from
    then on counts as the next day's; a table of before that was kept does not say it.
    """

    cycle: str
    cutoff: str
    next_day: bool
    profile: str
    merchants: tuple[Merchants, ...]
    arrivals: tuple[tuple[date, date], ...]
    # True where these are the days of the payout, and not of the credit at the bank.
    paid_out: bool = False

    @property
    def means(self) -> DateMeans:
        """What happens on these days, as a rule says it."""
        return DateMeans.PAYOUT if self.paid_out else DateMeans.CREDIT

    @property
    def abroad(self) -> bool:
        """True where it follows another calendar than the domestic one."""
        return self.profile != DOMESTIC

    @property
    def delays(self) -> Sequence[int]:
        """The number of days that each date's transactions take."""
        return [(arrival - day).days for day, arrival in self.arrivals]

    @property
    def as_usual(self) -> bool:
        """True where every date takes the same number of days: the holiday changes nothing."""
        return len(set(self.delays)) == 1

    def within(self, first: date, last: date) -> set[date]:
        """Return the days on which the transactions of these dates arrive."""
        return {arrival for day, arrival in self.arrivals if first <= day <= last}


@dataclass(frozen=True)
class Schedule:
    """A holiday, the weekend days that are worked for it, and the columns of its table."""

    holiday: str
    first: date
    last: date
    make_up_days: tuple[date, ...]
    columns: tuple[Column, ...]

    @property
    def verb(self) -> Verb:
        """What happens on the days of its columns."""
        return verb_of(one.means for one in self.columns)

    @property
    def days(self) -> set[date]:
        """Every date that the schedule names: of the holiday, of transactions, of arrivals."""
        dated = (pair for column in self.columns for pair in column.arrivals)
        return {self.first, self.last, *self.make_up_days, *(day for pair in dated for day in pair)}


def schedule_of(payload: Mapping[str, Any]) -> Schedule:
    """Return the schedule of a payload that was published, or would be."""
    table = payload["table"]
    return Schedule(
        holiday=payload["holiday"],
        first=date.fromisoformat(payload["first_day"]),
        last=date.fromisoformat(payload["last_day"]),
        make_up_days=tuple(map(date.fromisoformat, payload["make_up_days"] or [])),
        columns=tuple(
            _column(column, number, table["rows"]) for number, column in enumerate(table["columns"])
        ),
    )


def usual_delay(cycle: str) -> int | None:
    """Return how many days a cycle takes where no day of rest lies between; None if unknown."""
    try:
        return int(read_cycle(cycle).partition("+")[2])
    except ValueError:
        return None


def _column(column: Mapping[str, Any], number: int, rows: Sequence[Mapping[str, Any]]) -> Column:
    dated = ((row["date"], row["arrivals"][number]) for row in rows)
    return Column(
        cycle=column["cycle"],
        cutoff=column.get("cutoff") or "",
        next_day=column.get("after_cutoff") == AfterCutoff.ACCOUNTING_NEXT_DAY,
        profile=column.get("profile", DOMESTIC),
        merchants=tuple((one["category"], one["product"]) for one in column["merchants"]),
        arrivals=tuple(
            (date.fromisoformat(day), date.fromisoformat(arrival)) for day, arrival in dated
        ),
        paid_out=column.get("date_means") == DateMeans.PAYOUT,
    )
