"""Collect the SQL that `restore` runs before anybody can see the restored database."""

from typing import Final

_STEPS: Final[list[str]] = []


def on_restore(sql: str) -> None:
    """Have this SQL run in the transaction that restores a backup, in the order of registration.

    The backup may be one of an earlier release: name no table or column that is newer than the
    first release, unless the SQL creates it.
    """
    _STEPS.append(sql)


def restore_steps() -> list[str]:
    """Return what was registered."""
    return [*_STEPS]
