"""Compare the days off and the days worked that prose states with the calendar; pure."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from statuspage.calendar.workdays import ONE_DAY, SATURDAY
from statuspage.notices.phrases import short_day_and_weekday
from statuspage.settlement.holiday.dates import Mention, Written
from statuspage.settlement.holiday.phrases import span
from statuspage.settlement.holiday.stated import Kind, Stated
from statuspage.settlement.holiday.whose import is_abroad
from statuspage.settlement.schedules import HolidayPeriod

# First and last day.
Stretch = tuple[date, date]


@dataclass(frozen=True)
class RestDays:
    """The holidays that prose may name; the first is the schedule's own."""

    periods: Sequence[HolidayPeriod]
    resolve: Callable[[Written], date | None]

    def findings(self, said: Stated) -> Iterator[str]:
        """Yield a sentence for each thing that the calendar says otherwise."""
        # Foreign exchange works on no weekend day.
        abroad = is_abroad(said.clause)
        worked = [] if abroad else [day for one in self.periods for day in one.make_up_days]
        for first, last in self._stretches(said.dates):
            if said.kind is Kind.WORKED:
                yield from self._ends(first, last, worked, _("%(day)s is not a workday."), off=True)
            elif said.kind is Kind.PART or first == last:
                problem = _("%(day)s is not a day of the holiday.")
                yield from self._ends(first, last, worked, problem, off=False)
            elif not any((first, last) in _spans(one, worked) for one in self.periods):
                yield self._problem(first, last)
            elif said.count not in {0, (last - first + ONE_DAY).days}:
                values = {"right": (last - first + ONE_DAY).days, "said": said.count}
                problem = _("%(days)s is %(right)d days, not %(said)d.")
                yield problem % {**values, "days": span(first, last)}

    def _ends(
        self, first: date, last: date, worked: Sequence[date], problem: str, *, off: bool
    ) -> Iterator[str]:
        """Yield the ends of a stretch that are days of rest, or are not."""
        for day in dict.fromkeys((first, last)):
            if (_rests(day, worked) or self._in_a_holiday(day)) is off:
                yield problem % {"day": short_day_and_weekday(day.isoformat())}

    def _in_a_holiday(self, day: date) -> bool:
        return any(one.first <= day <= one.last for one in self.periods)

    def _stretches(self, dates: Mention) -> Iterator[Stretch]:
        """Yield the dates as stretches; those that follow each other are one."""
        ends = [tuple(map(self.resolve, one)) for one in dates.ranges]
        whole: list[Stretch] = []
        for first, last in ends:
            if first is None or last is None:
                return  # that it is no date is said elsewhere
            if whole and first - ONE_DAY == whole[-1][1]:
                whole[-1] = whole[-1][0], last
            else:
                whole.append((first, last))
        yield from whole

    def _problem(self, first: date, last: date) -> str:
        near = min(self.periods, key=lambda one: abs(one.first - first))
        values = {"right": span(near.first, near.last), "said": span(first, last)}
        return _("The holiday is %(right)s, not %(said)s.") % values


def _spans(period: HolidayPeriod, worked: Sequence[date]) -> set[Stretch]:
    """Return how a holiday may be stated: with or without the weekends beside it."""
    first, last = period.first, period.last
    while _rests(first - ONE_DAY, worked):
        first -= ONE_DAY
    while _rests(last + ONE_DAY, worked):
        last += ONE_DAY
    return {(begin, end) for begin in (period.first, first) for end in (period.last, last)}


def _rests(day: date, worked: Sequence[date]) -> bool:
    return day.weekday() >= SATURDAY and day not in worked
