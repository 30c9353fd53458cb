"""Collect what a backup takes along, and the SQL that `restore` runs before anybody can see it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final


class CannotRestore(Exception):
    """A step cannot do its part; the message says why, and what the operator can do."""


@dataclass(frozen=True)
class RestoreRequest:
    """What is restored: the backup, and further lists of who was erased since.

    `without_list` goes on where this machine has no list, with what is at hand; `strict` is False
    only for code that fills a database of its own.
    """

    backup: Path
    lists: Sequence[Path] = ()
    without_list: bool = False
    strict: bool = True


Step = str | Callable[[RestoreRequest], str]

_STEPS: Final[list[Step]] = []
_WITH_BACKUPS: Final[list[Callable[[Path], None]]] = []
_REPORTS: Final[list[Callable[[datetime], str]]] = []


def on_restore(step: Step) -> None:
    """Have this SQL run in the transaction that restores a backup, in the order of registration.

    A function is called before anything is restored; it returns the SQL, or raises CannotRestore.
    The backup may be one of an earlier release: name no table or column that is newer than the
    first release, unless the SQL creates it.
    """
    _STEPS.append(step)


def on_backup(write: Callable[[Path], None]) -> None:
    """Call this once a backup stands under its name, to write what belongs beside it."""
    _WITH_BACKUPS.append(write)


def report_restore(report: Callable[[datetime], str]) -> None:
    """Print what this returns after a restore that began at that moment of the database's clock.

    Empty: nothing is printed. The tables may be those of an earlier release.
    """
    _REPORTS.append(report)


def restore_steps(request: RestoreRequest | None = None) -> list[str]:
    """Return the SQL that was registered.

    Raises:
        CannotRestore: a step cannot do its part.
    """
    asked = request or RestoreRequest(Path(), strict=False)
    return [one if isinstance(one, str) else one(asked) for one in _STEPS]


def with_backup(file: Path) -> None:
    """Write what belongs beside a backup."""
    for write in _WITH_BACKUPS:
        write(file)


def restore_reports(since: datetime) -> list[str]:
    """Return what is to be said about a restore that began at that moment."""
    return [said for report in _REPORTS if (said := report(since))]
