"""Who was erased or stopped is remembered outside the database, and no import brings them back."""

import io
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client

from notifications.subscribers import withdrawals_file as files
from notifications.subscribers.models import Address, Consent, ImportProblem, Subscriber, Withdrawal
from notifications.subscribers.restoring import APPLY, STOP
from notifications.subscribers.services.addresses import (
    OwnerControlled,
    address_add,
    webhook_add,
)
from notifications.subscribers.services.importing import IMPORTS, subscriber_import
from notifications.subscribers.services.subscriptions import (
    BY_OWNER,
    address_reactivate,
    address_suppress,
    addresses_reactivate,
    subscriber_erase,
)
from notifications.subscribers.services.withdrawals import ERASED, STOPPED, withdrawals_keep
from statuspage.staff.roles import Role
from statuspage.staff.services import token_issue
from tests.factories import make_address, make_staff
from tests.notifications.subscribers.visitor import E164, NUMBER, Visitor

pytestmark = pytest.mark.django_db
OTHER = "+8613900139000"
HEADER = "phone,language,category,consent_source,email\n"


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "DATA_DIR", tmp_path / "data")


def erased(clear: str = E164, channel: str = "sms") -> None:
    subscriber_erase(make_address(clear, channel).subscriber)


def csv(*rows: str) -> io.BytesIO:
    return io.BytesIO((HEADER + "".join(f"{row}\n" for row in rows)).encode())


class TestImporting:
    def test_no_import_brings_anybody_back_and_each_row_says_why(self) -> None:
        erased()
        report = subscriber_import(csv(f"{NUMBER},zh,,contract,", f"{OTHER},zh,,contract,"))
        assert (report.created, report.failed, report.skipped) == (1, 1, 0)
        assert [(one.line, one.column) for one in report.errors] == [(2, "phone")]
        assert report.errors[0].message == str(ERASED)
        assert [one.masked for one in Address.objects.all()] == ["139****9000"]

    def test_nor_by_the_e_mail_of_a_row_or_another_spelling(self) -> None:
        erased("wei@example.com", "email")
        erased()
        rows = (f"{OTHER},zh,,contract,wei@EXAMPLE.com", "0086 138-0013-8000,zh,,contract,")
        report = subscriber_import(csv(*rows))
        assert [(one.line, one.column) for one in report.errors] == [(2, "email"), (3, "phone")]
        assert not Subscriber.objects.exists()

    def test_nor_an_uploaded_file(self) -> None:
        erased()
        upload = IMPORTS.receive(
            name="a.csv", chunks=[csv(f"{E164},zh,,contract,").read()], author=None
        )
        IMPORTS.read_all()
        upload.refresh_from_db()
        assert (upload.created, upload.bad, upload.skipped) == (0, 1, 0)
        assert ImportProblem.objects.get().column == "phone"
        assert not Address.objects.exists()

    def test_nor_the_api_one_by_one(self, client: Client) -> None:
        erased()
        secret = token_issue(name="crm", staff=make_staff(Role.ADMIN))
        response = client.post(
            "/api/v1/subscribers/",
            {"channel": "sms", "address": E164, "consent_source": "contract"},
            content_type="application/json",
            headers={"Authorization": f"Bearer {secret}", "Idempotency-Key": "1"},
        )
        assert response.status_code == 400, response.content
        assert not Address.objects.exists()

    def test_a_firms_webhook_may_be_added_again(self) -> None:
        address, _secret = webhook_add(url="https://merchant.example.com/", language="en")
        subscriber_erase(address.subscriber)
        webhook_add(url="https://merchant.example.com/", language="en")
        assert Address.objects.count() == 1

    def test_the_person_signs_up_again_and_imports_leave_them_alone(self, visitor: Visitor) -> None:
        visitor.subscribe()
        subscriber_erase(Subscriber.objects.get())
        visitor.subscribe()
        assert Address.objects.get().confirmed_at
        report = subscriber_import(csv(f"{NUMBER},zh,,contract,"))
        assert (report.failed, report.skipped) == (0, 1)
        # The sweep does not take the new consent for the old data.
        withdrawals_keep()
        assert Address.objects.get().confirmed_at

    def test_erased_twice_is_erased_again(self, visitor: Visitor) -> None:
        for _time in range(2):
            visitor.subscribe()
            subscriber_erase(Subscriber.objects.get())
        with pytest.raises(OwnerControlled):
            address_add(channel="sms", raw=NUMBER, language="en", source="contract")


class TestStopped:
    """STOP, and then a restore that knows nothing of the address: only the list does."""

    @pytest.fixture(autouse=True)
    def lost(self) -> None:
        make_address(E164)
        address_suppress(channel="sms", clear_address=E164, reason="opted_out")
        Subscriber.objects.all().delete()

    def test_an_import_does_not_bring_them_back(self) -> None:
        report = subscriber_import(csv(f"{NUMBER},zh,,contract,"))
        assert (report.created, report.failed) == (0, 1)
        assert report.errors[0].message == str(STOPPED)
        with pytest.raises(OwnerControlled, match="stopped our messages"):
            address_add(channel="sms", raw=NUMBER, language="en", source="contract")
        assert not Address.objects.exists()

    def test_they_do_themselves(self, visitor: Visitor) -> None:
        visitor.subscribe()
        assert Address.objects.get().suppressed_at is None

    def test_nobody_is_kept_out_who_has_resumed(self) -> None:
        stop = Withdrawal.objects.get()
        Withdrawal.objects.create(
            act="resumed",
            channel=stop.channel,
            blind_index=stop.blind_index,
            at=stop.at + timedelta(seconds=1),
        )
        assert subscriber_import(csv(f"{NUMBER},zh,,contract,")).created == 1


def test_the_owners_stop_counts_although_a_provider_stopped_it_before() -> None:
    """Staff may undo a provider's stop; they did not see that a STOP had come meanwhile."""
    address = make_address(E164)
    address_suppress(channel="sms", clear_address=E164, reason="bad_address")
    assert address_suppress(channel="sms", clear_address=E164, reason="opted_out")
    assert not address_suppress(channel="sms", clear_address=E164, reason="unsubscribed")
    assert addresses_reactivate([address.pk]) == 0
    address.refresh_from_db()
    assert address.suppressed_for == "opted_out"
    assert [one.act for one in Withdrawal.objects.all()] == ["stopped"]
    assert address.consents.get().act == Consent.Act.WITHDRAWN


class TestTheList:
    def lines(self) -> list[str]:
        return [f"{one.act} {one.channel}" for one in sorted(files.list_read(files.own_list()))]

    def test_it_is_on_the_disk_once_the_erasure_is_committed(
        self, django_capture_on_commit_callbacks: object
    ) -> None:
        with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
            erased()
        text = files.own_list().read_text()
        assert "13800138000" not in text
        assert self.lines() == ["erased sms"]
        assert files.own_list().stat().st_mode & 0o077 == 0

    def test_a_full_disk_hinders_no_erasure_and_the_sweep_makes_up_for_it(
        self, django_capture_on_commit_callbacks: object, caplog: pytest.LogCaptureFixture
    ) -> None:
        settings.DATA_DIR.write_text("no folder")
        with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
            erased()
        assert not Address.objects.exists()
        assert "is not on the disk yet" in caplog.text
        settings.DATA_DIR.unlink()
        withdrawals_keep()
        assert self.lines() == ["erased sms"]

    def test_what_another_machine_wrote_stays_and_what_is_old_goes(self) -> None:
        erased()
        settings.DATA_DIR.mkdir()
        old = files.Listed("2020-01-01T00:00:00+00:00", "erased", "email", "a" * 64, "-")
        other = files.Listed("2999-01-01T00:00:00+00:00", "stopped", "email", "b" * 64, "opted_out")
        files.list_write(files.own_list(), [old, other])
        withdrawals_keep()
        assert self.lines() == ["erased sms", "stopped email"]
        Withdrawal.objects.update(at="2020-01-01T00:00:00Z")
        withdrawals_keep()
        assert not Withdrawal.objects.exists()

    def test_a_line_that_a_crash_cut_short_counts_as_not_written(self) -> None:
        withdrawals_keep()
        one = files.Listed("2026-01-01T00:00:00+00:00", "erased", "email", "a" * 64, "-")
        files.list_add([one])
        with files.own_list().open("a") as file:
            file.write("2026-01-02T00:00:00+00:00 erased em")
        assert files.list_read(files.own_list()) == {one}
        two = one._replace(blind_index="b" * 64)
        files.list_add([two])
        assert files.list_read(files.own_list()) == {one, two}

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "something else\n",
            "{head}\nerased everybody\n",
            "{head}\n2026-01-01T00:00:00+00:00 erased email " + "a" * 64 + " ');DROP TABLE x;--\n",
            "candor-withdrawals/1 0000000000000000\n",
        ],
    )
    def test_a_damaged_or_foreign_list_is_not_taken_for_an_empty_one(self, text: str) -> None:
        withdrawals_keep()
        head = files.own_list().read_text().strip()
        files.own_list().write_text(text.replace("{head}", head))
        with pytest.raises(files.UnusableList):
            files.list_read(files.own_list())

    @pytest.mark.parametrize("text", ["", "no line", "candor-withdrawals/1 0000000000000000\n"])
    def test_nothing_is_added_to_a_list_of_somebody_else(
        self,
        text: str,
        caplog: pytest.LogCaptureFixture,
        django_capture_on_commit_callbacks: object,
    ) -> None:
        withdrawals_keep()
        files.own_list().write_text(text)
        with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
            erased()
        assert files.own_list().read_text() == text
        assert "is not on the disk yet" in caplog.text


class TestApplying:
    """What the sweep and `restore` do: with a row as an older backup brings it back."""

    def bring_back(self, clear: str = E164) -> Address:
        address = make_address(clear)
        Address.objects.filter(pk=address.pk).update(created_at="2020-01-01T00:00:00Z")
        address.refresh_from_db()
        return address

    def run(self, sql: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(sql)

    def test_the_erased_are_erased_again_and_nobody_else(self) -> None:
        erased()
        back, other = self.bring_back(), self.bring_back(OTHER)
        Consent.objects.create(address=back, act="given", source="web", text_version="1")
        withdrawals_keep()
        assert [*Address.objects.values_list("pk", flat=True)] == [other.pk]
        assert Subscriber.objects.get() == other.subscriber
        kept = Consent.objects.filter(blind_index=back.blind_index, address=None)
        assert {one.source for one in kept} == {"web", "restore"}

    def test_a_subscribers_other_address_stays_when_it_was_not_erased(self) -> None:
        erased()
        back, other = self.bring_back(), make_address("a@example.com", "email")
        Address.objects.filter(pk=other.pk).update(subscriber=back.subscriber)
        self.run(APPLY)
        assert Address.objects.get().pk == other.pk
        assert Subscriber.objects.filter(pk=back.subscriber_id).exists()

    @pytest.mark.parametrize("resumed", [False, True])
    def test_the_last_word_of_the_owner_counts(self, resumed: bool) -> None:
        address = self.bring_back()
        address_suppress(channel="sms", clear_address=E164, reason="opted_out")
        if resumed:
            address_reactivate(channel="sms", clear_address=E164)
        Address.objects.filter(pk=address.pk).update(suppressed_at=None, suppressed_for="")
        self.run(STOP)
        address.refresh_from_db()
        assert address.suppressed_for == ("" if resumed else "opted_out")

    def test_a_providers_stop_is_no_word_of_the_owner(self) -> None:
        address = self.bring_back()
        address_suppress(channel="sms", clear_address=E164, reason="bad_address")
        assert not Withdrawal.objects.exists()
        Address.objects.filter(pk=address.pk).update(suppressed_at=None, suppressed_for="")
        self.run(STOP)
        address.refresh_from_db()
        assert address.suppressed_at is None

    def test_the_sql_names_every_stop_of_an_owner(self) -> None:
        assert all(f"'{reason}'" in STOP for reason in BY_OWNER)


def test_proof_of_consent_is_forgotten_after_its_time() -> None:
    erased()
    assert Consent.objects.filter(address=None).exists()
    age = timedelta(days=settings.CONSENT_KEEP_DAYS + 1)
    for one in Consent.objects.all():
        Consent.objects.filter(pk=one.pk).update(at=one.at - age)
    withdrawals_keep()
    assert not Consent.objects.exists()
