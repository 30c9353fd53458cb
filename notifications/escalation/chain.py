"""The chain of a setting: who is reminded how long before or after a promised time."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from statuspage.env import ConfigurationError

# The group robot and the mailboxes that are told of alarms.
STAFF = "staff"


@dataclass(frozen=True, order=True)
class Level:
    """From so many minutes after the time (negative: before it) these are told."""

    minutes: int
    recipients: tuple[str, ...]


def read_chain(name: str, value: str) -> list[Level]:
    """`-10:staff; 0:staff; 15:boss@example.com,staff`: levels in order; empty for none.

    Raises:
        ConfigurationError: it reads otherwise, names nobody, or a level twice.
    """
    levels = sorted(_level(name, part) for part in value.split(";") if part.strip())
    if len({one.minutes for one in levels}) != len(levels):
        raise ConfigurationError(name, "names the same minutes twice")
    return levels


def begun(levels: Iterable[Level], promised: datetime, now: datetime) -> Sequence[Level]:
    """Whose time has come, the lowest first."""
    return [one for one in levels if promised + timedelta(minutes=one.minutes) <= now]


def _level(name: str, part: str) -> Level:
    minutes, _colon, who = part.strip().partition(":")
    recipients = tuple(one.strip() for one in who.split(",") if one.strip())
    try:
        offset = int(minutes)
    except ValueError as error:
        raise ConfigurationError(name, f"{minutes!r} is no whole number of minutes") from error
    if not recipients:
        raise ConfigurationError(name, f"names nobody for {offset} minutes")
    for one in recipients:
        if one != STAFF and "@" not in one:
            raise ConfigurationError(name, f"{one!r} is neither {STAFF!r} nor an e-mail address")
    return Level(offset, recipients)
