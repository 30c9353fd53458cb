"""What is in force: the cycles that rules give to somebody now, and the notices that hold."""

from datetime import date
from typing import Final

from django.utils import timezone

from statuspage.lib.render_cache import once
from statuspage.settlement.prices.selectors import current_prices
from statuspage.settlement.rules import rules_on

# Kinds of notices that a later one takes the place of.
REPLACED: Final = frozenset({"price_list", "fee_change", "settlement_rule"})


def cycles_in_use() -> list[str]:
    """Return the cycles of the rules in force today, each once, in order."""
    return sorted({str(one.cycle) for one in rules_on(timezone.localdate())})


@once
def statements_in_force(day: date) -> frozenset[int | None]:
    """Return the numbers of the statements of which some rule or price holds on a day."""
    rules = {one.statement_id for one in rules_on(day)}
    return frozenset(rules | {one.statement_id for one in current_prices(day)})
