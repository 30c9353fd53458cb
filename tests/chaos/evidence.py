"""What the oracle judges by, read from the provider's ledger, the database and the log."""

import re
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any, Final

from django.db.models import BooleanField, ExpressionWrapper, Q
from django.db.models.functions import Now

from notifications.delivery.models import Broadcast, BroadcastState, Delivery, Hold, Receipt
from notifications.delivery.states import UNFINISHED, HoldStep
from statuspage.statements.models import Statement
from tests.chaos.oracle import Case, Finding, Kind, Message, Row
from tests.chaos.plan import Plan
from tests.chaos.readers import wanted
from tests.chaos.world import World
from tests.product import ROOT, eventually

DRILL: Final = re.compile(r"(?:演练|Drill )(\d{3})")
NOTE: Final = re.compile(r"refused a message to (\S+): (\S+)")
# What Twilio answers to a number that wrote STOP.
OPTED_OUT: Final = "21610"
FURTHER_THAN_ANY_RETRY: Final = timedelta(days=1)
VERIFIER: Final = ROOT / "statuspage" / "pages" / "downloads" / "verify_log.py"
LOG_WITHIN_SECONDS: Final = 30.0
Rows = list[dict[str, Any]]


def unfinished() -> bool:
    """Whether anything is left to be done that does not wait for people."""
    waiting = Delivery.objects.filter(
        state__in=UNFINISHED, due_at__lt=Now() + FURTHER_THAN_ANY_RETRY
    )
    receipts = Receipt.objects.filter(
        applied_at=None, delivery_id__in=Delivery.objects.values("pk")
    )
    broadcasts = Broadcast.objects.exclude(state=BroadcastState.FINISHED)
    return broadcasts.exists() or waiting.exists() or receipts.exists()


def situation(world: World) -> tuple[Any, ...]:
    """Return what changes as long as anything goes on."""
    states = Counter(Delivery.objects.values_list("state", flat=True))
    counts = world.simulator.control("GET", "counts")
    return counts["messages"], counts["callbacks"]["tried"], sorted(states.items()), unfinished()


def case_of(plan: Plan, world: World) -> tuple[Case, list[Finding]]:
    """Return what the oracle judges by, and what is wrong with the log and the texts already."""
    drills, found = _drills_of_log(world)
    answer = world.simulator.control("GET", "ledger")
    ledger = answer["messages"]
    restored_at = world.backup.restored_at if world.backup else 0.0
    told = [one for one in ledger if not one["inbound"]]
    named = {one["sid"]: _drill_in(one["body"]) for one in told}
    found += [
        Finding(Kind.DIFFERS, f"a message to {one['to']} names no drill: {one['body'][:60]}")
        for one in told
        if not named[one["sid"]]
    ]
    found += _unfinished_broadcasts()
    in_log = set(drills.values())
    case = Case(
        wanted={key: name for key, name in wanted(plan, world.readers).items() if key[0] in in_log},
        messages=[_message(one, named[one["sid"]], restored_at) for one in told],
        rows=_rows(world, drills),
        published={drill: one.tried_at for drill, one in world.publisher.done.items()},
        replaces=plan.replaced_by(),
        stopped=_stopped(ledger, world),
        troubles=_troubles(ledger, answer["notes"]),
        forgotten=frozenset(world.publisher.done.keys() - in_log if restored_at else ()),
        restored_at=restored_at,
        discarded=_discarded(drills),
    )
    return case, found


def verify_log(world: World) -> str:
    """Check the public log as anyone can; return "ok" or what is wrong with it.

    The web server may still be catching up with the last statement.
    """
    size = Statement.objects.count()

    def look() -> str:
        done = subprocess.run(
            [sys.executable, str(VERIFIER), world.url, "--state", "-"],
            env={"LC_ALL": "C"},
            capture_output=True,
            text=True,
            check=False,
        )
        said = (done.stdout or done.stderr).strip()
        behind = f"all {size} statements" not in said
        return said if done.returncode or behind else "ok"

    return eventually(look, lambda said: said == "ok", LOG_WITHIN_SECONDS)


def _drills_of_log(world: World) -> tuple[dict[int, str], list[Finding]]:
    """Return the drill of each statement, and what is published twice, never, or not kept."""
    drills = {
        number: _drill_in(str(document["content"]["body"]))
        for number, document in Statement.objects.values_list("number", "document")
    }
    times = Counter(drills.values())
    found = [
        Finding(Kind.DOUBLED, f"drill {drill} is in the log {count} times")
        for drill, count in times.items()
        if count > 1
    ]
    restored = world.backup and world.backup.restored_at
    for drill, one in world.publisher.done.items():
        if one.refused:
            found.append(Finding(Kind.LOST, f"drill {drill} was refused: {one.refused}"))
        elif drill not in times and not restored:
            kind = Kind.STUCK if one.number is None else Kind.LOST
            found.append(Finding(kind, f"drill {drill} is not in the log ({one.number})"))
    return drills, found


def _discarded(drills: Mapping[int, str]) -> frozenset[str]:
    numbers = Hold.objects.filter(step=HoldStep.DISCARDED).values_list("pk", flat=True)
    return frozenset(drills[number] for number in numbers)


def _unfinished_broadcasts() -> list[Finding]:
    unfinished = Broadcast.objects.exclude(state=BroadcastState.FINISHED)
    return [
        Finding(Kind.STUCK, f"the broadcast of statement {number} is {state}")
        for number, state in unfinished.values_list("pk", "state")
    ]


def _message(one: Mapping[str, Any], drill: str, since: float) -> Message:
    return Message(
        drill=drill,
        address=one["to"],
        at=one["accepted_at"],
        sid=one["sid"],
        status=one["status"],
        code=str(one["error_code"] or ""),
        known=_known(one, since),
    )


def _known(one: Mapping[str, Any], since: float) -> str:
    """Return the last state of a message whose receipt we acknowledged since a restore."""
    for attempt in one["attempts"]:
        if attempt["says"] != "sent" and 200 <= attempt["http"] < 300 and attempt["at"] > since:
            return str(attempt["says"])
    return ""


def _rows(world: World, drills: Mapping[int, str]) -> list[Row]:
    later = Q(due_at__gt=Now() + FURTHER_THAN_ANY_RETRY)
    deliveries = Delivery.objects.annotate(
        review=ExpressionWrapper(later, output_field=BooleanField())
    ).values_list(
        *("statement_id", "address_id", "channel", "state", "provider_id", "code", "review")
    )
    return [
        Row(drills[statement], world.readers[address or 0].address, *rest)
        for statement, address, *rest in deliveries
    ]


def _stopped(ledger: Rows, world: World) -> dict[str, float]:
    """Return when each STOP was acknowledged, but for those that a restore has forgotten."""
    backup = world.backup
    return {
        one["sender"]: attempt["at"]
        for one in ledger
        for attempt in one["attempts"]
        if one["inbound"] and 200 <= attempt["http"] < 300
        if not (backup and backup.began < attempt["at"] < backup.restored_at)
    }


def _troubles(ledger: Rows, notes: Iterable[Mapping[str, Any]]) -> dict[str, frozenset[str]]:
    """Return the codes with which the provider refused an address, or ended its messages."""
    found: dict[str, set[str]] = defaultdict(set)
    for note in notes:
        if match := NOTE.fullmatch(note["text"]):
            found[match[1]].add(match[2])
    for one in ledger:
        if one["inbound"]:
            found[one["sender"]].add(OPTED_OUT)
        elif one["error_code"]:
            found[one["to"]].add(str(one["error_code"]))
    return {address: frozenset(codes) for address, codes in found.items()}


def _drill_in(text: str) -> str:
    found = set(DRILL.findall(text))
    return found.pop() if len(found) == 1 else ""
