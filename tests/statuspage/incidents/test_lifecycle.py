"""One test a transition, allowed or not, for incidents and for maintenance."""

import itertools

import pytest
from django.utils.translation import override

from statuspage.incidents.lifecycle import (
    INCIDENT_TRANSITIONS,
    MAINTENANCE_TRANSITIONS,
    IllegalTransition,
    IncidentStatus,
    MaintenanceStatus,
    check_transition,
)

INCIDENT_ALLOWED = {
    ("investigating", "investigating"),
    ("investigating", "identified"),
    ("investigating", "monitoring"),
    ("investigating", "resolved"),
    ("identified", "investigating"),
    ("identified", "identified"),
    ("identified", "monitoring"),
    ("identified", "resolved"),
    ("monitoring", "investigating"),
    ("monitoring", "identified"),
    ("monitoring", "monitoring"),
    ("monitoring", "resolved"),
    ("resolved", "resolved"),
    ("resolved", "investigating"),
}
MAINTENANCE_ALLOWED = {
    ("scheduled", "scheduled"),
    ("scheduled", "in_progress"),
    ("scheduled", "completed"),
    ("in_progress", "in_progress"),
    ("in_progress", "verifying"),
    ("in_progress", "completed"),
    ("verifying", "in_progress"),
    ("verifying", "verifying"),
    ("verifying", "completed"),
    ("scheduled", "cancelled"),
    ("in_progress", "cancelled"),
    ("verifying", "cancelled"),
}


def test_an_incident_moves_only_as_its_table_says(subtests: pytest.Subtests) -> None:
    for present, following in [*itertools.product(IncidentStatus.values, repeat=2)]:
        with subtests.test(present=present, following=following):
            assert_decides(INCIDENT_TRANSITIONS, INCIDENT_ALLOWED, present, following)


def test_a_maintenance_moves_only_as_its_table_says(subtests: pytest.Subtests) -> None:
    for present, following in [*itertools.product(MaintenanceStatus.values, repeat=2)]:
        with subtests.test(present=present, following=following):
            assert_decides(MAINTENANCE_TRANSITIONS, MAINTENANCE_ALLOWED, present, following)


def assert_decides(table, allowed, present, following):
    if (present, following) in allowed:
        check_transition(table, present, following)
        return
    with pytest.raises(IllegalTransition) as refusal:
        check_transition(table, present, following)
    assert str(type(next(iter(table)))(present).label) in refusal.value.messages[0]


def test_the_refusal_names_what_is_possible_in_the_reader_s_words():
    with override("zh-hans"), pytest.raises(IllegalTransition, match="调查中") as refusal:
        check_transition(INCIDENT_TRANSITIONS, "resolved", "monitoring")
    assert "monitoring" not in refusal.value.messages[0]


def test_every_status_has_a_row():
    assert set(INCIDENT_TRANSITIONS) == set(IncidentStatus.values)
    assert set(MAINTENANCE_TRANSITIONS) == set(MaintenanceStatus.values)
