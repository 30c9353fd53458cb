"""The overall state of all that is public: of the services, the open incidents and the payouts."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from statuspage.components.models import Component
from statuspage.components.selectors import visible_components
from statuspage.components.statuses import (
    HEADLINES,
    IMPACT_RANK,
    Impact,
    Indicator,
    impact_of,
    overall,
)
from statuspage.incidents.models import Incident
from statuspage.lib.render_cache import once, present
from statuspage.pages import current
from statuspage.pages.badge import INDICATOR_TONE
from statuspage.settlement.arrival.delays import delays
from statuspage.settlement.arrival.stoppages import stoppages

# Maintenance is worse than nothing, and better than any incident that has an impact.
RANK: Final = {
    **{Indicator(impact): 2 * rank for impact, rank in IMPACT_RANK.items()},
    Indicator.MAINTENANCE: 1,
}
# The contract's string for each indicator, where incidents or payouts are worse than the services.
DESCRIPTIONS: Final = {
    Impact.MINOR: "Partially Degraded Service",
    Impact.MAJOR: "Partial System Outage",
    Impact.CRITICAL: "Major System Outage",
}
INCIDENT_HEADLINES: Final = {
    Impact.MINOR: ngettext_lazy(
        "%(count)s minor incident is open", "%(count)s minor incidents are open", "count"
    ),
    Impact.MAJOR: ngettext_lazy(
        "%(count)s major incident is open", "%(count)s major incidents are open", "count"
    ),
    Impact.CRITICAL: ngettext_lazy(
        "%(count)s critical incident is open", "%(count)s critical incidents are open", "count"
    ),
}


@dataclass(frozen=True)
class OverallState:
    """The indicator and description of the v2 contract, and the headline for readers."""

    indicator: Indicator
    description: str
    words: str | Promise
    count: int = 0

    @property
    def headline(self) -> str:
        """The state in words, in the active language."""
        return str(self.words % {"count": self.count} if self.count else self.words)

    @property
    def tone(self) -> str:
        """The component status whose colours and icon stand for the whole."""
        return INDICATOR_TONE[self.indicator]


# Services run, and merchants still wait for money.
LATE: Final = OverallState(
    Indicator.MINOR, DESCRIPTIONS[Impact.MINOR], _("Some payouts are delayed")
)


@once
def overall_state() -> OverallState:
    """Return the present state, the same for the page, its title, the API, badge and feeds."""
    return state_of(visible_components(), current.incidents().open)


def state_of(components: Iterable[Component], incidents: Iterable[Incident]) -> OverallState:
    """Return the present state, given the visible components and the open incidents."""
    state = worst_of([one.status for one in components], [Impact(one.impact) for one in incidents])
    return LATE if RANK[state.indicator] < RANK[LATE.indicator] and payouts_late() else state


def worst_of(statuses: Sequence[str], impacts: Iterable[Impact]) -> OverallState:
    """Return the worse of the services and the open incidents.

    The headline speaks of services where they explain the impact, else of the incidents.
    """
    description, indicator = overall(statuses)
    counts = Counter(impacts)
    impact = max(counts, key=IMPACT_RANK.__getitem__, default=Impact.NONE)
    if RANK[Indicator(impact)] <= RANK[indicator]:
        return OverallState(indicator, description, HEADLINES[description])
    named = Indicator(impact), DESCRIPTIONS[impact]
    if impact_of(statuses) == impact:
        return OverallState(*named, HEADLINES[description])
    return OverallState(*named, INCIDENT_HEADLINES[impact], counts[impact])


@once
def payouts_late() -> bool:
    """Return whether an incident holds up payouts, or late money has not arrived by now."""
    now = present()
    return any(one.outage for one in stoppages()) or any(
        one.late_at(now, timezone.localdate(now)) for one in delays(now)
    )
