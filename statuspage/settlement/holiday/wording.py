"""The words of a holiday schedule, generated from its table in the active language."""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from statuspage.notices.cycles import say_cycle
from statuspage.notices.phrases import joined, listed
from statuspage.settlement.holiday.cards import cutoff_said
from statuspage.settlement.holiday.groups import Alike, Names, kinds_of_merchant
from statuspage.settlement.holiday.merging import Row, holiday_row, merged
from statuspage.settlement.holiday.phrases import (
    later,
    others_said,
    plain_day,
    row_said,
    span,
    with_weekdays,
)
from statuspage.settlement.holiday.said import Said, changed, usual
from statuspage.settlement.holiday.table import Column, Schedule, schedule_of
from statuspage.settlement.schedules import Holiday
from statuspage.settlement.verbs import Verb, verb_of
from statuspage.statements.short import LIMITS, WECHAT

# Whether the transactions have a cut-off, and whether the day is that of the payout.
CLAUSES: Final[Mapping[tuple[bool, bool], str | Promise]] = {
    (False, False): gettext_lazy("%(who)s: transactions of %(days)s arrive %(day)s"),
    (True, False): gettext_lazy("%(who)s: transactions of %(days)s before %(time)s arrive %(day)s"),
    (False, True): gettext_lazy("%(who)s: transactions of %(days)s are paid out %(day)s"),
    (True, True): gettext_lazy(
        "%(who)s: transactions of %(days)s before %(time)s are paid out %(day)s"
    ),
}

SEE_DATES: Final[Mapping[Verb, str | Promise]] = {
    Verb.CREDIT: pgettext_lazy("in few words", "See arrival dates"),
    Verb.PAYOUT: pgettext_lazy("in few words", "See payout dates"),
    Verb.SETTLED: pgettext_lazy("in few words", "See the dates"),
}
SEE_ITS_DATES: Final[Mapping[Verb, str | Promise]] = {
    Verb.CREDIT: gettext_lazy("%(who)s: see the arrival dates"),
    Verb.PAYOUT: gettext_lazy("%(who)s: see the payout dates"),
    Verb.SETTLED: gettext_lazy("%(who)s: see the dates"),
}


@dataclass(frozen=True)
class Wording:
    """A schedule to put into words; `names` are the products' in the active language."""

    schedule: Schedule
    names: Names
    year: int

    @classmethod
    def of(cls, payload: Mapping[str, Any], names: Names) -> "Wording":
        """Return the wording of a payload that was cleaned."""
        return cls(schedule_of(payload), names, int(payload["year"]))

    def title(self) -> str:
        """Return the headline."""
        values = {"holiday": self._holiday, "year": self.year}
        return _("Settlement over %(holiday)s %(year)d") % values

    def body(self) -> str:
        """Return the text: the holiday, a line for each cycle, and what to know besides."""
        lines = [self._dates(), *map(_line, self._changed), self._usual_line(), self._notes()]
        return "\n".join(filter(None, lines))

    def sms(self) -> str:
        """Return what an SMS says: which merchants, which transactions, which day."""
        said = _clauses([*map(self._clause, self._changed_by(self._by_row)), self._usual_briefly()])
        values = {"holiday": self._holiday, "said": said.replace("） ", "）")}
        return pgettext("SMS about a holiday", "%(holiday)s - %(said)s.") % values

    def wechat(self) -> str:
        """Return what WeChat shows: the most that its few characters have room for."""
        found = self._changed_by(self._arrivals)
        days = [self._day(one, one.who_briefly) for one in found]
        usual_too, shortest = (
            self._usual_briefly(),
            [self._day(one, self._who(one)) for one in found],
        )
        shorter = (
            _clauses([*days, usual_too]),
            _clauses(days),
            *days[:1],
            _clauses(shortest),
            *shortest[:1],
        )
        fitting = (one for one in shorter if 0 < len(one) <= LIMITS[WECHAT])
        # Two days of one cycle need the words that say whose they are: no room, no day.
        return next(fitting, str(SEE_DATES[self.schedule.verb]))

    def _who(self, one: Said) -> str:
        """Return whose cycle it is, in as few words as tell it from the same cycle's other days."""
        column, days = one.columns[0], self._arrivals(one.columns[0])
        same = [other for other in self.schedule.columns if other.cycle == column.cycle]
        others = [other for other in same if self._arrivals(other) != days]
        if any(own.cycle != column.cycle for own in one.columns):
            return one.who_briefly
        if not others:
            return say_cycle(column.cycle)
        if all(other.abroad for other in others) and not any(own.abroad for own in one.columns):
            values = {"cycle": say_cycle(column.cycle)}
            return pgettext("in few words", "domestic %(cycle)s") % values
        return one.who_briefly

    @property
    def _holiday(self) -> str:
        return str(Holiday(self.schedule.holiday).label)

    @property
    def _changed(self) -> list[Said]:
        return changed(kinds_of_merchant(self.schedule), self.names)

    @property
    def _usual(self) -> list[Said]:
        return usual(kinds_of_merchant(self.schedule), self.names)

    def _changed_by(self, key: Alike) -> list[Said]:
        """Return what the holiday changes; columns that this says nothing apart of are one."""
        return changed(kinds_of_merchant(self.schedule, key), self.names, key)

    def _by_row(self, column: Column) -> Hashable:
        return self._row(column), column.paid_out

    def _row(self, column: Column) -> Row | None:
        return holiday_row(column, self.schedule)

    def _arrivals(self, column: Column) -> Hashable:
        days = frozenset(column.within(self.schedule.first, self.schedule.last))
        return days, column.paid_out

    def _dates(self) -> str:
        first, last = with_weekdays((self.schedule.first, self.schedule.last))
        values = {"holiday": self._holiday, "first": first, "last": last}
        worked = listed(with_weekdays(self.schedule.make_up_days))
        if first == last:
            said = _("%(holiday)s: %(first)s is a holiday.")
        else:
            said = _("%(holiday)s: %(first)s to %(last)s is a holiday.")
        more = _("Make-up workdays: %(days)s.") % {"days": worked} if worked else ""
        return joined([said % values, more])

    def _usual_line(self) -> str:
        found = listed(one.who for one in self._usual)
        return (
            _("As usual, also during the holiday: %(cycles)s.") % {"cycles": found} if found else ""
        )

    def _usual_briefly(self) -> str:
        found = listed(one.who_briefly for one in self._usual)
        return _("%(cycles)s as usual") % {"cycles": found} if found else ""

    def _clause(self, one: Said) -> str:
        """Return when the holiday's transactions arrive."""
        row = self._row(one.columns[0])
        if row is None:
            words = SEE_ITS_DATES[verb_of(column.means for column in one.columns)]
            return str(words) % {"who": one.who_briefly}
        day = later(row.arrival, row.last)
        values = {"who": one.who_briefly, "days": span(row.first, row.last), "day": day}
        return CLAUSES[bool(one.cutoff), one.columns[0].paid_out] % {**values, "time": one.cutoff}

    def _day(self, one: Said, who: str) -> str:
        """Return the day on which the holiday's transactions arrive; empty where it is several."""
        row = self._row(one.columns[0])
        if row is None:
            return ""
        values = {"who": who, "day": plain_day(row.arrival)}
        if one.columns[0].paid_out:
            return pgettext("in few words", "%(who)s: paid %(day)s") % values
        return pgettext("in few words", "%(who)s: %(day)s") % values

    def _notes(self) -> str:
        if not self._changed:
            return ""
        columns = [column for one in self._changed for column in one.columns]
        late = _(
            "On the first workday after the holiday banks are busy and may credit the money later "
            "than usual."
        )
        return joined([cutoff_said(columns), late])


def _line(one: Said) -> str:
    """Return every row of a table's column as a sentence."""
    rows, paid_out = merged(one.columns[0]), one.columns[0].paid_out
    clauses = [row_said(row, paid_out=paid_out) for row in rows.rows]
    if rows.others is not None:
        clauses.append(others_said(rows.others, paid_out=paid_out))
    said = pgettext("between clauses", "; ").join(clauses)
    return _("%(who)s: %(said)s.") % {"who": one.who, "said": said}


def _clauses(found: Iterable[str]) -> str:
    return pgettext("between clauses of an SMS", "; ").join(filter(None, found))
