"""The one oracle: the provider's ledger beside our rows, message by message, final states too."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, NamedTuple, TypeVar

# One drill (what a statement is called in every text) told to one address.
Key = tuple[str, str]


class Kind(StrEnum):
    """What is wrong; the first three are counted in the table of a run."""

    LOST = "lost"  # wanted, or said to be told, and the provider has no message
    DOUBLED = "doubled"  # more than one message
    STUCK = "stuck"  # not finished, and nothing will finish it
    DIFFERS = "differs"  # the rows say something that the ledger does not
    UNINVITED = "uninvited"  # told though nobody wanted it, or after STOP


class Finding(NamedTuple):
    """One thing that is wrong."""

    kind: Kind
    text: str


@dataclass(frozen=True)
class Message:
    """One message that the provider accepted.

    `at` is in seconds since 1970. `known` is its last state if we acknowledged that receipt.
    """

    drill: str
    address: str
    at: float
    sid: str
    status: str
    code: str = ""
    known: str = ""


@dataclass(frozen=True)
class Row:
    """One delivery. `review` is set when it waits for people and never becomes due by itself."""

    drill: str
    address: str
    channel: str
    state: str
    provider_id: str = ""
    code: str = ""
    review: bool = False


@dataclass(frozen=True)
class Case:
    """Everything the oracle judges by. Moments are in seconds since 1970.

    `wanted` is who subscribed to what of the log, by channel; `published` is when each drill was
    first tried. `stopped` is when the STOP of an address was
    acknowledged, `troubles` are the codes with which the ledger refused it or ended its messages.
    `replaces` has, by drill, the newer ones of the same incident. `forgotten` drills are those of
    a database that a restore replaced at `restored_at`; `discarded` ones were on hold after it,
    and people decided to leave the rest unsent.
    """

    wanted: Mapping[Key, str]
    messages: Sequence[Message]
    rows: Sequence[Row]
    published: Mapping[str, float] = field(default_factory=dict)
    replaces: Mapping[str, frozenset[str]] = field(default_factory=dict)
    stopped: Mapping[str, float] = field(default_factory=dict)
    troubles: Mapping[str, frozenset[str]] = field(default_factory=dict)
    forgotten: frozenset[str] = frozenset()
    restored_at: float = 0.0
    discarded: frozenset[str] = frozenset()


T = TypeVar("T", Message, Row)
# Their providers cannot be asked: a message that may have gone out is left to people.
UNASKABLE: Final = frozenset({"robot", "email"})
# These name a message; the others only take it.
NAMED: Final = frozenset({"sms"})
# Codes after which a number is never written to again (twilio.com/docs/api/errors).
FOR_GOOD: Final = frozenset({"21211", "21610", "21614", "30005", "30006"})
# What was on its way when STOP came may still arrive: as long as any request or hang of a run.
ON_ITS_WAY_SECONDS: Final = 20.0


def judge(case: Case) -> list[Finding]:
    """Return everything that is wrong, address by address."""
    messages, rows = _grouped(case.messages), _grouped(case.rows)
    keys = sorted({*case.wanted, *messages, *rows})
    found = [
        Finding(kind, f"drill {key[0]} to {key[1]}: {text}")
        for key in keys
        for kind, text in _judge_one(case, key, messages.get(key, []), rows.get(key, []))
    ]
    return found + _claimed_twice(case)


def _judge_one(
    case: Case, key: Key, messages: Sequence[Message], rows: Sequence[Row]
) -> list[tuple[Kind, str]]:
    if key[0] in case.forgotten:
        late = [one for one in messages if one.at > case.restored_at]
        return [(Kind.DIFFERS, "told after its statement was gone")] if late else []
    found = _after_stop(case, messages)
    if len(messages) > 1:
        found.append((Kind.DOUBLED, f"{len(messages)} messages"))
    if key not in case.wanted:
        found.append((Kind.UNINVITED, "nobody wanted it"))
    if len(rows) > 1:
        found.append((Kind.DIFFERS, f"{len(rows)} rows"))
    if not rows:
        return found + _without_row(case, key[1], messages)
    for row in rows:
        rule = RULES.get(row.state, _no_such_state)
        if complaint := rule(case, row, messages):
            found.append(complaint)
    return found


def _without_row(case: Case, address: str, messages: Sequence[Message]) -> list[tuple[Kind, str]]:
    silenced = _silenced(case, address)
    if silenced and all(one.at < case.restored_at for one in messages):
        return []  # told, if at all, by the database that was lost
    if messages:
        return [(Kind.DIFFERS, "the ledger has a message without a row")]
    return [(Kind.LOST, "no row and no message")]


def _after_stop(case: Case, messages: Sequence[Message]) -> list[tuple[Kind, str]]:
    """Find what was published after an acknowledged STOP, or came long after it."""
    found = []
    for one in messages:
        stopped = case.stopped.get(one.address)
        if stopped is None:
            continue
        later = case.published.get(one.drill, 0.0) > stopped
        if later or one.at > stopped + ON_ITS_WAY_SECONDS:
            found.append((Kind.UNINVITED, "told after STOP"))
    return found


def _claimed_twice(case: Case) -> list[Finding]:
    """Find provider ids that two rows claim: one of them has another's message."""
    owners = defaultdict(list)
    for row in case.rows:
        if row.provider_id:
            owners[row.provider_id].append(row)
    return [
        Finding(Kind.DIFFERS, f"{len(rows)} rows have the provider's id {sid}")
        for sid, rows in owners.items()
        if len(rows) > 1
    ]


Complaint = tuple[Kind, str] | None


def _told(case: Case, row: Row, messages: Sequence[Message]) -> Complaint:
    """Check `delivered` and `undelivered`: one message, which ended just so."""
    if not messages:
        return Kind.LOST, f"{row.state}, and the provider has no message"
    if complaint := _named(row, messages):
        return complaint
    if (row.state, row.code) not in {(one.status, one.code) for one in messages}:
        return Kind.DIFFERS, f"{row.state} {row.code}, in the ledger {_ends(messages)}"
    return None


def _sent(case: Case, row: Row, messages: Sequence[Message]) -> Complaint:
    """Check `sent`: one message, whose last receipt nobody acknowledged.

    WeChat recognises a repetition without naming the message: no receipt finds such a row.
    """
    if not messages:
        return Kind.LOST, f"{row.state}, and the provider has no message"
    if complaint := _named(row, messages):
        return complaint
    known = next((one.known for one in messages if one.known), "")
    if known and row.provider_id:
        return Kind.DIFFERS, f"{row.state}, and the receipt {known} was acknowledged"
    return None


def _failed(case: Case, row: Row, messages: Sequence[Message]) -> Complaint:
    if messages and "failed" not in {one.status for one in messages}:
        return Kind.DIFFERS, f"failed, and the provider has {_ends(messages)}"
    if row.code not in case.troubles.get(row.address, ()):
        return Kind.LOST, f"failed ({row.code or 'no code'}), and the ledger has no such refusal"
    return None


def _superseded(case: Case, row: Row, messages: Sequence[Message]) -> Complaint:
    if messages:
        return Kind.DIFFERS, f"superseded, and the provider has {_ends(messages)}"
    if not _replaced(case, row):
        return Kind.LOST, "superseded, and nothing newer is for this address"
    return None


def _unconfirmed(case: Case, row: Row, messages: Sequence[Message]) -> Complaint:
    """Allow no message where it may have gone out, and was not repeated for a good reason."""
    if not messages and (_replaced(case, row) or _silenced(case, row.address)):
        return None
    return _sent(case, row, messages)


def _replaced(case: Case, row: Row) -> bool:
    newer = case.replaces.get(row.drill, ())
    return any((one, row.address) in case.wanted for one in newer)


def _suppressed(case: Case, row: Row, messages: Sequence[Message]) -> Complaint:
    if row.drill in case.discarded:
        return None
    if messages:
        return Kind.DIFFERS, f"suppressed, and the provider has {_ends(messages)}"
    if not _silenced(case, row.address):
        return Kind.LOST, "suppressed, and the ledger has no reason for it"
    return None


def _unknown(case: Case, row: Row, messages: Sequence[Message]) -> Complaint:
    """Allow what nobody can be asked about to wait for people."""
    if row.review and (case.restored_at or row.channel in UNASKABLE):
        return None
    return _unfinished(case, row, messages)


def _unfinished(case: Case, row: Row, messages: Sequence[Message]) -> Complaint:
    return Kind.STUCK, f"{row.state}, and the provider has {_ends(messages)}"


def _no_such_state(case: Case, row: Row, messages: Sequence[Message]) -> Complaint:
    return Kind.DIFFERS, f"the oracle knows no state {row.state}"


Rule = Callable[[Case, Row, Sequence[Message]], Complaint]
RULES: Final[Mapping[str, Rule]] = {
    "delivered": _told,
    "undelivered": _told,
    "sent": _sent,
    "unconfirmed": _unconfirmed,
    "failed": _failed,
    "superseded": _superseded,
    "suppressed": _suppressed,
    "unknown": _unknown,
    "pending": _unfinished,
    "sending": _unfinished,
}


def _named(row: Row, messages: Sequence[Message]) -> Complaint:
    if row.channel in NAMED and row.provider_id not in {one.sid for one in messages}:
        return Kind.DIFFERS, f"the row has the provider's id {row.provider_id or 'of nothing'}"
    return None


def _silenced(case: Case, address: str) -> bool:
    return address in case.stopped or bool(FOR_GOOD & case.troubles.get(address, frozenset()))


def _ends(messages: Sequence[Message]) -> str:
    return ", ".join(f"{one.status} {one.code}".strip() for one in messages) or "no message"


def _grouped(things: Sequence[T]) -> dict[Key, list[T]]:
    found: dict[Key, list[T]] = defaultdict(list)
    for one in things:
        found[one.drill, one.address].append(one)
    return found
