"""With the database alone nobody gets our key to sign another history, or to forget one."""

import json
import os
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from notifications.delivery.models import Alarm
from notifications.watch.watcher import Watch
from statuspage.lib.troubles import trouble_over, troubles
from statuspage.staff.models import AuditEntry
from statuspage.statements.copies import copy_last, copy_lines, copy_path
from statuspage.statements.findings import open_findings
from statuspage.statements.guard import LogBroken, log_follow
from statuspage.statements.models import Checkpoint, LogAcceptance, LogProblem, Statement
from statuspage.statements.notes import Signer, b64, checkpoint_note, signed_by_us
from statuspage.statements.recompute import log_recompute
from statuspage.statements.services import publishing
from statuspage.statements.tree import root_at, tree_size
from tests.database.tampering import as_owner, as_superuser
from tests.factories import make_component, make_staff
from tests.statuspage.api import samples
from tests.statuspage.api.client import caller
from tests.statuspage.console.browser import publish as publish_in_console
from tests.statuspage.console.browser import signed_in, words
from tests.statuspage.pages.log.auditor import change_a_letter, drop, rewrite, say

pytestmark = pytest.mark.django_db(transaction=True)
Found = dict[LogProblem, str]


@pytest.fixture(autouse=True)
def five() -> None:
    """A log of five statements."""
    for _number in range(5):
        say()


def forge(note: str, root: bytes, size: int = 5) -> None:
    """Put another checkpoint in the place of the newest."""
    with as_superuser() as cursor:
        cursor.execute(
            "UPDATE statements_checkpoint SET note = %s, root = %s WHERE size = %s",
            [note, b64(root), size],
        )


def roll_back() -> None:
    """Take the database back to before the fifth statement, as a backup does."""
    drop(5, with_proofs=True)
    with as_superuser() as cursor:
        for table in ("delivery_broadcast", "pages_searchtext", "verification_senttext"):
            cursor.execute(f"DELETE FROM {table} WHERE statement_id = 5")


def refused() -> LogProblem:
    """Publish in vain; return why, as everybody will be told."""
    before = Statement.objects.count()
    with pytest.raises(LogBroken) as broken:
        say()
    assert Statement.objects.count() == before
    assert open_findings().get().problem == broken.value.problem
    return broken.value.problem


def test_a_rewritten_history_is_not_signed() -> None:
    rewrite(2)
    assert refused() == LogProblem.TREE
    assert Checkpoint.objects.count() == 5


def test_nor_with_checkpoints_that_were_rewritten_as_well() -> None:
    rewrite(2)
    forge(Checkpoint.objects.get(size=5).note, root_at(5))
    assert refused() == LogProblem.SIGNATURE


def test_nor_with_a_checkpoint_that_another_key_signed() -> None:
    rewrite(2)
    thief = Signer.read("127.0.0.1:8000/log", b64(b"another key of thirty-two bytes!"))
    forge(checkpoint_note(5, root_at(5), [thief]), root_at(5))
    assert refused() == LogProblem.SIGNATURE


def test_nor_with_an_older_note_in_the_place_of_the_newest() -> None:
    rewrite(2)
    forge(Checkpoint.objects.get(size=1).note, root_at(5))
    assert refused() == LogProblem.SIGNATURE


def test_a_checkpoint_that_was_slipped_in_is_not_built_upon() -> None:
    Checkpoint.objects.create(size=9, root=b64(root_at(5)), note=Checkpoint.objects.first().note)
    assert refused() == LogProblem.SIGNATURE


def test_statements_taken_back_with_all_their_proofs_are_missed() -> None:
    drop(5, with_proofs=True)
    drop(4, with_proofs=True)
    assert refused() == LogProblem.SHORTER


def test_a_log_that_was_emptied_is_missed() -> None:
    for number in range(5, 0, -1):
        drop(number, with_proofs=True)
    assert refused() == LogProblem.SHORTER


def test_a_log_that_grew_again_under_the_same_numbers_is_no_continuation() -> None:
    roll_back()
    kept = copy_path().read_bytes()
    copy_path().unlink()  # as another machine, which signs in good faith
    say("另一条。")
    copy_path().write_bytes(kept)
    assert refused() == LogProblem.FORKED


def test_hashes_without_any_checkpoint_are_not_signed() -> None:
    copy_path().unlink()
    with as_superuser() as cursor:
        cursor.execute("DELETE FROM statements_checkpoint")
    assert refused() == LogProblem.SIGNATURE


def test_missing_hashes_are_no_tree() -> None:
    with as_superuser() as cursor:
        cursor.execute("DELETE FROM statements_treenode WHERE level = 2")
    assert refused() == LogProblem.TREE


def test_both_doors_say_why_and_every_page_that_it_failed(client, settings) -> None:
    settings.ALARM_SILENT_SECONDS = 0
    component = make_component()
    rewrite(2)
    answer = caller().post("incidents/", samples.incident(component))
    assert answer.status_code == 503
    assert answer.json()["error"]["code"] == "log_broken"
    assert "log_check" in answer.json()["error"]["message"]

    staff = signed_in()
    fields = {"name_zh": "延迟", "body_zh": "正在排查。", "unnamed": "on"}
    page = publish_in_console(staff, "/console/incidents/compose/", **fields)
    assert "public log failed its own check" in words(page)
    assert Statement.objects.count() == 5

    assert "自查未通过" in client.get("/log/").content.decode()
    assert "A check of our public log has failed." in client.get("/en/").content.decode()
    assert client.get("/readyz").json()["degraded"] == ["log_broken"]
    Watch().record()
    alarm = Alarm.objects.get(kind=Alarm.Kind.LOG_BROKEN, over_at=None)
    assert alarm.subject == LogProblem.TREE
    assert "public log failed its own check" in words(staff.get("/console/"))

    rewrite(2, "排除", "排查")  # what was changed is put back
    assert say().number == 6
    log_follow()
    assert not open_findings().exists()
    assert "A check of our public log" not in client.get("/en/").content.decode()


def test_a_publication_that_is_taken_back_stands_in_the_way_of_none() -> None:
    with pytest.raises(ValueError, match="no"), publishing():  # noqa: PT012
        say("收回。")
        raise ValueError("no")
    assert [one.size for one in copy_lines()] == [1, 2, 3, 4, 5]
    assert say().number == 6
    assert copy_last().size == 6


def test_what_a_crash_kept_from_the_copy_is_made_up_for() -> None:
    lines = copy_path().read_bytes().splitlines(keepends=True)
    copy_path().write_bytes(b"".join(lines[:3]) + lines[3][:20])  # one is torn, one was not begun
    assert say().number == 6
    assert [one.size for one in copy_lines()] == [1, 2, 3, 6]
    copy_path().write_bytes(b"".join(lines[:3]))
    log_follow()
    assert copy_last().size == 6


def test_a_machine_without_a_copy_begins_one() -> None:
    copy_path().unlink()
    log_follow()
    kept = copy_last()
    assert kept.size == 5
    assert signed_by_us(kept.size, kept.root, kept.note)


def test_a_disk_that_fails_keeps_nobody_from_publishing_and_staff_hear_of_it(settings) -> None:
    settings.LOG_COPY_DIR = Path(os.devnull)
    try:
        assert say().number == 6
        assert ("log_copy", "") in troubles()
        settings.LOG_COPY_DIR = copy_path().parent.parent / "repaired"
    finally:
        trouble_over("log_copy")


def test_a_line_of_the_copy_is_not_changed_unnoticed() -> None:
    lines = [json.loads(one) for one in copy_path().read_text().splitlines()]
    lines[1]["root"] = lines[0]["root"]
    copy_path().write_text("".join(json.dumps(one) + "\n" for one in lines))
    assert log_recompute() == {LogProblem.COPY: "2"}


def test_the_whole_log_is_worked_out_again(settings) -> None:
    settings.LOG_SIGNING_KEY = (
        f"{settings.LOG_SIGNING_KEY},{b64(b'another key of thirty-two bytes!')}"
    )
    say()
    assert log_recompute() == {}
    assert not open_findings().exists()


def statement() -> None:
    change_a_letter(2)


def statement_and_its_digest() -> None:
    rewrite(2)
    with as_superuser() as cursor:  # the newest is put back: the signer sees nothing
        cursor.execute("UPDATE statements_treenode SET hash = %s WHERE level = 2", [b"x" * 32])


def missing() -> None:
    drop(3)


def hash_within() -> None:
    with as_superuser() as cursor:
        cursor.execute("UPDATE statements_treenode SET hash = 'x' WHERE level = 1 AND index = 0")


def hash_too_many() -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO statements_treenode (level, index, hash) VALUES (7, 7, 'x')")


def root() -> None:
    with as_superuser() as cursor:
        cursor.execute("UPDATE statements_checkpoint SET root = '' WHERE size = 3")


@pytest.mark.parametrize(
    ("change", "problem", "place"),
    [
        (statement, LogProblem.STATEMENT, "2"),
        (statement_and_its_digest, LogProblem.CHECKPOINT, "2"),
        (missing, LogProblem.STATEMENT, "3"),
        (hash_within, LogProblem.NODE, "1/0"),
        (hash_too_many, LogProblem.NODE, "?"),
        (root, LogProblem.CHECKPOINT, "3"),
    ],
    ids=lambda one: getattr(one, "__name__", ""),
)
def test_reading_it_all_finds(change, problem: LogProblem, place: str) -> None:
    change()
    assert log_recompute()[problem] == place
    assert open_findings().filter(problem=problem, place=place).exists()
    with pytest.raises(CommandError, match="does not fit"):
        call_command("log_check")


def test_after_a_restore_the_operator_decides_and_everyone_reads_why(client) -> None:
    make_staff(username="operator")
    roll_back()  # the backup ends with the fourth
    assert refused() == LogProblem.SHORTER
    call_command("log_accept", staff="operator", reason="磁盘损坏，从备份恢复")
    assert not open_findings().exists()
    assert AuditEntry.objects.get(act="log.accepted").after["seen"] == 5
    assert say().number == 5
    log_follow()
    assert log_recompute() == {}
    assert "磁盘损坏，从备份恢复" in client.get("/log/").content.decode()
    assert "up to No. 5 had been public" in client.get("/en/log/").content.decode()
    roll_back()  # a decision is for one break, and not for the next
    assert refused() == LogProblem.SHORTER


def test_a_break_stays_public() -> None:
    LogAcceptance.objects.create(size=5, root="", seen=6, reason="磁盘损坏")
    with pytest.raises(DatabaseError, match="permission denied"):
        LogAcceptance.objects.all().delete()
    for change in ("DELETE FROM", "UPDATE"):
        end = " SET reason = ''" if change == "UPDATE" else ""
        with pytest.raises(DatabaseError, match="said stays said"), as_owner() as cursor:
            cursor.execute(f"{change} statements_logacceptance{end}")


def test_a_decision_can_not_be_forged_in_the_copy() -> None:
    rewrite(2)
    line = {"size": 5, "root": b64(root_at(5)), "note": copy_last().note, "accepted": True}
    with copy_path().open("a") as file:
        file.write(json.dumps(line) + "\n")
    assert refused() == LogProblem.TREE


def test_what_the_statements_do_not_make_cannot_be_accepted() -> None:
    make_staff(username="operator")
    change_a_letter(2)
    with pytest.raises(CommandError, match="Restore a backup"):
        call_command("log_accept", staff="operator", reason="?")
    with pytest.raises(CommandError, match="no active member"):
        call_command("log_accept", staff="nobody", reason="?")
    with pytest.raises(CommandError, match="reason"):
        call_command("log_accept", staff="operator", reason=" ")
    assert not LogAcceptance.objects.exists()


def test_a_lost_key_is_accepted_knowingly(settings) -> None:
    make_staff(username="operator")
    settings.LOG_SIGNING_KEY = b64(b"another key of thirty-two bytes!")
    assert refused() == LogProblem.SIGNATURE
    call_command("log_accept", staff="operator", reason="密钥遗失")
    assert say().number == 6
    assert tree_size() == 6


def test_the_refusal_is_recorded_although_an_outer_transaction_is_undone() -> None:
    rewrite(2)
    with pytest.raises(ValidationError), transaction.atomic():
        say()
    assert open_findings().exists()


def slip_in(number: int = 6) -> None:
    """What the programs' role may do: add a statement to the table, past `publish`."""
    forged = Statement.objects.get(number=5)
    forged.number = number
    forged.canonical = forged.canonical.replace("排查", "退款").replace(":5", f":{number}")
    forged.save(force_insert=True)


@pytest.mark.parametrize("number", [6, 7, 9_000_000])
def test_a_statement_that_nobody_published_is_not_signed(number: int) -> None:
    slip_in(number)
    assert refused() == LogProblem.UNSIGNED
    assert tree_size() == Checkpoint.objects.count() == 5


def test_it_is_noticed_without_a_publication_and_cannot_be_accepted() -> None:
    make_staff(username="operator")
    slip_in()
    log_follow()
    assert open_findings().get().problem == LogProblem.UNSIGNED
    with pytest.raises(CommandError, match="Restore a backup"):
        call_command("log_accept", staff="operator", reason="?")
    with as_superuser() as cursor:
        cursor.execute("DELETE FROM statements_statement WHERE number = 6")
    log_follow()
    assert not open_findings().exists()
    assert say().number == 6
