"""Read the times of a source; what has no offset is in the zone that the operator names."""

import re
from datetime import date, datetime, time, tzinfo
from typing import Final

from statuspage.importing.entries import Unusable

# Before and after it, nobody had a status page: a typing error, or a time of another unit.
FIRST_YEAR: Final = 2000
LAST_YEAR: Final = 2100
SPACED_OFFSET: Final = re.compile(r"\s+(?:UTC|GMT|(?=[+-]\d\d:?\d\d$))", re.ASCII)


def moment_of(value: object, zone: tzinfo) -> datetime:
    """Return the time, with its zone; a day alone is its beginning.

    Raises:
        Unusable: it is no time, or not of this century.
    """
    found = _read(value)
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise Unusable(f"“{value}” is not a date between {FIRST_YEAR} and {LAST_YEAR}")
    return found if found.tzinfo else found.replace(tzinfo=zone)


def _read(value: object) -> datetime:
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime.combine(value, time())
    if value is None or value == "":
        raise Unusable("there is no date")
    written = SPACED_OFFSET.sub(_offset, str(value).strip())
    try:
        return datetime.fromisoformat(written)
    except ValueError as error:
        shown = str(value)[:40]
        raise Unusable(f"“{shown}” is not a date; write it as 2025-02-19T10:42:00+08:00") from error


def _offset(found: re.Match[str]) -> str:
    return "Z" if found.group().strip() else ""
