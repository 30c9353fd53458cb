"""The last days, with the quiet ones drawn together."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from statuspage.components.statuses import Impact
from statuspage.incidents.lifecycle import IncidentStatus, MaintenanceStatus
from statuspage.pages.cards import IncidentCard, MaintenanceCard
from statuspage.pages.days import recent_days
from statuspage.statements.texts import LocalizedText

FIRST, LAST = date(2025, 2, 8), date(2025, 2, 21)
NAME = LocalizedText("T+1到账延迟", "zh-hans")


def _noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 4, tzinfo=UTC)


def _incident(day: date, **values: Any) -> IncidentCard:
    values.setdefault("started_at", _noon(day))
    return IncidentCard(
        id="x",
        name=NAME,
        status=IncidentStatus.RESOLVED,
        impact=Impact.MAJOR,
        resolved_at=_noon(LAST),
        next_update_by=None,
        late=False,
        left=None,
        backfilled=False,
        in_error=False,
        lasted=None,
        parts=[],
        timeline=[],
        **values,
    )


def _maintenance(day: date) -> MaintenanceCard:
    return MaintenanceCard(
        id="y",
        name=NAME,
        status=MaintenanceStatus.COMPLETED,
        scheduled_for=_noon(day) - timedelta(days=1),
        scheduled_until=_noon(day),
        started_at=None,
        completed_at=_noon(day),
        cancelled_at=None,
        parts=[],
        timeline=[],
    )


def test_what_never_was_lasts_on_no_day() -> None:
    never = replace(_incident(FIRST), in_error=True)
    assert not any(one.lasting for one in recent_days(FIRST, LAST, [never], []))


def test_without_anything_it_is_one_quiet_run() -> None:
    (run,) = recent_days(FIRST, LAST, [], [])
    assert (run.first, run.last) == (FIRST, LAST)
    assert run.quiet
    assert run.several


def test_an_incident_stands_on_the_day_on_which_it_began() -> None:
    days = recent_days(FIRST, LAST, [_incident(date(2025, 2, 15))], [])
    assert [(day.first.day, day.last.day, day.quiet) for day in days] == [
        (16, 21, True),
        (15, 15, False),
        (8, 14, True),
    ]


def test_one_that_began_earlier_and_ended_now_stands_on_the_first_day() -> None:
    days = recent_days(FIRST, LAST, [_incident(date(2025, 1, 1))], [])
    assert days[-1].first == FIRST
    assert len(days[-1].incidents) == 1


def test_a_single_quiet_day_is_no_run() -> None:
    busy = [_incident(date(2025, 2, 19)), _incident(date(2025, 2, 21))]
    between = recent_days(FIRST, LAST, busy, [])[1]
    assert between.quiet
    assert not between.several


def test_maintenance_stands_on_the_day_on_which_it_was_completed() -> None:
    days = recent_days(FIRST, LAST, [], [_maintenance(date(2025, 2, 21))])
    assert days[0].maintenances
    assert not days[0].incidents
    assert not days[0].quiet


def test_two_on_one_day_share_it() -> None:
    both = [_incident(date(2025, 2, 20)), _incident(date(2025, 2, 20))]
    days = recent_days(FIRST, LAST, both, [_maintenance(date(2025, 2, 20))])
    (busy,) = [day for day in days if not day.quiet]
    assert len(busy.incidents) == 2
    assert len(busy.maintenances) == 1


def test_the_day_is_beijings() -> None:
    evening = datetime(2025, 2, 19, 17, 0, tzinfo=UTC)
    days = recent_days(FIRST, LAST, [_incident(LAST, started_at=evening)], [])
    (busy,) = [day for day in days if not day.quiet]
    assert busy.first == date(2025, 2, 20)


@given(st.sets(st.integers(0, 13)))
def test_every_day_is_told_exactly_once_newest_first(busy: set[int]) -> None:
    incidents = [_incident(FIRST + timedelta(days=offset)) for offset in busy]
    days = recent_days(FIRST, LAST, incidents, [])
    told = [
        day.last - timedelta(days=back)
        for day in days
        for back in range((day.last - day.first).days + 1)
    ]
    assert told == [LAST - timedelta(days=back) for back in range(14)]
    pairs = pairwise(days)
    assert not any(one.quiet and other.quiet for one, other in pairs)
