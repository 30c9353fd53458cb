"""What is wrong with a holiday notice: dates left out, said twice, or against the calendar."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from statuspage.settlement.phrases import listed
from statuspage.settlement.prose import Arrival, Claims, Said, claims_of, days_between
from statuspage.settlement.schedules import Stay, span_of
from statuspage.settlement.workdays import ONE_DAY, Calendar, NotYetPublished

Arrivals = Mapping[date, date]


@dataclass(frozen=True)
class Row:
    """Transactions from the first to the last date arrive on that day."""

    first: date
    last: date
    arrival: date


@dataclass(frozen=True)
class Truth:
    """What calendar and rules say: the stay, and by cycle when each transaction date arrives."""

    year: int
    stay: Stay
    calendar: Calendar
    arrivals: Mapping[str, Arrivals]


def lint_rows(rows: Sequence[Row], truth: Arrivals, required: Iterable[date]) -> list[str]:
    """A sentence for every date that the rows leave out, cover twice, or get wrong."""
    covered = Counter(day for row in rows for day in days_between(row.first, row.last))
    left_out = [day for day in required if not covered[day]]
    doubled = [day for day, times in covered.items() if times > 1]
    return [*_left_out(left_out), *_doubled(sorted(doubled)), *_contradictions(rows, truth)]


def lint_prose(text: str, truth: Truth) -> list[str]:
    """A sentence for whatever a text says wrongly of the holiday, or leaves out."""
    claims = claims_of(text, truth.year)
    return list(
        dict.fromkeys(
            [
                *_impossible(claims),
                *_ambiguous(claims),
                *_weekdays(claims),
                *_rest(claims, truth),
                *_work(claims, truth),
                *_settling(claims, truth),
                *_arrivals(claims, truth),
            ]
        )
    )


def _left_out(days: Sequence[date]) -> Iterator[str]:
    if days:
        yield _("No arrival is given for transactions of %(days)s.") % {"days": _stretches(days)}


def _doubled(days: Sequence[date]) -> Iterator[str]:
    if days:
        yield _("More than one arrival is given for transactions of %(days)s.") % {
            "days": _stretches(days)
        }


def _contradictions(rows: Sequence[Row], truth: Arrivals) -> Iterator[str]:
    for row in rows:
        wrong = [
            day
            for day in days_between(row.first, row.last)
            if day in truth and truth[day] != row.arrival
        ]
        if wrong:
            values = {
                "days": _stretches(wrong),
                "said": _day(row.arrival),
                "right": listed(dict.fromkeys(_day(truth[day]) for day in wrong)),
            }
            yield (
                _(
                    "Transactions of %(days)s arrive on %(right)s by calendar and rules, not on"
                    " %(said)s."
                )
                % values
            )


def _impossible(claims: Claims) -> Iterator[str]:
    for written in claims.impossible:
        yield _("There is no such date: %(date)s.") % {"date": written}


def _ambiguous(claims: Claims) -> Iterator[str]:
    for written in claims.ambiguous:
        yield (
            _("%(date)s can be read as two dates: write the month as a word, or 2025-10-01.")
            % {"date": written}
        )


def _weekdays(claims: Claims) -> Iterator[str]:
    for day, said in claims.weekdays:
        if day.weekday() != said:
            values = {"day": date_format(day, pgettext("date format", "j M")), "is": _weekday(day)}
            yield _("%(day)s is a %(is)s; the text says otherwise.") % values


def _rest(claims: Claims, truth: Truth) -> Iterator[str]:
    """Days of rest: none that is worked, and all of the holiday."""
    said = set(claims.said(Said.RESTS))
    worked = [day for day in sorted(said) if _settles(truth.calendar, day)]
    if worked:
        yield _("The text calls %(days)s a holiday; by the calendar it is worked.") % {
            "days": _stretches(worked)
        }
    holiday = set(days_between(truth.stay.first, truth.stay.last))
    if said & holiday and holiday - said:
        yield _("The text leaves out %(days)s, which belongs to the holiday.") % {
            "days": _stretches(sorted(holiday - said))
        }


def _work(claims: Claims, truth: Truth) -> Iterator[str]:
    """Days of work: none that is free; and no make-up day forgotten once rest is spoken of."""
    said = set(claims.said(Said.SETTLES))
    free = [day for day in sorted(said) if not _settles(truth.calendar, day, unknown=True)]
    if free:
        yield _("The text calls %(days)s a workday; by the calendar it is none.") % {
            "days": _stretches(free)
        }
    forgotten = [day for day in truth.stay.make_up_days if day not in said]
    if forgotten and (claims.said(Said.RESTS) or said):
        yield _("The text does not say that %(days)s is worked in exchange.") % {
            "days": _stretches(forgotten)
        }


def _settling(claims: Claims, truth: Truth) -> Iterator[str]:
    """Days on which nothing is said to settle."""
    wrong = [day for day in sorted(set(claims.said(Said.CLOSED))) if _settles(truth.calendar, day)]
    if wrong:
        yield _("The text says that nothing settles on %(days)s; by the calendar it does.") % {
            "days": _stretches(wrong)
        }


def _arrivals(claims: Claims, truth: Truth) -> Iterator[str]:
    """Each cycle's claims against its own dates; without a cycle, against the T rules' dates."""
    for cycle in dict.fromkeys(one.cycle for one in claims.arrivals):
        meant = truth.arrivals.get(cycle) if cycle else _by_workdays(truth)
        if cycle and meant is None:
            yield _("No rule in force has the cycle %(cycle)s.") % {"cycle": cycle}
        if meant is None:
            continue
        rows = [_row(one) for one in claims.arrivals if one.cycle == cycle]
        required = _required(truth) if cycle.startswith("T") or not cycle else ()
        yield from lint_rows(rows, meant, required)


def _by_workdays(truth: Truth) -> Arrivals | None:
    """The dates of the first cycle that counts settlement workdays."""
    found = (dates for cycle, dates in sorted(truth.arrivals.items()) if cycle.startswith("T"))
    return next(found, None)


def _required(truth: Truth) -> list[date]:
    """What prose must speak of: from the last workday before the holiday to its end."""
    bare = Stay(truth.stay.first, truth.stay.last, ())
    return list(days_between(*span_of(bare, truth.calendar)))


def _row(one: Arrival) -> Row:
    return Row(one.first, one.last, one.arrival)


def _settles(calendar: Calendar, day: date, *, unknown: bool = False) -> bool:
    """Whether it settles; of a year that is not loaded nothing can be held against the text."""
    try:
        return calendar.settles(day)
    except NotYetPublished:
        return unknown


def _day(day: date) -> str:
    values = {"day": date_format(day, pgettext("date format", "j M")), "weekday": _weekday(day)}
    return _("%(day)s (%(weekday)s)") % values


def _weekday(day: date) -> str:
    return date_format(day, "l")


def _stretches(days: Sequence[date]) -> str:
    """Dates with what follows each other drawn together."""
    found: list[list[date]] = []
    for day in days:
        if found and day - found[-1][-1] == ONE_DAY:
            found[-1].append(day)
        else:
            found.append([day])
    return listed(_stretch(one) for one in found)


def _stretch(days: Sequence[date]) -> str:
    if len(days) == 1:
        return _day(days[0])
    return _("%(first)s to %(last)s") % {"first": _day(days[0]), "last": _day(days[-1])}
