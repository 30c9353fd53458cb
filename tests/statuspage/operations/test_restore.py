"""What was under way in a backup: nothing of it goes on by itself once it is restored."""

import json
import subprocess
from collections.abc import Callable, Iterator
from datetime import time, timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from django.utils import timezone

from notifications.delivery.models import Alarm
from notifications.subscribers.crypto import encrypt
from notifications.subscribers.models import SignUp
from notifications.subscribers.services.importing import IMPORTS
from statuspage.components.models import Component
from statuspage.incidents.recurrence import RecurrenceRule
from statuspage.incidents.services.maintenances import maintenance_schedule
from statuspage.incidents.services.series import recurrence_create
from statuspage.pages.models import Edition
from tests.factories import make_address, make_component, make_staff, open_incident, text
from tests.simulator import Simulator, running_simulator
from tests.statuspage.settlement.affected import lists

pytestmark = pytest.mark.django_db(transaction=True)

Empty = Callable[..., "subprocess.CompletedProcess[str]"]
# Every periodic task that says something to somebody, in the restored database.
GO_ON = """
import json
from django.utils import timezone
from notifications.delivery.models import Delivery
from notifications.delivery.resolve import sweep
from notifications.delivery.send import send_due
from notifications.delivery.staff_words import alarms_tell
from notifications.escalation.services import promises_remind
from notifications.subscribers.models import Address, Import, SignUp
from notifications.subscribers.services.codes import codes_send
from notifications.subscribers.services.importing import IMPORTS
from statuspage.incidents.selectors import held_maintenances
from statuspage.incidents.services.maintenances import maintenances_advance
from statuspage.incidents.services.recurrences import due, recurrences_announce
from statuspage.pages.models import Edition
from statuspage.settlement.affected.services import UPLOADS
from statuspage.settlement.models import StagedTransaction, Upload, UploadPart
from notifications.subscribers.models import ImportPart
from statuspage.statements.models import Statement
before = Statement.objects.count()
IMPORTS.read_all()
UPLOADS.read_all()
sweep()
print(json.dumps({
    "codes": codes_send(),
    "alarms": alarms_tell(),
    "reminders": promises_remind(),
    "moved": len(maintenances_advance()),
    "held maintenances": held_maintenances().count(),
    "announced": len(recurrences_announce()),
    "due to be announced": len(due()),
    "uploads": [one.state for one in (*Import.objects.all(), *Upload.objects.all())],
    "pieces": ImportPart.objects.count() + UploadPart.objects.count(),
    "deliveries": [*Delivery.objects.values_list("state", flat=True)],
    "statements": Statement.objects.count() - before,
    "a later edition than any": Edition.objects.get().number > 1_000_000,
}))
"""


@pytest.fixture
def simulator(monkeypatch: pytest.MonkeyPatch) -> Iterator[Simulator]:
    """Return the provider to which the restored product could send, and the staff's mailbox."""
    with running_simulator() as running:
        for name, value in {
            "TWILIO_BASE_URL": running.url,
            "TWILIO_ACCOUNT_SID": running.account_sid,
            "TWILIO_AUTH_TOKEN": running.auth_token,
            "TWILIO_FROM": "+15005550006",
            "EMAIL_HOST": "127.0.0.1",
            "EMAIL_PORT": str(running.smtp_port),
            "ALARM_EMAILS": "duty@example.com",
        }.items():
            monkeypatch.setenv(name, value)
        yield running


@pytest.fixture
def under_way() -> None:
    """Something unfinished of every kind that would tell somebody."""
    component, now = make_component(), timezone.now()
    make_address()
    Edition.objects.create(number=7)
    incident = open_incident(
        component, published_at=now - timedelta(hours=1), next_update_by=now - timedelta(minutes=20)
    )
    Alarm.objects.create(kind=Alarm.Kind.PROVIDER_DOWN, subject="sms")
    Alarm.objects.create(
        kind=Alarm.Kind.BEAT_SILENT, told_at=now, over_at=now - timedelta(minutes=10)
    )
    _signup()
    _maintenance(component)
    recurrence_create(
        name=text("例行维护"),
        body=text("暂停登录。"),
        components=[component.public_id],
        rule=RecurrenceRule("weekly", now.date(), time(2)),
        minutes=60,
        ahead_days=90,
        automatic=True,
        author=make_staff(),
    )
    IMPORTS.receive(name="a.csv", chunks=[b"phone\n"], author=None)
    lists.receive(lists.text(lists.line()), incident=incident.subject_id)


def _maintenance(component: Component) -> None:
    now = timezone.now()
    maintenance_schedule(
        name=text("维护"),
        body=text("维护"),
        components=[component.public_id],
        scheduled_for=now - timedelta(minutes=5),
        scheduled_until=now + timedelta(hours=1),
        published_at=now - timedelta(days=30),
        author=None,
    )


def _signup() -> None:
    SignUp.objects.create(
        channel="sms",
        kind="phone",
        sealed=encrypt("+8613800000000", "phone"),
        blind_index="x",
        masked="138****0000",
        language="en",
        text_version="1",
    )


@pytest.mark.usefixtures("under_way")
def test_nothing_that_was_under_way_goes_on_by_itself(
    tmp_path: Path, empty: Empty, simulator: Simulator
) -> None:
    file = tmp_path / "candor.dump"
    call_command("backup", str(file))
    restored = empty("restore", str(file))
    assert restored.returncode == 0, restored.stderr
    assert "nothing of it is sent until you decide" in restored.stdout
    assert "If a statement newer than 2 was ever public" in restored.stdout
    done = empty("shell", "--verbosity", "0", "-c", GO_ON)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert found.pop("due to be announced") > 0
    assert found == {
        **{"codes": 0, "alarms": 0, "reminders": 0, "moved": 0, "held maintenances": 1},
        **{"announced": 0, "uploads": ["stopped", "stopped"], "pieces": 0},
        **{"deliveries": [], "statements": 0, "a later edition than any": True},
    }
    assert simulator.messages() == []


def test_a_backup_that_is_cut_short_restores_nothing(tmp_path: Path, empty: Empty) -> None:
    for _ in range(20):
        open_incident()
    whole, cut = tmp_path / "whole.dump", tmp_path / "cut.dump"
    call_command("backup", str(whole))
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size * 9 // 10])
    failed = empty("restore", str(cut))
    assert failed.returncode == 1
    assert "pg_restore" in failed.stderr or "psql" in failed.stderr
    # It is still empty, so the whole one fits.
    assert empty("restore", str(whole)).returncode == 0


FAIL = """
from django.core.management import call_command
from statuspage.lib.restoring import on_restore
on_restore("SELECT 1 / 0;")
call_command("restore", {file!r})
"""


def test_without_its_hold_nothing_is_restored(tmp_path: Path, empty: Empty) -> None:
    open_incident()
    file = tmp_path / "candor.dump"
    call_command("backup", str(file))
    failed = empty("shell", "--verbosity", "0", "-c", FAIL.format(file=str(file)))
    assert failed.returncode == 1
    assert "division by zero" in failed.stderr
    assert empty("restore", str(file)).returncode == 0
