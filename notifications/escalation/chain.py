"""Parse an escalation chain: who is reminded how long before or after a promised time."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

# The group robot and the mailboxes that receive alarms.
STAFF = "staff"


@dataclass(frozen=True, order=True)
class Level:
    """Recipients reminded so many minutes after the promised time (negative: before it)."""

    minutes: int
    recipients: tuple[str, ...]


def read_chain(value: str) -> list[Level]:
    """Parse `-10:staff; 0:staff; 15:boss@example.com,staff` into levels in order of time.

    Raises:
        ValueError: it is malformed, a level has no recipient or is given twice.
    """
    levels = sorted(_level(part) for part in value.split(";") if part.strip())
    if len({one.minutes for one in levels}) != len(levels):
        raise ValueError("names the same minutes twice")
    return levels


def begun(levels: Iterable[Level], promised: datetime, now: datetime) -> Sequence[Level]:
    """Return the levels that are due, the lowest first."""
    return [one for one in levels if promised + timedelta(minutes=one.minutes) <= now]


def _level(part: str) -> Level:
    minutes, _colon, who = part.strip().partition(":")
    recipients = tuple(one.strip() for one in who.split(",") if one.strip())
    try:
        offset = int(minutes)
    except ValueError as error:
        raise ValueError(f"{minutes!r} is no whole number of minutes") from error
    if not recipients:
        raise ValueError(f"names nobody for {offset} minutes")
    for one in recipients:
        if one != STAFF and "@" not in one:
            raise ValueError(f"{one!r} is neither {STAFF!r} nor an e-mail address")
    return Level(offset, recipients)
