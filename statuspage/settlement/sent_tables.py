"""A holiday's table as a caller may send it, to be checked against calendar and rules."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from statuspage.notices.phrases import day_and_weekday, listed
from statuspage.notices.values import DATE, DAY, Value
from statuspage.statements.canonical import Json

MOST_ROWS: Final = 60


class ScheduleRow(NamedTuple):
    """Transactions from the first to the last date arrive on that day."""

    first: date
    last: date
    arrival: date

    def covers(self, days: Iterable[date]) -> list[date]:
        """Return those of the days that are in this row."""
        return [day for day in days if self.first <= day <= self.last]


def rows_of(table: Mapping[str, Any], column: int) -> list[ScheduleRow]:
    """Return the rows of a table that was read, for one column.

    Raises:
        IndexError: one has too few arrivals.
    """
    written = ((row["from"], row["until"], row["arrivals"][column]) for row in table["rows"])
    return [ScheduleRow(*map(date.fromisoformat, row)) for row in written]


def row_problems(rows: Sequence[ScheduleRow], right: Mapping[date, date]) -> Iterator[str]:
    """Yield a sentence for every date that the rows leave out, cover twice, or get wrong."""
    covered = Counter(day for row in rows for day in row.covers(right))
    if left_out := [day for day in right if not covered[day]]:
        problem = _("No date is given for transactions of %(days)s.")
        yield problem % {"days": _listed(left_out)}
    if doubled := [day for day in right if covered[day] > 1]:
        problem = _("More than one date is given for transactions of %(days)s.")
        yield problem % {"days": _listed(doubled)}
    for row in rows:
        if wrong := [day for day in row.covers(right) if right[day] != row.arrival]:
            problem = _(
                "By the calendar and the rules, the day for transactions of %(days)s is %(right)s, "
                "not %(said)s."
            )
            yield problem % {
                "days": _listed(wrong),
                "right": _listed(right[day] for day in wrong),
                "said": _listed([row.arrival]),
            }


def _listed(days: Iterable[date]) -> str:
    return listed(dict.fromkeys(day_and_weekday(day.isoformat()) for day in days))


def _read_table(value: object) -> Json:
    """Read `{"rows": [{"from", "until", "arrivals"}]}`, the caller's own table, to be checked.

    `date` stands for both ends. Other keys, such as a published table has, are computed again.
    """
    rows = value.get("rows") if isinstance(value, dict) else None
    if not isinstance(rows, list) or len(rows) > MOST_ROWS:
        raise ValueError("not a table")
    return {"rows": [*map(_read_row, rows)]}


def _read_row(row: object) -> Json:
    if not isinstance(row, dict) or not isinstance(row.get("arrivals"), list):
        raise ValueError("not a row")  # noqa: TRY004
    first = row.get("from", row.get("date"))
    return {
        "from": DATE.read(first),
        "until": DATE.read(row.get("until", first)),
        "arrivals": [DATE.read(one) for one in row["arrivals"]],
    }


_ROW: Final = {
    "type": "object",
    "properties": {
        "date": DAY,
        "from": DAY,
        "until": DAY,
        "arrivals": {"type": "array", "items": DAY},
    },
    "required": ["arrivals"],
}
TABLE: Final = Value(
    "table",
    _read_table,
    lambda value: "",
    {
        "type": "object",
        "description": "Left out, it is generated. Given, it must agree with what would be.",
        "properties": {"rows": {"type": "array", "items": _ROW}},
        "required": ["rows"],
    },
    gettext_lazy('Enter the table as {"rows": [{"from": …, "until": …, "arrivals": […]}]}.'),
)
