"""A restore tells nobody twice, whatever was unfinished when the backup was taken."""

import subprocess
import sys
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from notifications.delivery.models import Broadcast, Delivery, Hold
from notifications.delivery.states import HoldStep
from statuspage.operations.backup import backup
from statuspage.pages.log.machine import VERIFIER
from statuspage.statements.tree import newest_checkpoint
from tests.crash.harness import PATIENT, Stage
from tests.crash.restoring import decide, lose_everything_and_restore, states, told
from tests.product import eventually

RECIPIENTS = 120
# The provider has no room for these until the database is lost: only they are not told by then.
LEFT_OVER = 10
# verify_log.py's answer while the site does not answer.
CANNOT_TELL = 2
NO_ROOM = {"fault": "rate_limited", "to": "+861390000000*"}


def not_begun(stage: Stage) -> None:
    assert Broadcast.objects.get().state == "expanding"


def expanding(stage: Stage) -> None:
    stage.die_at("worker", "between_chunks")
    assert 0 < Delivery.objects.count() < RECIPIENTS


def claimed(stage: Stage) -> None:
    stage.die_at("worker", "after_claim")
    assert {"pending", "sending"} <= set(states(stage.statements[0]))


def sending(stage: Stage) -> None:
    stage.silence("+86")  # receipts may come before results are written
    stage.die_at("worker", "before_result")
    assert stage.accepted()
    assert not Delivery.objects.filter(state="sent").exists()


def sent_without_receipt(stage: Stage) -> None:
    stage.silence("+86")
    worker = stage.start("worker", **PATIENT)
    everybody_else = Delivery.objects.filter(state="sent")
    stage.wait(lambda: everybody_else.count() == RECIPIENTS - LEFT_OVER, "they were not sent")
    worker.kill()


@pytest.mark.parametrize(
    "until",
    [not_begun, expanding, claimed, sending, sent_without_receipt],
    ids=lambda f: f.__name__,
)
def test_nobody_is_told_twice_and_those_left_over_are_told(
    stage: Stage, tmp_path: Path, until: Callable[[Stage], None]
) -> None:
    stage.simulator.switch(**NO_ROOM)
    stage.publish(RECIPIENTS)
    [number] = stage.statements
    until(stage)
    file = tmp_path / "candor.dump"
    assert backup(file) == number

    verify_the_log(stage, tmp_path)
    # The original goes on to its end, which the backup knows nothing of.
    stage.start("worker", **PATIENT)
    stage.wait_until_accepted(RECIPIENTS - LEFT_OVER)
    stage.wait(lambda: not states(number)["sending"], "some results were never written")
    lose_everything_and_restore(stage, file)
    stage.simulator.control("DELETE", "switches")
    stage.silent = ()  # the provider says of new messages what became of them
    before = told(stage, number)
    assert len(before) == before.total() == RECIPIENTS - LEFT_OVER

    # Workers send what is new, and nothing of what is on hold.
    for program in ("beat", "web", "worker"):
        stage.start(program, **(PATIENT if program == "worker" else {}))
    new = stage.announce()
    stage.wait_until_finished(new)
    stage.assert_told_once(new)
    assert told(stage, number) == before
    assert Hold.objects.get().step == HoldStep.WAITING
    assert not {"pending", "sending", "unknown"} & set(states(number))

    decide(stage, number, HoldStep.LOOKING, HoldStep.LOOKED)
    assert told(stage, number) == before
    assert states(number)["held"] == LEFT_OVER
    decide(stage, number, HoldStep.RELEASING, HoldStep.RELEASED)
    stage.wait(lambda: stage.finished(number), "what was released was not sent")
    after = told(stage, number)
    assert len(after) == after.total() == RECIPIENTS
    assert_rows_name_the_messages(stage, number)
    verify_the_log(stage, tmp_path)


def verify_the_log(stage: Stage, memory: Path) -> None:
    """Run verify_log.py as a reader does; it remembers what it saw before.

    Once the pages are those of this database: a second ago they were of the one before it.
    """

    def shown() -> str:
        with suppress(OSError), urllib.request.urlopen(f"{stage.site}/log/checkpoint") as page:
            return str(page.read().decode())
        return ""

    def verify() -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, str(VERIFIER), stage.site]
        return subprocess.run(command, cwd=memory, capture_output=True, text=True, check=False)

    newest = newest_checkpoint()
    assert newest
    stage.wait(lambda: shown() == newest.note, "the pages never showed the newest checkpoint")
    done = eventually(verify, lambda one: one.returncode != CANNOT_TELL)
    assert done.returncode == 0, done.stdout + done.stderr


def assert_rows_name_the_messages(stage: Stage, number: int) -> None:
    """Everybody has one row, and it names the message that the provider has."""
    rows = Delivery.objects.filter(statement_id=number, state__in=["sent", "delivered"])
    ours = {(stage.people[one.address_id or 0], one.provider_id) for one in rows}
    theirs = {(one["to"], one["sid"]) for one in stage.simulator.messages(provider="twilio")}
    assert len(ours) == RECIPIENTS
    assert ours <= theirs
