"""What a run does and when, drawn from its seed alone: the same seed, the same acts in order."""

import json
import random
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from tests.chaos.table import TABLE

# Seconds in which statements are published and acts begin.
SPAN: Final = 12.0
ACTS: Final = (7, 10)
STOPS: Final = 3
# What a reader writes: Twilio itself blocks the first, the others only we understand.
STOP_WORDS: Final = ("STOP", "退订", "TD")
# An incident's life: status, how bad, and whether that goes out by SMS too.
LIFE: Final = (
    ("investigating", "partial_outage", True),
    ("identified", "partial_outage", False),
    ("identified", "major_outage", True),
    ("resolved", "operational", True),
)
INCIDENTS: Final = 2
# So long after the last act one more incident is opened: a restore may have undone all the others.
AFTERWARDS_SECONDS: Final = 2.0


@dataclass(frozen=True)
class Act:
    """Something done to the product or the provider at a moment, and undone `seconds` later."""

    at: float
    name: str
    seconds: float
    options: Mapping[str, Any]

    def __str__(self) -> str:
        options = ", ".join(f"{name} {value}" for name, value in self.options.items())
        return f"{self.name} ({options})" if options else self.name


@dataclass(frozen=True)
class Statement:
    """One statement about one of the incidents; `drill` is how every text names it."""

    at: float
    drill: str
    incident: int
    status: str
    component: str
    by_sms: bool


@dataclass(frozen=True)
class Stop:
    """A reader of SMS, by number, who writes that they want no more."""

    at: float
    person: int
    word: str

    def __str__(self) -> str:
        return f"reader {self.person} writes {self.word}"


@dataclass(frozen=True)
class Plan:
    """One run."""

    seed: int
    acts: tuple[Act, ...]
    statements: tuple[Statement, ...]
    stops: tuple[Stop, ...]

    def replaced_by(self) -> dict[str, frozenset[str]]:
        """Return by drill the later ones about the same incident."""
        return {
            one.drill: frozenset(
                other.drill
                for other in self.statements
                if other.incident == one.incident and other.drill > one.drill
            )
            for one in self.statements
        }

    def write(self, path: Path) -> None:
        """Write it to a file that `read` reads again; people may strike acts out of it."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(asdict(self), ensure_ascii=False, indent=1), encoding="utf-8")


def read(path: Path) -> Plan:
    """Read a plan from a file.

    Raises:
        OSError, ValueError, LookupError, TypeError: there is none, or it is not a plan.
    """
    given = json.loads(path.read_text(encoding="utf-8"))
    return Plan(
        seed=given["seed"],
        acts=tuple(Act(**one) for one in given["acts"]),
        statements=tuple(Statement(**one) for one in given["statements"]),
        stops=tuple(Stop(**one) for one in given["stops"]),
    )


def draw(seed: int, people: int) -> Plan:
    """Draw the plan of a seed, for so many readers of SMS."""
    chance = random.Random(seed)  # noqa: S311 - it must repeat, not be secret
    names = [*TABLE]
    weights = [TABLE[name].weight for name in names]
    chosen = chance.choices(names, weights, k=chance.randint(*ACTS))
    acts = [_draw_act(chance, name) for name in _once_only(chosen)]
    statements = _draw_statements(chance)
    over = max(act.at + act.seconds for act in acts)
    return Plan(
        seed=seed,
        acts=tuple(sorted(acts, key=lambda act: act.at)),
        statements=(*statements, _last(len(statements), over)),
        stops=tuple(
            Stop(_moment(chance, 0, SPAN), person, chance.choice(STOP_WORDS))
            for person in chance.sample(range(people), STOPS)
        ),
    )


def _once_only(names: list[str]) -> list[str]:
    """Leave out repetitions of what a run can bear only once."""
    return [name for at, name in enumerate(names) if not TABLE[name].once or name not in names[:at]]


def _draw_act(chance: random.Random, name: str) -> Act:
    row = TABLE[name]
    at = _moment(chance, 0.5, SPAN)
    seconds = _moment(chance, min(0.3, row.longest), row.longest)
    return Act(at, name, seconds, row.draw(chance))


def _draw_statements(chance: random.Random) -> tuple[Statement, ...]:
    moments = sorted(_moment(chance, 0, SPAN) for _ in range(INCIDENTS * len(LIFE)))
    lives = [0] * INCIDENTS
    statements = []
    for count, at in enumerate(moments, start=1):
        incident = chance.choice([one for one in range(INCIDENTS) if lives[one] < len(LIFE)])
        status, component, by_sms = LIFE[lives[incident]]
        lives[incident] += 1
        statements.append(Statement(at, f"{count:03d}", incident, status, component, by_sms))
    return tuple(statements)


def _last(before: int, over: float) -> Statement:
    """Return the statement that ends a run, once its acts are over."""
    at = round(max(over, SPAN) + AFTERWARDS_SECONDS, 2)
    return Statement(at, f"{before + 1:03d}", INCIDENTS, *LIFE[0])


def _moment(chance: random.Random, first: float, last: float) -> float:
    return round(chance.uniform(first, last), 2)
