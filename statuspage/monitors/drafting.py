"""Which draft a report belongs to: pure decisions, the same for reports and for a trial."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Final

# An older or a future start is not believed: it says little about our detection.
BELIEVED: Final = timedelta(days=1)


class Place(Enum):
    """Where a report goes."""

    OWN = "the draft that its signal belongs to"
    NEWEST = "the newest draft of the rule"
    NEW = "a new draft"
    NOWHERE = "no draft"


@dataclass(frozen=True)
class Turn:
    """What a report changes: the signal begins to fire, or ends, or neither (a repetition).

    `anew`: it fires as it did not before. After a gap in the reports the same firing begins again,
    but not anew: its reported start is the same.
    """

    firing: bool
    begins: bool
    anew: bool
    ends: bool

    @property
    def changes(self) -> bool:
        """Whether it is more than a repetition."""
        return self.begins or self.ends


@dataclass(frozen=True)
class Standing:
    """How it stands with a draft; `incident_open` and `resolved_at` are of its incident."""

    waiting: bool
    last_change_at: datetime
    # Staff said that it is nothing for the public: dismissed, or published in error.
    rejected: bool = False
    incident_open: bool = False
    resolved_at: datetime | None = None


def turn_of(*, was_firing: bool, old_mark: str, firing: bool, mark: str) -> Turn:
    """Return what a report changes; the marks are the reported starts, empty where there is none.

    Where both are known, they decide: also starts that are years old or in the future.
    """
    comparable = bool(mark and old_mark)
    anew = firing and (mark != old_mark if comparable else not was_firing)
    return Turn(
        firing=firing,
        begins=firing and (anew or not was_firing),
        anew=anew,
        ends=was_firing and not firing,
    )


def place_of(
    turn: Turn, *, own: Standing | None, newest: Standing | None, quiet: timedelta, now: datetime
) -> Place:
    """Return where a report belongs; `own` is the draft of its signal, `newest` that of the rule.

    What staff rejected makes no draft again, however often it is repeated, unless it fires anew;
    nor does it take in, within the quiet time, a signal that nobody has seen.
    A monitor that still fires the quiet time after its incident was resolved contradicts what we
    published: that is a new draft.
    """
    rejected = own is not None and own.rejected
    news = turn.anew if rejected else turn.begins
    if rejected and not news:
        return Place.OWN
    if own is None and not turn.firing:  # nobody had heard of it
        return Place.NOWHERE
    if newest is None:
        return Place.NEW if news else Place.NOWHERE
    if turn.firing and _called_over(newest, quiet, now):
        return Place.NEW
    if newest.waiting:
        return Place.NEWEST
    if not news:
        return Place.OWN if own else Place.NOWHERE
    unseen = newest.rejected and own != newest
    merged = newest.incident_open or (now - newest.last_change_at < quiet and not unseen)
    return Place.NEWEST if merged else Place.NEW


def place_of_found(*, own: Standing | None, newest: Standing | None) -> Place:
    """Return where a signal belongs that already fired when its rule was made or changed.

    It joins what waits or is public. The quiet time does not count: nobody has seen this one.
    """
    if own and own.rejected:
        return Place.OWN
    joins = newest is not None and (newest.waiting or newest.incident_open)
    return Place.NEWEST if joins else Place.NEW


def is_over(last_change_at: datetime, *, firing: bool, quiet: timedelta, now: datetime) -> bool:
    """Return whether nothing fires any more, and has not for the quiet time."""
    return not firing and now - last_change_at >= quiet


def believed(began: datetime | None, now: datetime) -> datetime:
    """Return when it began, as far as the monitor's clock can be believed; else now."""
    return began if began and now - BELIEVED <= began <= now else now


def detected(began: datetime, resolved_at: datetime | None) -> datetime:
    """Return when the problem of a new draft began: not before the last incident was resolved."""
    return max(began, resolved_at) if resolved_at else began


def _called_over(newest: Standing, quiet: timedelta, now: datetime) -> bool:
    resolved = None if newest.rejected else newest.resolved_at
    return resolved is not None and now - resolved >= quiet
