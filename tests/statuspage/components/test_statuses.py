"""The overall state follows the public contract's table, row by row."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statuspage.components.statuses import (
    HEADLINES,
    OVERALL,
    ComponentStatus,
    Impact,
    Indicator,
    impact_of,
    overall,
    worst,
)

OK = "operational"
DEGRADED = "degraded_performance"
PARTIAL = "partial_outage"
MAJOR = "major_outage"
MAINTENANCE = "under_maintenance"


def test_the_overall_state_follows_the_worst_component(subtests: pytest.Subtests) -> None:
    for statuses, description, indicator in [
        ([MAJOR, MAJOR], "Major System Outage", "critical"),
        ([MAJOR, OK], "Partial System Outage", "major"),
        ([MAJOR, PARTIAL], "Partial System Outage", "major"),
        ([PARTIAL, PARTIAL], "Partial System Outage", "major"),
        ([PARTIAL, OK], "Minor Service Outage", "minor"),
        ([PARTIAL, DEGRADED], "Minor Service Outage", "minor"),
        ([DEGRADED, DEGRADED], "Degraded System Service", "minor"),
        ([DEGRADED, OK], "Partially Degraded Service", "minor"),
        ([DEGRADED, MAINTENANCE], "Partially Degraded Service", "minor"),
        ([MAINTENANCE, OK], "Service Under Maintenance", "maintenance"),
        ([MAINTENANCE], "Service Under Maintenance", "maintenance"),
        ([OK, OK], "All Systems Operational", "none"),
        ([], "All Systems Operational", "none"),
    ]:
        with subtests.test(statuses=statuses, description=description, indicator=indicator):
            assert overall(statuses) == (description, indicator)


@given(st.lists(st.sampled_from(ComponentStatus.values)))
def test_every_mixture_has_an_overall_state(statuses):
    description, indicator = overall(statuses)
    assert description in HEADLINES
    assert indicator in Indicator.values


@given(st.lists(st.sampled_from(ComponentStatus.values), min_size=1))
def test_all_is_operational_only_when_every_component_is(statuses):
    assert (overall(statuses)[1] == "none") == (set(statuses) == {OK})


def test_every_description_of_the_table_has_words_for_readers():
    assert {text for pair in OVERALL.values() for text, _indicator in pair} == set(HEADLINES)


@pytest.mark.parametrize(
    ("statuses", "impact"),
    [
        ([], Impact.NONE),
        ([OK], Impact.NONE),
        ([OK, MAINTENANCE], Impact.NONE),
        ([OK, DEGRADED], Impact.MINOR),
        ([DEGRADED, PARTIAL], Impact.MAJOR),
        ([PARTIAL, MAJOR, OK], Impact.CRITICAL),
    ],
)
def test_impact_follows_the_worst_component(statuses, impact):
    assert impact_of(statuses) == impact


@given(st.lists(st.sampled_from(ComponentStatus.values), min_size=1), st.randoms())
def test_the_worst_does_not_depend_on_the_order(statuses, random):
    shuffled = list(statuses)
    random.shuffle(shuffled)
    assert worst(statuses) == worst(shuffled)
    assert worst(statuses) in statuses
