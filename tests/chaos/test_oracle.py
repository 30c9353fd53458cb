"""The oracle finds each kind of damage, and nothing in a run in which all went well."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

import pytest

from tests.chaos.oracle import Case, Kind, Message, Row, judge

A, B, C, ROBOT = "+8613900000001", "+8613900000002", "+8613900000003", "robot-key-0001"
SMS: Final = "sms"
WELL: Final = Case(
    wanted={
        **{(drill, one): SMS for drill in ("001", "002") for one in (A, B, C)},
        ("001", ROBOT): "robot",
    },
    messages=[
        Message("001", A, 10.0, "SM1", "delivered", known="delivered"),
        Message("002", A, 30.0, "SM2", "delivered"),
        Message("002", B, 31.0, "SM3", "undelivered", "30003", known="undelivered"),
        Message("001", ROBOT, 11.0, "robot-1", "delivered"),
    ],
    rows=[
        Row("001", A, SMS, "delivered", "SM1"),
        Row("002", A, SMS, "sent", "SM2"),
        Row("001", B, SMS, "superseded"),
        Row("002", B, SMS, "undelivered", "SM3", "30003"),
        Row("001", C, SMS, "failed", code="21614"),
        Row("002", C, SMS, "suppressed"),
        Row("001", ROBOT, "robot", "unknown", review=True),
    ],
    published={"001": 9.0, "002": 29.0},
    replaces={"001": frozenset({"002"}), "002": frozenset()},
    troubles={B: frozenset({"30003"}), C: frozenset({"21614"})},
)


def without_message(sid: str) -> Case:
    return replace(WELL, messages=[one for one in WELL.messages if one.sid != sid])


def with_message(message: Message, **changes: object) -> Case:
    return replace(WELL, messages=[*WELL.messages, message], **changes)


def with_row(drill: str, address: str, **changes: object) -> Case:
    rows = [
        replace(one, **changes) if (one.drill, one.address) == (drill, address) else one
        for one in WELL.rows
    ]
    assert rows != [*WELL.rows]
    return replace(WELL, rows=rows)


def without_row(drill: str, address: str) -> Case:
    rows = [one for one in WELL.rows if (one.drill, one.address) != (drill, address)]
    return replace(WELL, rows=rows)


def test_a_run_in_which_all_went_well_has_no_findings() -> None:
    assert judge(WELL) == []


DAMAGE: Final[dict[str, tuple[Callable[[], Case], Kind, str]]] = {
    "a delivered message is not in the ledger": (
        lambda: without_message("SM1"),
        *(Kind.LOST, f"drill 001 to {A}: delivered, and the provider has no message"),
    ),
    "a sent message is not in the ledger": (
        lambda: without_message("SM2"),
        *(Kind.LOST, f"drill 002 to {A}: sent, and the provider has no message"),
    ),
    "a message twice in the ledger": (
        lambda: with_message(Message("002", A, 32.0, "SM9", "delivered")),
        *(Kind.DOUBLED, f"drill 002 to {A}: 2 messages"),
    ),
    "a robot that is left to people was told twice": (
        lambda: with_message(Message("001", ROBOT, 12.0, "robot-2", "delivered")),
        *(Kind.DOUBLED, f"drill 001 to {ROBOT}: 2 messages"),
    ),
    "a message to a stranger": (
        lambda: with_message(Message("001", "+8613911111111", 12.0, "SM9", "delivered")),
        *(Kind.UNINVITED, "drill 001 to +8613911111111: nobody wanted it"),
    ),
    "a message whose row is gone": (
        lambda: without_row("001", A),
        *(Kind.DIFFERS, f"drill 001 to {A}: the ledger has a message without a row"),
    ),
    "somebody who wants it and has neither row nor message": (
        lambda: replace(without_row("001", C), troubles={}),
        *(Kind.LOST, f"drill 001 to {C}: no row and no message"),
    ),
    "two rows for one": (
        lambda: replace(WELL, rows=[*WELL.rows, WELL.rows[0]]),
        *(Kind.DIFFERS, f"drill 001 to {A}: 2 rows"),
    ),
    "delivered here, undelivered there": (
        lambda: with_row("002", B, state="delivered"),
        *(Kind.DIFFERS, f"drill 002 to {B}: delivered 30003, in the ledger undelivered 30003"),
    ),
    "another reason here than there": (
        lambda: with_row("002", B, code="30007"),
        *(Kind.DIFFERS, f"drill 002 to {B}: undelivered 30007, in the ledger undelivered 30003"),
    ),
    "still sent although its receipt was taken": (
        lambda: with_row("001", A, state="sent"),
        *(Kind.DIFFERS, f"drill 001 to {A}: sent, and the receipt delivered was acknowledged"),
    ),
    "another message's id": (
        lambda: with_row("001", A, provider_id="SM7"),
        *(Kind.DIFFERS, f"drill 001 to {A}: the row has the provider's id SM7"),
    ),
    "one id on two rows": (
        lambda: with_row("001", B, provider_id="SM1"),
        *(Kind.DIFFERS, "2 rows have the provider's id SM1"),
    ),
    "failed and told all the same": (
        lambda: with_row("001", A, state="failed"),
        *(Kind.DIFFERS, f"drill 001 to {A}: failed, and the provider has delivered"),
    ),
    "failed for no reason": (
        lambda: with_row("001", C, code="21610"),
        *(Kind.LOST, f"drill 001 to {C}: failed (21610), and the ledger has no such refusal"),
    ),
    "superseded and told all the same": (
        lambda: with_row("001", A, state="superseded", provider_id=""),
        *(Kind.DIFFERS, f"drill 001 to {A}: superseded, and the provider has delivered"),
    ),
    "superseded by nothing": (
        lambda: replace(WELL, replaces={}),
        *(Kind.LOST, f"drill 001 to {B}: superseded, and nothing newer is for this address"),
    ),
    "suppressed and told all the same": (
        lambda: with_row("001", A, state="suppressed", provider_id=""),
        *(Kind.DIFFERS, f"drill 001 to {A}: suppressed, and the provider has delivered"),
    ),
    "suppressed for no reason": (
        lambda: with_row("001", B, state="suppressed"),
        *(Kind.LOST, f"drill 001 to {B}: suppressed, and the ledger has no reason for it"),
    ),
    "an SMS left to people, though Twilio can be asked": (
        lambda: with_row("002", A, state="unknown", review=True),
        *(Kind.STUCK, f"drill 002 to {A}: unknown, and the provider has delivered"),
    ),
    "a robot's message that is never looked at again nor left to people": (
        lambda: with_row("001", ROBOT, review=False),
        *(Kind.STUCK, f"drill 001 to {ROBOT}: unknown, and the provider has delivered"),
    ),
    "one that still waits": (
        lambda: with_row("001", B, state="pending"),
        *(Kind.STUCK, f"drill 001 to {B}: pending, and the provider has no message"),
    ),
    "one that is being sent for ever": (
        lambda: with_row("002", A, state="sending"),
        *(Kind.STUCK, f"drill 002 to {A}: sending, and the provider has delivered"),
    ),
    "a state that nobody has heard of": (
        lambda: with_row("001", A, state="lost_in_space"),
        *(Kind.DIFFERS, f"drill 001 to {A}: the oracle knows no state lost_in_space"),
    ),
    "published after an acknowledged STOP": (
        lambda: replace(WELL, stopped={A: 28.0}),
        *(Kind.UNINVITED, f"drill 002 to {A}: told after STOP"),
    ),
    "on its way for too long after STOP": (
        lambda: replace(
            with_row("002", A, provider_id="SM9"),
            messages=[
                *(one for one in WELL.messages if one.sid != "SM2"),
                Message("002", A, 90.0, "SM9", "delivered"),
            ],
            stopped={A: 30.0},
        ),
        *(Kind.UNINVITED, f"drill 002 to {A}: told after STOP"),
    ),
    "a statement that a restore forgot is told afterwards": (
        lambda: with_message(
            Message("003", A, 51.0, "SM9", "delivered"),
            forgotten=frozenset({"003"}),
            restored_at=50.0,
        ),
        *(Kind.DIFFERS, f"drill 003 to {A}: told after its statement was gone"),
    ),
}


@pytest.mark.parametrize(("damaged", "kind", "text"), DAMAGE.values(), ids=DAMAGE)
def test_the_oracle_finds(damaged: Callable[[], Case], kind: Kind, text: str) -> None:
    assert (kind, text) in judge(damaged())


def test_what_a_restore_forgot_may_have_been_told_before_it() -> None:
    before = Message("003", A, 49.0, "SM9", "delivered")
    assert judge(with_message(before, forgotten=frozenset({"003"}), restored_at=50.0)) == []


def test_after_a_restore_messages_may_be_left_to_people() -> None:
    held = with_row("002", A, state="unknown", review=True)
    assert judge(replace(held, restored_at=50.0)) == []


def test_what_people_discarded_after_a_restore_may_have_been_told_before_it() -> None:
    told = with_row("002", A, state="suppressed")
    assert judge(told) != []
    assert judge(replace(told, restored_at=50.0, discarded=frozenset({"002"}))) == []


def test_what_was_on_its_way_when_stop_came_may_arrive() -> None:
    assert judge(replace(WELL, stopped={A: 29.5})) == []


def test_what_may_have_gone_out_and_was_replaced_needs_no_message() -> None:
    assert judge(with_row("001", B, state="unconfirmed")) == []
    newest = replace(without_message("SM2"), rows=with_row("002", A, state="unconfirmed").rows)
    assert [one.kind for one in judge(newest)] == [Kind.LOST]


def test_who_was_told_before_a_restore_and_wrote_stop_after_it_has_no_row() -> None:
    gone = replace(without_row("001", A), stopped={A: 60.0}, published={})
    assert [one.kind for one in judge(gone)] == [Kind.DIFFERS]
    assert judge(replace(gone, restored_at=50.0)) == []
