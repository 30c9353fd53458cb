"""Registries of what waits for somebody's decision, and of what came back to its author.

Each app registers a function that reads its own tables. The console lists what they find, and
notifications tell those who may decide; neither knows the apps.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.utils.functional import Promise


@dataclass(frozen=True)
class WaitingItem:
    """Something that waits for a person's decision.

    `key` names the item and this submission of it: what is submitted again has another key, and
    people are told again. `act` is the permission that a decision needs (staff/permissions.py).
    """

    key: str
    kind: str | Promise
    # By language; Chinese is required.
    name: Mapping[str, str]
    since: datetime
    # The path of the console's page on which it is decided.
    path: str
    act: str
    # Ids of the staff who may not decide it, and the name of the one who submitted it.
    not_by: frozenset[int] = frozenset()
    by: str = ""
    # False: published already, so that people are only told if it waits for long.
    at_once: bool = True
    # True: only those who may decide it see it.
    private: bool = False
    # True: nothing awaits approval; an incident that seems to be over awaits its “Resolved”.
    resolves: bool = False
    # True: nothing awaits approval; something is to be written in time. People are told once.
    prepares: bool = False


@dataclass(frozen=True)
class ReturnedItem:
    """Something that a second person sent back to its author (an id), with the reason."""

    key: str
    kind: str | Promise
    name: Mapping[str, str]
    note: str
    at: datetime
    path: str
    author: int


WaitingSource = Callable[[], Iterable[WaitingItem]]
# Gets the moment since when.
ReturnedSource = Callable[[datetime], Iterable[ReturnedItem]]
_WAITING: Final[list[WaitingSource]] = []
_RETURNED: Final[list[ReturnedSource]] = []


def waiting_items(source: WaitingSource) -> None:
    """Register a source of what waits; call it in an app's `ready`."""
    if source not in _WAITING:
        _WAITING.append(source)


def returned_items(source: ReturnedSource) -> None:
    """Register a source of what was sent back; call it in an app's `ready`."""
    if source not in _RETURNED:
        _RETURNED.append(source)


def all_waiting() -> list[WaitingItem]:
    """Return all that waits, longest first."""
    found: Iterator[WaitingItem] = (one for source in _WAITING for one in source())
    return sorted(found, key=lambda one: (one.since, one.key))


def all_returned(since: datetime) -> list[ReturnedItem]:
    """Return all that was sent back since that moment, oldest first."""
    found: Iterator[ReturnedItem] = (one for source in _RETURNED for one in source(since))
    return sorted(found, key=lambda one: (one.at, one.key))
