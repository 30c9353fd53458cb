"""Compare what prose says with a holiday's table: its dates, and which money arrives when."""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.utils.translation import gettext as _

from statuspage.calendar.workdays import ONE_DAY
from statuspage.notices.phrases import WEEKDAYS, listed, short_day_and_weekday
from statuspage.settlement.holiday.dates import Mention, Written, days_of, resolved
from statuspage.settlement.holiday.pairs import Pair, Role, read
from statuspage.settlement.holiday.phrases import span
from statuspage.settlement.holiday.resting import RestDays
from statuspage.settlement.holiday.stated import Stated
from statuspage.settlement.holiday.table import Column, Schedule
from statuspage.settlement.holiday.whose import ProductCodes, Whose, columns_for, whose
from statuspage.settlement.schedules import HolidayPeriod

# So many are shown; whoever has more has another text before them.
MOST: Final = 20
# Words for the holiday's own transactions.
HOLIDAY: Final = re.compile(r"假期|假日|节日|期间|holiday", re.IGNORECASE)
# Of several right days, so many are named.
SHOWN: Final = 3
NOBODY: Final = Whose(frozenset(), frozenset(), frozenset(), abroad=False)


@dataclass(frozen=True)
class Check:
    """A schedule to compare texts with.

    `also` are dates it does not have that may be named, `others` the calendar's other holidays.
    """

    schedule: Schedule
    products: ProductCodes
    also: Collection[date] = ()
    others: Sequence[HolidayPeriod] = ()

    def findings(self, text: str) -> list[str]:
        """Return a sentence for each date and each pair that is not the table's."""
        reading = read(text)
        found = [one for said in reading.dates for one in self._about_date(*said)]
        last = NOBODY
        for pair in reading.pairs:
            # What a pair leaves open was said before it in the same sentence, or its heading.
            last = whose(pair.heading, self.products) if pair.first else last
            here = whose(pair.context, self.products)
            found += self._about_pair(pair, here, last)
            last = here.after(last)
        return [*dict.fromkeys(found)][:MOST]

    def _about_date(self, mention: Mention, role: Role, said: Stated | None) -> Iterator[str]:
        known = {*self.schedule.days, *self.also}
        wrong = [*self._rest_days.findings(said)] if said else []
        for one in dict.fromkeys(end for ends in mention.ranges for end in ends):
            day = self._day(one)
            if role is Role.DOCUMENT and one.year:
                continue
            if day is None:
                yield _("%(day)s is not a date.") % {"day": f"{one.month}-{one.day}"}
            elif day not in known and (wrong or not said):
                yield _("%(day)s is not in the table.") % {"day": _said(day)}
            elif one.weekday is not None and one.weekday != day.weekday():
                values = {"day": _said(day), "weekday": WEEKDAYS[one.weekday]}
                yield _("%(day)s is written as %(weekday)s.") % values
        yield from wrong

    @property
    def _rest_days(self) -> RestDays:
        of = self.schedule
        own = HolidayPeriod(of.first, of.last, of.make_up_days)
        return RestDays([own, *self.others], self._day)

    def _about_pair(self, pair: Pair, here: Whose, last: Whose) -> Iterator[str]:
        named = here.after(last)
        columns = columns_for(self.schedule, named)
        if here.cycles and not (here.products or here.abroad):
            columns = [*columns_for(self.schedule, here), *columns]
        for cycle in sorted(named.cycles) or [""]:
            of_cycle = [one for one in columns if cycle in {"", one.cycle}]
            if not of_cycle:
                of_cycle = [one for one in self.schedule.columns if one.cycle == cycle]
            if not any(self._agrees(one, pair, cycle) for one in of_cycle):
                yield self._problem(pair, cycle, of_cycle)

    def _agrees(self, column: Column, pair: Pair, cycle: str) -> bool:
        """Return whether a column's transactions arrive as the pair says."""
        arrivals, said = dict(column.arrivals), self._arrival(pair)
        if pair.arrival and pair.arrival.is_range:
            return self._agrees_with_range(column, pair)
        meant = [self._transactions(pair.transactions, column)] if pair.transactions else []
        if not pair.transactions:
            meant = [self._transactions([one], column) for one in pair.others]
            meant.append([self._holiday_days()])
            vague = not (cycle or pair.others or HOLIDAY.search(pair.context))
            if vague and said in arrivals.values():
                return True
        return any(
            all(arrivals.get(day) == (said or day + pair.days_later * ONE_DAY) for day in days)
            for one in meant
            for days in one
        )

    def _agrees_with_range(self, column: Column, pair: Pair) -> bool:
        """Return whether transactions arrive on the first and the last day named, and between."""
        ends = pair.arrival.ranges[0] if pair.arrival else ()
        first, last = (self._day(one) for one in ends)
        arrivals = dict(column.arrivals)
        named = pair.transactions or pair.others
        days = self._transactions(named, column)[0] if named else [*self._holiday_days()]
        found = {arrivals.get(day, date.min) for day in days}
        return bool(found) and (min(found), max(found)) == (first, last)

    def _holiday_days(self) -> list[date]:
        return days_of(self.schedule.first, self.schedule.last)

    def _transactions(self, named: Iterable[Mention], column: Column) -> list[list[date]]:
        """Return the transaction dates that are meant: one list, or several possible ones."""
        days: list[date] = []
        either: list[date] = []
        cutoff = int(column.cutoff[:2]) if column.cutoff else 24
        for first, last in (ends for one in named for ends in one.ranges):
            begin, end = self._day(first), self._day(last)
            if begin is None or end is None:
                continue
            late = first.hour is not None and first.hour >= cutoff
            if first is last and late:
                either.append(begin + ONE_DAY)
            elif late:
                # From the cut-off on it is the next day's transactions.
                begin += ONE_DAY
            if last.hour == 0 and last is not first:
                end -= ONE_DAY
            days += days_of(begin, end)
        return [days, either] if either else [days]

    def _problem(self, pair: Pair, cycle: str, columns: Sequence[Column]) -> str:
        if not columns:
            return _("The table has no %(cycle)s.") % {"cycle": cycle}
        column = columns[0]
        days = self._transactions(pair.transactions, column)[0] or self._holiday_days()
        right = dict.fromkeys(arrival for day, arrival in column.arrivals if day in days)
        said = self._arrival(pair)
        values = {
            "cycle": cycle or column.cycle,
            "days": span(min(days), max(days)),
            "right": listed(map(_said, [*right][:SHOWN])) or "–",
            "said": self._named(pair) if said else _later(pair.days_later),
        }
        return (
            _(
                "By the table the day for %(cycle)s transactions of %(days)s is %(right)s, "
                "not %(said)s."
            )
            % values
        )

    def _named(self, pair: Pair) -> str:
        """Return the arrival as the text has it: a day, or a range of days."""
        ends = pair.arrival.ranges[0] if pair.arrival else ()
        first, last = (self._day(one) for one in ends)
        if first and last and first < last:
            return span(first, last)
        return _said(first) if first else ""

    def _arrival(self, pair: Pair) -> date | None:
        return self._day(pair.arrival.ranges[0][0]) if pair.arrival else None

    def _day(self, one: Written) -> date | None:
        return resolved(one, self.schedule.first)


def _said(day: date) -> str:
    return short_day_and_weekday(day.isoformat())


def _later(days: int) -> str:
    return str(_("the next day") if days else _("the same day"))
