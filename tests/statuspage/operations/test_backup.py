"""A copy of the database, and the way back."""

import os
from pathlib import Path

import pyrage
import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection

from statuspage.operations.backup import BackupError, backup, check_log
from statuspage.statements.models import Statement
from tests.database.tampering import as_superuser
from tests.factories import make_address, open_incident

pytestmark = pytest.mark.django_db(transaction=True)

COPY = "restored_copy"


def tamper(number: int) -> None:
    """As a superuser of the database could."""
    with as_superuser() as cursor:
        cursor.execute(
            "UPDATE statements_statement SET canonical = replace(canonical, '到账', '倒账')"
            " WHERE number = %s",
            [number],
        )


def test_what_was_said_and_who_subscribed_comes_back(tmp_path: Path, empty) -> None:
    numbers = [open_incident().number for _ in range(3)]
    make_address()
    file = tmp_path / "candor.dump"
    call_command("backup", str(file))
    restored = empty("restore", str(file))
    assert restored.returncode == 0, restored.stderr
    assert f"whole up to statement {numbers[-1]}" in restored.stdout
    counting = (
        "from statuspage.statements.models import Statement;"
        "from notifications.subscribers.models import Address;"
        "print([*Statement.objects.order_by('number').values_list('sha256', flat=True)],"
        "Address.objects.count())"
    )
    hashes = [*Statement.objects.order_by("number").values_list("sha256", flat=True)]
    assert empty("shell", "-v", "0", "-c", counting).stdout.strip() == f"{hashes} 1"
    # And it goes on from there: triggers, sequences and migrations came along.
    assert empty("migrate", "--check").returncode == 0
    writing = (
        "from statuspage.statements.models import Statement; Statement.objects.update(kind='')"
    )
    assert "permission denied" in empty("shell", "-v", "0", "-c", writing).stderr
    as_the_owner = f"from statuspage.lib.postgres.owner import as_owner\nwith as_owner(): {writing}"
    assert "what was said stays said" in empty("shell", "-v", "0", "-c", as_the_owner).stderr


def test_nothing_is_restored_over_a_database_in_use(tmp_path: Path) -> None:
    open_incident()
    file = tmp_path / "candor.dump"
    backup(file)
    with pytest.raises(CommandError, match="not empty"):
        call_command("restore", str(file))
    assert Statement.objects.count() == 1


def test_a_backup_never_replaces_another(tmp_path: Path) -> None:
    file = tmp_path / "candor.dump"
    file.write_text("yesterday's")
    with pytest.raises(CommandError, match="exists already"):
        call_command("backup", str(file))
    assert file.read_text() == "yesterday's"


def test_a_backup_that_cannot_be_written_says_why_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="No such file or directory"):
        backup(tmp_path / "missing" / "candor.dump")
    assert [*tmp_path.iterdir()] == []


def test_without_the_database_it_is_said_in_one_line(tmp_path: Path, monkeypatch) -> None:
    connection.close()
    monkeypatch.setitem(connection.settings_dict, "PORT", "1")
    with pytest.raises(CommandError, match="the database does not answer"):
        call_command("backup", str(tmp_path / "candor.dump"))
    connection.close()


def test_a_file_that_is_no_backup_is_refused(tmp_path: Path, empty) -> None:
    file = tmp_path / "candor.dump"
    file.write_text("nonsense")
    refused = empty("restore", str(file))
    assert refused.returncode == 1
    assert "pg_restore" in refused.stderr
    assert "there is no" in empty("restore", str(tmp_path / "nothing")).stderr


def test_a_log_that_was_rewritten_does_not_pass_as_restored(tmp_path: Path, empty) -> None:
    open_incident()
    changed = open_incident().number
    tamper(changed)
    with pytest.raises(BackupError, match=f"statement {changed} is not what was published"):
        check_log()
    file = tmp_path / "candor.dump"
    backup(file)
    assert f"statement {changed} is not what was" in empty("restore", str(file)).stderr


def test_what_pages_show_and_nobody_said_is_named_after_a_restore(tmp_path: Path, empty) -> None:
    open_incident()
    with as_superuser() as cursor:
        cursor.execute("UPDATE incidents_incident SET impact = 'none'")
    file = tmp_path / "candor.dump"
    backup(file)
    restored = empty("restore", str(file), "--without-list")
    assert restored.returncode == 1
    assert "impact: shown 'none', but statement 1 says" in restored.stdout


def test_a_missing_statement_is_found() -> None:
    first, _second = open_incident(), open_incident()
    with as_superuser() as cursor:
        cursor.execute("DELETE FROM statements_statement WHERE number = %s", [first.number])
    with pytest.raises(BackupError, match=f"statement {first.number} is missing"):
        check_log()


def test_a_backup_is_its_owners_alone(tmp_path: Path) -> None:
    open_incident()
    before = os.umask(0)
    try:
        backup(tmp_path / "candor.dump")
    finally:
        os.umask(before)
    for file in tmp_path.iterdir():
        assert file.stat().st_mode & 0o777 == 0o600, file


def test_an_encrypted_backup_is_opened_by_the_key_alone(tmp_path: Path, empty, settings) -> None:
    number = open_incident().number
    make_address("+8613800138001")
    ours, second = pyrage.x25519.Identity.generate(), pyrage.x25519.Identity.generate()
    settings.BACKUP_AGE_RECIPIENTS = [str(ours.to_public()), str(second.to_public())]
    file, key = tmp_path / "candor.age", tmp_path / "key"
    key.write_text(f"# created: today\n# public key: {second.to_public()}\n{second}\n")
    call_command("backup", str(file))
    content = file.read_bytes()
    assert content.startswith(b"age-encryption.org/v1\n")
    assert b"PGDMP" not in content
    with pytest.raises(CommandError, match="name the file of your age key with --identity"):
        call_command("restore", str(file), "--without-list")
    # The damage is found at the very end, when all of the SQL has been run: nothing of it stays.
    file.with_suffix(".bad").write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    arguments = ("--without-list", "--identity", str(key))
    refused = empty("restore", str(file.with_suffix(".bad")), *arguments)
    assert "the backup is damaged" in refused.stderr
    restored = empty("restore", str(file), *arguments)
    assert restored.returncode == 0, restored.stderr
    assert f"whole up to statement {number}" in restored.stdout
