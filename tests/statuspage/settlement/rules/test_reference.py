"""Two hundred random calendars, rules and questions against the slow reference."""

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta, timezone
from random import Random
from typing import Any

import pytest

from statuspage.calendar.workdays import (
    MAKE_UP_WORKDAY,
    STATUTORY_HOLIDAY,
    Calendar,
    Day,
    days_between,
    ordinary,
)
from statuspage.settlement.cycles import (
    SHANGHAI,
    AfterCutoff,
    Base,
    Cycle,
    Rule,
    calculate_arrival,
)
from tests.statuspage.settlement.rules.reference import WEEKDAYS, Terms, paid

YEARS = frozenset({2027, 2028, 2029})
ALL_DAYS = list(days_between(date(2027, 1, 1), date(2029, 12, 31)))
ROUNDS = 200
QUESTIONS = 25
# Whose clock the question is asked by does not matter.
ZONES = (SHANGHAI, UTC, timezone(timedelta(hours=-11)), timezone(timedelta(hours=14)))
CLOSED = Day(settles=False, kind=STATUTORY_HOLIDAY)
WORKED = Day(settles=True, kind=MAKE_UP_WORKDAY)


def a_calendar(chance: Random) -> tuple[Calendar, frozenset[date]]:
    """Return a calendar with holidays and make-up days anywhere, and its open days."""
    days: dict[date, Day] = {}
    for _each in range(chance.randint(0, 40)):
        first = chance.choice(ALL_DAYS)
        days |= dict.fromkeys(days_between(first, first + timedelta(chance.randint(0, 9))), CLOSED)
    days |= dict.fromkeys(chance.sample(ALL_DAYS, chance.randint(0, 40)), WORKED)
    opened = frozenset(one for one in ALL_DAYS if (days.get(one) or ordinary(one)).settles)
    return Calendar(YEARS, days), opened


def a_cycle(chance: Random) -> str:
    kind = chance.choice(["T", "T", "D", "D", "weekly", "monthly"])
    if kind == "weekly":
        return f"weekly-{chance.choice(WEEKDAYS)}"
    if kind == "monthly":
        return f"monthly-{chance.randint(1, 31)}"
    return f"{kind}+{chance.choice([0, 0, 1, 1, 2, 5, 7])}"


def a_clock(chance: Random, first: int, last: int) -> time:
    return time(chance.randint(first, last), chance.choice([0, 0, 30, 59]))


def terms(chance: Random, opened: frozenset[date], *, base: bool = False) -> dict[str, Any]:
    """Return a rule in the reference's plain values; `base` is for one that others follow."""
    cycle = a_cycle(chance)
    cutoff = chance.choice([None, time(23), a_clock(chance, 12, 23)])
    afters = ["accounting_next_day", "fallback_cycle", *([] if base else ["base_rule"] * 2)]
    after = chance.choice(afters) if cutoff else "accounting_next_day"
    opens = chance.choice([None, None, a_clock(chance, 0, 11)])
    hurried = cycle in {"T+0", "D+0"} and chance.random() < 0.6
    return {
        "cycle": cycle,
        "cutoff": cutoff,
        "after": after,
        "fallback": a_cycle(chance) if after == "fallback_cycle" else None,
        "opens": opens,
        "within": chance.choice([1, 30, 120, 720]) if hurried else None,
        "usual": None if hurried else chance.choice([None, time(18)]),
        "rests": cycle[0] == "D" and chance.random() < 0.5,
        "open_days": opened,
    }


def rule_of(said: Terms) -> Rule:
    minutes = said["within"]
    return Rule(
        cycle=Cycle.parse(said["cycle"]),
        cutoff=said["cutoff"],
        after_cutoff=AfterCutoff(said["after"]),
        fallback=Cycle.parse(said["fallback"]) if said["fallback"] else None,
        usual_arrival=said["usual"],
        opens=said["opens"],
        within=None if minutes is None else timedelta(minutes=minutes),
        rests=said["rests"],
    )


def a_question(chance: Random, said: Terms) -> datetime:
    """Return a moment, often the very cut-off or opening, a moment before, or midnight."""
    edges = [one for one in (said["cutoff"], said["opens"], time()) if one is not None]
    day = datetime.combine(chance.choice(ALL_DAYS[1:800]), time())
    if chance.random() < 0.5:
        edge = datetime.combine(day, chance.choice(edges))
        return edge - chance.choice([timedelta(), timedelta(seconds=1), timedelta(microseconds=1)])
    return day + timedelta(seconds=chance.randrange(86_400))


@pytest.mark.parametrize("seed", range(ROUNDS))
def test_dates_and_times_are_those_of_the_slow_reference(seed: int) -> None:
    chance = Random(seed)  # noqa: S311
    (calendar, opened), (other, other_opened) = a_calendar(chance), a_calendar(chance)
    said, base_said = terms(chance, opened), terms(chance, other_opened, base=True)
    rule, base = rule_of(said), Base(rule_of(base_said), other)
    for _each in range(QUESTIONS):
        at = a_question(chance, said)
        asked = at.replace(tzinfo=SHANGHAI).astimezone(chance.choice(ZONES))
        found = calculate_arrival(rule, asked, calendar, base)
        assert (found.arrival, found.clock) == paid(said, at, base_said), (said, base_said, at)


def test_the_rounds_cover_every_kind_of_rule() -> None:
    """Fewer of some kind would prove nothing about it."""
    seen: Counter[str] = Counter()
    for seed in range(ROUNDS):
        chance = Random(seed)  # noqa: S311
        opened = (a_calendar(chance)[1], a_calendar(chance)[1])[0]
        said = terms(chance, opened)
        kind = said["cycle"].split("-")[0]
        seen.update([kind if "+" not in kind else kind[0], said["after"]])
        seen.update(name for name in ("opens", "within", "rests", "cutoff", "usual") if said[name])
    wanted = {"T", "D", "weekly", "monthly", "opens", "within", "rests", "cutoff", "usual"}
    assert min(seen[one] for one in wanted | {str(one) for one in AfterCutoff}) >= 10
