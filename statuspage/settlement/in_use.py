"""The settlement cycles that rules give to somebody now, to choose from."""

from django.utils import timezone

from statuspage.settlement.rules import rules_on


def cycles_in_use() -> list[str]:
    """Return the cycles of the rules in force today, each once, in order."""
    return sorted({str(one.cycle) for one in rules_on(timezone.localdate())})
