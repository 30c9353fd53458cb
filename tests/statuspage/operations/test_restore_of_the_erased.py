"""A backup from before an erasure: the person does not come back, and gets nothing."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command

from notifications.subscribers import withdrawals_file as files
from notifications.subscribers.models import Subscriber
from notifications.subscribers.restoring import withdrawals_restored
from notifications.subscribers.services.subscriptions import address_suppress, subscriber_erase
from statuspage.lib.restoring import CannotRestore, RestoreRequest
from tests.factories import make_address, open_incident

pytestmark = pytest.mark.django_db(transaction=True)

Empty = Callable[..., "subprocess.CompletedProcess[str]"]
ERASED, STOPPED, THERE = "+8613800138001", "+8613800138002", "+8613800138003"
GO_ON = """
import json
from notifications.subscribers.models import Address, Consent, Subscriber
print(json.dumps({
    "addresses": [*Address.objects.order_by("masked").values_list("masked", "suppressed_for")],
    "subscribers": Subscriber.objects.count(),
    "proofs": sorted(Consent.objects.filter(address=None).values_list("act", "source")),
    "provable": Consent.objects.filter(address=None, blind_index="").count(),
}))
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the DATA_DIR of a machine of our own, for the commands too."""
    data = tmp_path / "data"
    monkeypatch.setattr(settings, "DATA_DIR", data)
    monkeypatch.setenv("DATA_DIR", str(data))
    return data


@pytest.fixture
def backup(tmp_path: Path) -> Path:
    """Return a backup of three people, of whom one leaves and one writes STOP afterwards."""
    for clear in (ERASED, STOPPED, THERE):
        make_address(clear)
    open_incident()
    file = tmp_path / "monday" / "candor.dump"
    file.parent.mkdir()
    call_command("backup", str(file))
    leaving = Subscriber.objects.get(addresses__masked="138****8001")
    subscriber_erase(leaving, source="hotline")
    address_suppress(channel="sms", clear_address=STOPPED, reason="opted_out")
    return file


def found(empty: Empty) -> dict[str, object]:
    done = empty("shell", "--verbosity", "0", "-c", GO_ON)
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout.splitlines()[-1]))


def test_the_person_does_not_come_back_and_who_wrote_stop_stays_stopped(
    backup: Path, empty: Empty
) -> None:
    restored = empty("restore", str(backup))
    assert restored.returncode == 0, restored.stderr
    assert "Erased again since they had asked for it: 1 addresses." in restored.stdout
    assert "Stopped again since they had opted out: 1 addresses." in restored.stdout
    assert found(empty) == {
        "addresses": [["138****8002", "opted_out"], ["138****8003", ""]],
        "subscribers": 2,
        "proofs": [["withdrawn", "restore"]],
        "provable": 0,
    }


class TestTheList:
    """Which list counts: without a restore of the whole, which takes seconds each time."""

    def refused(self, backup: Path, *lists: Path) -> str:
        with pytest.raises(CannotRestore) as refusal:
            withdrawals_restored(RestoreRequest(backup, lists))
        return str(refusal.value)

    def test_a_new_machine_asks_for_it(self, backup: Path, tmp_path: Path) -> None:
        kept = files.own_list().rename(tmp_path / "erased.list")
        refusal = self.refused(backup)
        assert "--erased FILE" in refusal
        assert "--without-list" in refusal
        assert "There is none at hand" in refusal
        assert "'erased', 'sms'" in withdrawals_restored(RestoreRequest(backup, [kept]))

    def test_the_one_beside_a_later_backup_is_applied_but_does_not_do_alone(
        self, backup: Path
    ) -> None:
        call_command("backup", str(backup.with_name("tuesday.dump")))
        files.own_list().unlink()
        assert "The newest entry at hand is of 20" in self.refused(backup)
        goes_on = withdrawals_restored(RestoreRequest(backup, without_list=True))
        assert "'erased', 'sms'" in goes_on

    def test_one_that_lacks_what_the_backup_knows_counts_as_missing(self, backup: Path) -> None:
        later = backup.with_name("tuesday.dump")
        call_command("backup", str(later))
        files.list_write(files.own_list(), [])
        assert "older than the backup" in self.refused(later)

    def test_one_under_another_key_is_refused(self, backup: Path, tmp_path: Path) -> None:
        other = tmp_path / "other.list"
        other.write_text("candor-withdrawals/1 0000000000000000\n")
        assert "another ADDRESS_INDEX_KEY" in self.refused(backup, other)

    def test_the_command_says_so_before_it_restores_anything(
        self, backup: Path, empty: Empty
    ) -> None:
        files.own_list().unlink()
        refused = empty("restore", str(backup))
        assert refused.returncode == 1
        assert "--erased FILE" in refused.stderr
        assert "restored" not in refused.stdout
