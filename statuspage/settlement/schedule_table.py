"""A holiday's table as a caller may send it, to be checked against calendar and rules."""

from typing import Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from statuspage.settlement.values import Value, read_date
from statuspage.statements.canonical import Json

MOST_ROWS: Final = 60


def _read_rows(value: object) -> Json:
    """`{"rows": [{"from", "until", "arrivals"}]}`: a table of the caller's own, to be checked.

    `date` stands for both ends. Other keys, such as a published table has, are worked out anew.
    """
    rows = value.get("rows") if isinstance(value, dict) else None
    if not isinstance(rows, list) or len(rows) > MOST_ROWS:
        raise _not_a_table()
    return {"rows": [_read_row(one) for one in rows]}


def _read_row(row: object) -> Json:
    if not isinstance(row, dict) or not isinstance(row.get("arrivals"), list):
        raise _not_a_table()
    first = row.get("from", row.get("date"))
    return {
        "from": read_date(first),
        "until": read_date(row.get("until", first)),
        "arrivals": [read_date(one) for one in row["arrivals"]],
    }


def _not_a_table() -> ValidationError:
    shape = _('Write the table as {"rows": [{"from": …, "until": …, "arrivals": […]}]}.')
    return ValidationError(shape, code="table")


_DATE: Final = {"type": "string", "format": "date"}
TABLE: Final = Value(
    "table",
    _read_rows,
    lambda value, language: "",
    {
        "type": "object",
        "description": "Left out, it is generated. Given, it must agree with what would be.",
        "properties": {
            "rows": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {
                        "date": _DATE,
                        "from": _DATE,
                        "until": _DATE,
                        "arrivals": {"type": "array", "items": _DATE},
                    },
                    "required": ["arrivals"],
                },
            }
        },
        "required": ["rows"],
    },
)
