"""The headline is the worst of components and of open incidents' impact."""

import pytest
from django.utils.translation import override

from statuspage.components.statuses import OVERALL, Impact, Indicator
from statuspage.pages.overall import worst_of

OK, SLOW, PARTLY, DOWN = "operational", "degraded_performance", "partial_outage", "major_outage"
CONTRACT = {pair for both in OVERALL.values() for pair in both}
TABLE = [
    ([OK, OK], [], "none", "All services are running normally"),
    ([OK, OK], ["none"], "none", "All services are running normally"),
    ([OK, OK], ["critical"], "critical", "1 critical incident is open"),
    ([OK, OK], ["minor", "major", "major"], "major", "2 major incidents are open"),
    # The services explain the impact, and tell more.
    ([OK, PARTLY], ["major"], "major", "Some services have a partial outage"),
    ([OK, DOWN], ["critical"], "critical", "Some services are down"),
    ([OK, SLOW], ["minor"], "minor", "Some services are slower than usual"),
    # They do not: the worse of both is said.
    ([OK, SLOW], ["critical"], "critical", "1 critical incident is open"),
    ([DOWN, DOWN], ["minor"], "critical", "All services are down"),
    ([OK, "under_maintenance"], [], "maintenance", "Maintenance in progress"),
    ([OK, "under_maintenance"], ["none"], "maintenance", "Maintenance in progress"),
    ([OK, "under_maintenance"], ["minor"], "minor", "1 minor incident is open"),
    ([], ["major"], "major", "1 major incident is open"),
]


@pytest.mark.parametrize(("statuses", "impacts", "indicator", "headline"), TABLE)
def test_the_headline_is_the_worst_of_components_and_of_open_incidents_impact(
    statuses: list[str], impacts: list[str], indicator: str, headline: str
) -> None:
    state = worst_of(statuses, map(Impact, impacts))
    assert state.indicator == indicator
    with override("en"):
        assert state.headline == headline


def test_the_description_is_one_of_the_contract_s_for_its_indicator() -> None:
    for statuses, impacts, _indicator, _headline in TABLE:
        state = worst_of(statuses, map(Impact, impacts))
        assert (state.description, Indicator(state.indicator)) in CONTRACT
