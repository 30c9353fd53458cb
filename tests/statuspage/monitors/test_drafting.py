"""The pure decisions: what is news, and where a report belongs."""

from datetime import UTC, datetime, timedelta

import pytest

from statuspage.monitors.drafting import (
    Place,
    Standing,
    Turn,
    is_over,
    place_of,
    place_of_found,
    turn_of,
)
from statuspage.monitors.severity import UNKNOWN, severity_of

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
QUIET = timedelta(minutes=30)
LONG_AGO = NOW - timedelta(hours=5)
REPEATED = Turn(firing=True, begins=False, anew=False, ends=False)
BEGUN = Turn(firing=True, begins=True, anew=True, ends=False)
# It came back after a gap, with the start that it had before.
BACK = Turn(firing=True, begins=True, anew=False, ends=False)
WAITING = Standing(waiting=True, last_change_at=LONG_AGO)
DISMISSED = Standing(waiting=False, last_change_at=LONG_AGO, rejected=True)
JUST_DISMISSED = Standing(waiting=False, last_change_at=NOW, rejected=True)
LAPSED = Standing(waiting=False, last_change_at=LONG_AGO)
PUBLIC = Standing(waiting=False, last_change_at=LONG_AGO, incident_open=True)
RESOLVED = Standing(waiting=False, last_change_at=NOW, resolved_at=NOW - timedelta(hours=1))
IN_ERROR = Standing(
    waiting=False, last_change_at=LONG_AGO, rejected=True, resolved_at=NOW - timedelta(hours=1)
)


@pytest.mark.parametrize(
    ("was_firing", "old_mark", "mark", "begins", "anew"),
    [
        (False, "", "", True, True),
        (True, "", "", False, False),
        (True, "a", "a", False, False),
        (True, "a", "b", True, True),
        (False, "a", "a", True, False),
        (False, "a", "b", True, True),
        # Without a start to compare, the edge decides.
        (True, "a", "", False, False),
        (True, "", "b", False, False),
        (False, "a", "", True, True),
    ],
)
def test_the_reported_start_decides_what_fires_anew(
    was_firing: bool, old_mark: str, mark: str, begins: bool, anew: bool
) -> None:
    turn = turn_of(was_firing=was_firing, old_mark=old_mark, firing=True, mark=mark)
    assert (turn.begins, turn.anew, turn.ends) == (begins, anew, False)


def test_an_end_begins_nothing() -> None:
    turn = turn_of(was_firing=True, old_mark="a", firing=False, mark="b")
    assert (turn.begins, turn.anew, turn.ends) == (False, False, True)


@pytest.mark.parametrize(
    ("turn", "own", "newest", "place"),
    [
        (BEGUN, None, None, Place.NEW),
        (REPEATED, None, None, Place.NOWHERE),
        (REPEATED, DISMISSED, DISMISSED, Place.OWN),
        (BACK, DISMISSED, DISMISSED, Place.OWN),
        (BEGUN, DISMISSED, DISMISSED, Place.NEW),
        (REPEATED, DISMISSED, WAITING, Place.OWN),
        # While it flaps; another signal is none that staff rejected.
        (BEGUN, JUST_DISMISSED, JUST_DISMISSED, Place.NEWEST),
        (BEGUN, None, JUST_DISMISSED, Place.NEW),
        (BEGUN, LAPSED, JUST_DISMISSED, Place.NEW),
        (REPEATED, IN_ERROR, IN_ERROR, Place.OWN),
        (BEGUN, IN_ERROR, IN_ERROR, Place.NEW),
        (BACK, LAPSED, LAPSED, Place.NEW),
        (BEGUN, None, WAITING, Place.NEWEST),
        (BEGUN, None, PUBLIC, Place.NEWEST),
        (REPEATED, RESOLVED, RESOLVED, Place.NEW),
        (REPEATED, PUBLIC, PUBLIC, Place.OWN),
    ],
)
def test_each_report_has_its_place(
    turn: Turn, own: Standing | None, newest: Standing | None, place: Place
) -> None:
    assert place_of(turn, own=own, newest=newest, quiet=QUIET, now=NOW) == place


@pytest.mark.parametrize(
    ("own", "newest", "place"),
    [
        (None, None, Place.NEW),
        (None, WAITING, Place.NEWEST),
        (None, PUBLIC, Place.NEWEST),
        (None, Standing(waiting=False, last_change_at=NOW, rejected=True), Place.NEW),
        (DISMISSED, WAITING, Place.OWN),
    ],
)
def test_what_fired_before_the_rule_has_its_place(
    own: Standing | None, newest: Standing | None, place: Place
) -> None:
    assert place_of_found(own=own, newest=newest) == place


def test_it_is_over_after_the_quiet_time() -> None:
    assert is_over(LONG_AGO, firing=False, quiet=QUIET, now=NOW)
    assert not is_over(LONG_AGO, firing=True, quiet=QUIET, now=NOW)
    assert not is_over(NOW, firing=False, quiet=QUIET, now=NOW)


@pytest.mark.parametrize(
    ("labels", "rank"),
    [
        ({"severity": "Critical"}, 4),
        ({"severity": "odd", "priority": "P2"}, 3),
        ({"severity": "info"}, 1),
        ({"alertname": "x"}, UNKNOWN),
    ],
)
def test_severity_is_read_from_the_labels(labels: dict[str, str], rank: int) -> None:
    assert severity_of(labels) == rank
