"""Rules as they are stored, by real calendars, against the slow reference: which rule decides."""

from collections import Counter
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any

import chinese_calendar
import pytest

from statuspage.calendar.workdays import days_between
from statuspage.settlement.cycles import SHANGHAI, AfterCutoff
from statuspage.settlement.models import SettlementRule
from statuspage.settlement.reckoning import reckon
from statuspage.settlement.rules import product_of
from tests.statuspage.calendar.factories import load
from tests.statuspage.settlement.rules.factories import LONG_AGO, make_product, make_rule
from tests.statuspage.settlement.rules.reference import Terms, paid
from tests.statuspage.settlement.rules.test_reference import terms

pytestmark = pytest.mark.django_db
ROUNDS = 60
QUESTIONS = 6
NOW = LONG_AGO + timedelta(days=365 * 30)
DAYS = list(days_between(date(2024, 1, 1), date(2026, 12, 31)))
WORKED = frozenset(one for one in DAYS if chinese_calendar.is_workday(one))
# Foreign exchange rests on weekends that are worked in exchange.
OPEN = {"domestic": WORKED, "fx": frozenset(one for one in WORKED if one.isoweekday() < 6)}

# Just before a weekend day that is worked in exchange the two calendars part.
NEAR = [one - timedelta(days=1) for one in sorted(WORKED - OPEN["fx"]) if one.year < 2026]


def drawn(chance: Random, profile: str, *, base: bool = False) -> dict[str, Any]:
    """Return a rule's terms; where it rests on closed days, on those of one of the calendars."""
    said = terms(chance, OPEN[profile], base=base)
    closed = chance.choice(["domestic", "fx"]) if said["rests"] else ""
    return {**said, "open_days": OPEN[closed or profile], "closed": closed}


def stored(said: Terms, product: str = "") -> SettlementRule:
    return make_rule(
        said["cycle"],
        product=product,
        cutoff=said["cutoff"],
        after_cutoff=said["after"],
        fallback=said["fallback"] or "",
        usual_arrival=said["usual"],
        opens=said["opens"],
        within=said["within"],
        payout_calendar=said["closed"],
    )


def promised(said: Terms, base: Terms, at: datetime) -> tuple[date, time | None]:
    """Return the reference's date and time: after its cut-off no sooner than by the base rule."""
    own, ordinary = paid(said, at, base), paid(base, at)
    falls = said["after"] == "fallback_cycle" and not at.time() < said["cutoff"]
    return ordinary if falls and ordinary[0] > own[0] else own


def test_dates_are_those_of_the_rule_that_decides_and_of_its_calendar() -> None:
    chance, seen = Random(14), Counter[str]()  # noqa: S311
    load(2024, 2025, 2026)
    load(2024, 2025, 2026, profile="fx")
    make_product("instant")
    make_product("foreign", profile="fx")
    for _round in range(ROUNDS):
        product, profile = chance.choice([("instant", "domestic"), ("foreign", "fx")])
        said, base = drawn(chance, profile), drawn(chance, "domestic", base=True)
        rule, own = stored(base), chance.random() < 0.8
        if own:
            rule = stored(said, product)
        else:  # the rule of all products, by the calendar of this one
            said = {**base, "open_days": OPEN[base["closed"] or profile]}
        for _each in range(QUESTIONS):
            day = chance.choice(NEAR if chance.random() < 0.5 else DAYS[5:700])
            clocks = [said["cutoff"] or time(23), base["cutoff"] or time(), time(23, 30), time(12)]
            at = datetime.combine(day, chance.choice(clocks))
            found = reckon(rule, product_of(product), at.replace(tzinfo=SHANGHAI), NOW).found
            expected = promised(said, base, at) if own else paid(said, at)
            assert (found.arrival, found.clock) == expected, (said["cycle"], base["cycle"], at)
            seen.update([said["after"], "base decided" if found.by_base else "own decided"])
    assert min(seen[one] for one in (*AfterCutoff, "base decided", "own decided")) >= 10
