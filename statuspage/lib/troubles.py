"""What this process cannot do just now: noted where it fails, read by the watch that alarms staff.

Notes are kept in memory, so that noting one needs neither database nor network.
"""

_noted: set[tuple[str, str]] = set()


def trouble_note(kind: str, subject: str = "") -> None:
    """Note that something fails; may be repeated. `kind` is one of the kinds of alarm."""
    _noted.add((kind, subject))


def trouble_over(kind: str, subject: str = "") -> None:
    """Note that it works again; may be repeated."""
    _noted.discard((kind, subject))


def troubles() -> list[tuple[str, str]]:
    """Return what fails, as pairs of kind and subject."""
    return sorted(_noted.copy())
