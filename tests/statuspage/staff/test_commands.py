"""What an operator types on the server: the first administrator, and tokens."""

import io
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from statuspage.staff.models import ApiToken, AuditEntry, Staff
from statuspage.staff.services import token_check
from tests.factories import make_staff

PASSWORD = "a-long-word-of-passage"


def run(*arguments: str, **options: Any) -> str:
    out = io.StringIO()
    call_command(*arguments, stdout=out, **options)
    return out.getvalue()


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The password on standard input."""
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{PASSWORD}\n"))


@pytest.mark.parametrize(("option", "status"), [((), 403), (("--confirmed",), 200)])
def test_an_added_administrator_signs_in_and_counts_when_confirmed(
    db: None, typed: None, client: Client, option: tuple[str, ...], status: int
) -> None:
    said = run("staff_add", "lin", "--role", "admin", "--stdin", *option)
    assert "lin (admin) may sign in." in said
    values = {"username": "lin", "password": PASSWORD}
    assert client.post("/console/login/", values).status_code == 302
    assert client.get("/admin/", follow=True).status_code == status
    acts = {one.act for one in AuditEntry.objects.filter(who="manage.py")}
    assert acts == {"account.created", *(["account.confirmed"] if option else [])}


def test_a_weak_password_adds_nobody(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("12345\n"))
    with pytest.raises(CommandError):
        run("staff_add", "lin", "--stdin")
    assert not Staff.objects.exists()


def test_no_password_adds_nobody(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    with pytest.raises(CommandError, match="No password"):
        run("staff_add", "lin", "--stdin")
    assert not Staff.objects.exists()


def test_a_name_that_is_taken_is_refused(db: None, typed: None) -> None:
    make_staff(username="lin")
    with pytest.raises(CommandError):
        run("staff_add", "lin", "--stdin")
    assert Staff.objects.count() == 1


def test_a_token_is_printed_alone_and_works(db: None) -> None:
    staff = make_staff(username="lin")
    secret = run("token_issue", "--staff", "lin", "--name", "portal").strip()
    token = token_check(secret)
    assert token is not None
    assert (token.staff, token.name) == (staff, "portal")


def test_a_token_expires_after_a_year_unless_told(db: None) -> None:
    make_staff(username="lin")
    run("token_issue", "--staff", "lin", "--name", "x")
    left = ApiToken.objects.get().expires_at - timezone.now()
    assert 364 <= left.days <= 365


def test_a_token_for_some_days_expires_after_them(db: None) -> None:
    make_staff(username="lin")
    with time_machine.travel("2025-02-21T10:00:00+08:00", tick=False) as clock:
        secret = run("token_issue", "--staff", "lin", "--name", "x", "--days", "2").strip()
        clock.shift(2 * 86_400 - 1)
        assert token_check(secret)
        clock.shift(2)
        assert token_check(secret) is None


@pytest.mark.parametrize("arguments", [("--staff", "nobody"), ("--staff", "gone")])
def test_nobody_gets_a_token_who_is_not_there(db: None, arguments: tuple[str, ...]) -> None:
    make_staff(username="gone", is_active=False)
    with pytest.raises(CommandError, match="no active member of staff"):
        run("token_issue", *arguments, "--name", "x")


@pytest.mark.parametrize("days", ["0", "-1", "3651"])
def test_a_token_has_a_sensible_life(db: None, days: str) -> None:
    make_staff(username="lin")
    with pytest.raises(CommandError, match="--days"):
        run("token_issue", "--staff", "lin", "--name", "x", "--days", days)
