"""A holiday schedule on a phone: one card for each kind of merchant, with a few merged rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from statuspage.notices.phrases import day_and_weekday, joined, listed
from statuspage.settlement.holiday.groups import Group, KindOfMerchant, Names, kinds_of_merchant
from statuspage.settlement.holiday.merging import Row, differing, merged
from statuspage.settlement.holiday.phrases import others_said, plain_day
from statuspage.settlement.holiday.table import Column, schedule_of


@dataclass(frozen=True)
class CardRow:
    """Which transactions, and the day on which they arrive or are paid out."""

    transactions: str
    arrival: str


@dataclass(frozen=True)
class CardPart:
    """What arrives alike: its cycles, its rows, and one sentence about all other dates."""

    title: str
    rows: Sequence[CardRow]
    others: str
    # True where the days are those of the payout.
    paid_out: bool = False


@dataclass(frozen=True)
class MerchantCard:
    """What the schedule says to one kind of merchant; `usual` and `cutoff` are a sentence each."""

    category: str
    title: str
    parts: Sequence[CardPart]
    usual: str
    cutoff: str

    @property
    def anchor(self) -> str:
        """The card's place on its page, for a link to it."""
        return f"merchants-{self.category}"


def cards_of(payload: Mapping[str, Any], names: Names) -> list[MerchantCard]:
    """Return the cards of a published payload, in the active language; `names` are products'."""
    return [_card(kind, names) for kind in kinds_of_merchant(schedule_of(payload))]


def cutoff_said(columns: Sequence[Column]) -> str:
    """Return what the cut-off means; empty where there is none, or where there are several."""
    cutoffs = {one.cutoff for one in columns}
    if len(cutoffs) != 1 or "" in cutoffs:
        return ""
    values = {"time": cutoffs.pop()}
    if all(one.next_day for one in columns):
        return _("A transaction at %(time)s or later counts as the next day's.") % values
    return _("The dates are for transactions before %(time)s.") % values


def usual_said(kind: KindOfMerchant, names: Names) -> str:
    """Return what goes on as usual for these merchants; empty where nothing does."""
    found = listed(dict.fromkeys(name for one in kind.usual for name in one.named(names)))
    return _("%(cycles)s: as usual, also during the holiday.") % {"cycles": found} if found else ""


def _card(kind: KindOfMerchant, names: Names) -> MerchantCard:
    columns = [column for group in kind.changed for column in group.columns]
    cutoff = cutoff_said(columns)
    return MerchantCard(
        category=kind.category,
        title=kind.label,
        parts=_parts(kind.changed, names, apart=not cutoff),
        usual=usual_said(kind, names),
        cutoff=cutoff,
    )


def _parts(groups: Sequence[Group], names: Names, *, apart: bool) -> list[CardPart]:
    """Return a part for each group; `apart` says that no cut-off is said for the whole card."""
    found = []
    for number, group in enumerate(groups):
        rows, others = _fewest(group, groups[:number], names)
        own = cutoff_said(group.columns) if apart else ""
        paid_out = group.column.paid_out
        paid = _("These are the days of the payout.") if paid_out else ""
        said = joined([others, own, paid])
        found.append(CardPart(group.said(names), _card_rows(rows), said, paid_out))
    return found


def _fewest(group: Group, before: Sequence[Group], names: Names) -> tuple[Sequence[Row], str]:
    """Return a group's rows, and what is said of all other dates.

    A part that differs from one before only on some dates says these. One of the same cycle is
    always said so: side by side, what they share would look like a difference.
    """
    comparable = [one for one in before if one.column.paid_out == group.column.paid_out]
    alike = [_rest(group, one, names) for one in comparable if one.cycles == group.cycles]
    others = (_rest(group, one, names) for one in comparable)
    return min(alike or [_all(group), *others], key=lambda said: len(said[0]))


def _all(group: Group) -> tuple[Sequence[Row], str]:
    found = merged(group.column)
    return found.rows, "" if found.others is None else _sentence(
        others_said(found.others, paid_out=group.column.paid_out)
    )


def _rest(group: Group, like: Group, names: Names) -> tuple[Sequence[Row], str]:
    rows = differing(group.column, like.column)
    covered = sum((row.last - row.first).days + 1 for row in rows)
    if covered == len(group.column.arrivals):
        return _all(group)
    return rows, _("Other dates: like %(cycle)s.") % {"cycle": like.said(names)}


def _card_rows(rows: Sequence[Row]) -> list[CardRow]:
    return [CardRow(_transactions(row), _day(row.arrival)) for row in rows]


def _transactions(row: Row) -> str:
    days = plain_day(row.first)
    if row.single:
        return _("Transactions of %(days)s") % {"days": days}
    return _("Transactions of %(days)s") % {"days": f"{days}–{plain_day(row.last)}"}


def _day(day: date) -> str:
    return day_and_weekday(day.isoformat())


def _sentence(clause: str) -> str:
    return _("%(clause)s.") % {"clause": clause[0].upper() + clause[1:]}
