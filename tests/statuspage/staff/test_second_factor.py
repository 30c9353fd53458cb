"""Signing in with a second factor, and without one where it is asked for."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.core.management import CommandError, call_command
from django.test import Client

from statuspage.staff.models import AuditEntry, Staff
from statuspage.staff.roles import Role
from tests.factories import make_staff
from tests.statuspage.console.browser import browser_of, words
from tests.statuspage.staff.devices import totp

NOW = datetime(2026, 5, 6, 1, 2, 3, tzinfo=UTC)
KEY = re.compile(r'<code class="hash">([A-Z2-7]{32})</code>')
CODE = re.compile(r"<code>([0-9]{12})</code>")


def sign_in(client: Client, password: str = "secret", ip: str = "10.0.0.1"):
    values = {"username": "lin", "password": password, "next": "/console/log/"}
    return client.post("/console/login/", values, REMOTE_ADDR=ip, headers=ENGLISH)


def show(client: Client, code: str):
    return client.post("/console/login/code/", {"code": code}, headers=ENGLISH)


ENGLISH = {"accept-language": "en"}


class Phone:
    """An authenticator app, and the sheet of paper with the recovery codes."""

    def __init__(self, client: Client) -> None:
        self.key = KEY.search(words(client.get("/console/account/app/", headers=ENGLISH)))[1]
        page = words(client.post("/console/account/app/", {"code": self.code()}, headers=ENGLISH))
        self.recovery = CODE.findall(page)

    def code(self, later: int = 0) -> str:
        return totp(self.key, (datetime.now(UTC) + timedelta(seconds=later)).timestamp())


@pytest.fixture
def lin(db: None) -> Staff:
    return make_staff(Role.APPROVER, username="lin")


@pytest.fixture
def phone(lin: Staff) -> Phone:
    """Return an app that was set up a while ago."""
    with time_machine.travel(NOW - timedelta(hours=1), tick=False):
        client = Client()
        client.force_login(lin)
        return Phone(client)


def is_in(client: Client) -> bool:
    return bool(client.get("/console/").status_code == 200)


@time_machine.travel(NOW, tick=False)
def test_the_password_alone_opens_nothing_once_there_is_an_app(phone: Phone) -> None:
    client = Client()
    assert sign_in(client).headers["Location"] == "/console/login/code/"
    assert not is_in(client)
    assert show(client, phone.code()).headers["Location"] == "/console/log/"
    assert is_in(client)


@time_machine.travel(NOW, tick=False)
def test_the_code_page_without_a_password_leads_back_to_the_password(lin: Staff) -> None:
    assert show(Client(), "123456").headers["Location"] == "/console/login/"


@time_machine.travel(NOW, tick=False)
def test_no_code_works_twice(phone: Phone) -> None:
    code = phone.code()
    first, second = Client(), Client()
    sign_in(first)
    show(first, code)
    sign_in(second)
    assert "Wrong code, or already used." in words(show(second, code))
    assert not is_in(second)


@pytest.mark.parametrize(("seconds", "taken"), [(-60, False), (-30, True), (30, True), (60, False)])
@time_machine.travel(NOW, tick=False)
def test_a_phones_clock_may_be_half_a_minute_off(phone: Phone, seconds: int, taken: bool) -> None:
    client = Client()
    sign_in(client)
    show(client, phone.code(seconds))
    assert is_in(client) is taken


@time_machine.travel(NOW, tick=False)
def test_guessing_codes_is_slowed_down_from_wherever_it_comes(phone: Phone) -> None:
    for number in range(5):
        client = Client()
        sign_in(client, ip=f"10.0.0.{number}")
        assert "Wrong code" in words(show(client, "000000"))
    client = Client()
    sign_in(client, ip="10.0.9.9")
    assert "Too many tries" in words(show(client, phone.code()))
    assert not is_in(client)


@time_machine.travel(NOW, tick=False)
def test_a_recovery_code_works_once_however_it_is_typed(phone: Phone) -> None:
    assert len(set(phone.recovery)) == 10
    client, again = Client(), Client()
    sign_in(client)
    show(client, f" {phone.recovery[0][:4]}-{phone.recovery[0][4:8]} {phone.recovery[0][8:]} ")
    assert is_in(client)
    sign_in(again)
    show(again, phone.recovery[0])
    assert not is_in(again)
    assert "9 recovery codes are left" in words(client.get("/console/account/", headers=ENGLISH))


def test_the_code_has_five_minutes(phone: Phone) -> None:
    client = Client()
    with time_machine.travel(NOW, tick=False):
        sign_in(client)
    with time_machine.travel(NOW + timedelta(minutes=6), tick=False):
        assert show(client, phone.code()).headers["Location"] == "/console/login/"
        assert not is_in(client)


@time_machine.travel(NOW, tick=False)
def test_staff_who_left_between_the_steps_stay_out(lin: Staff, phone: Phone) -> None:
    client = Client()
    sign_in(client)
    Staff.objects.filter(pk=lin.pk).update(is_active=False)
    assert show(client, phone.code()).headers["Location"] == "/console/login/"


def kinds(staff: Staff) -> set[str]:
    return {*Authenticator.objects.filter(user=staff).values_list("type", flat=True)}


def test_nothing_in_the_database_gives_the_secrets_away(lin: Staff, phone: Phone) -> None:
    kept = str(list(Authenticator.objects.values()))
    written = str(list(AuditEntry.objects.values()))
    for secret in (phone.key, *phone.recovery):
        assert secret not in kept
        assert secret not in written


def test_the_key_of_an_app_that_waits_for_its_code_is_sealed_too(lin: Staff) -> None:
    client = browser_of(lin)
    key = KEY.search(words(client.get("/console/account/app/")))[1]
    assert key not in str(dict(client.session))
    assert key in words(client.get("/console/account/app/")), "the same code after a reload"


@pytest.mark.parametrize(
    "role",
    Role.values,
)
def test_everyone_sets_one_up_before_anything_else(db: None, settings: Any, role: str) -> None:
    settings.STAFF_SECOND_FACTOR = "required"
    client = Client()
    make_staff(role, username="lin")
    sign_in(client)
    for path in ("/console/", "/console/incidents/", "/console/tokens/"):
        assert client.get(path).headers["Location"] == "/console/account/"
    told = client.get("/console/broadcasts/1/progress/", headers={"hx-request": "true"})
    assert told.headers["HX-Redirect"] == "/console/account/"
    assert client.get("/console/account/").status_code == 200
    if role == Role.ADMIN:
        assert client.get("/admin/").headers["Location"] == "/console/account/"
        assert client.post("/console/tokens/", {"name": "x"}).status_code == 302
    Phone(client)
    assert is_in(client)


def test_a_browser_that_showed_the_password_only_is_signed_out_when_the_app_comes(
    lin: Staff,
) -> None:
    old, new = Client(), Client()
    sign_in(old)
    sign_in(new)
    Phone(new)
    assert is_in(new)
    assert not is_in(old)


def test_a_session_without_the_code_is_ended_where_the_code_is_required(
    lin: Staff, phone: Phone, settings: Any
) -> None:
    settings.STAFF_SECOND_FACTOR = "required"
    client = Client()
    client.force_login(lin)
    assert client.get("/console/account/").headers["Location"] == "/console/login/"
    assert "_auth_user_id" not in client.session


@time_machine.travel(NOW, tick=False)
def test_removing_the_app_takes_the_recovery_codes_with_it(lin: Staff, phone: Phone) -> None:
    client = Client()
    sign_in(client)
    show(client, phone.code())
    client.post("/console/account/app/remove/")
    assert kinds(lin) == set()
    entry = AuditEntry.objects.get(act="second_factor.removed")
    assert entry.before == {"kind": "totp"}
    assert sign_in(Client()).headers["Location"] == "/console/log/"


@time_machine.travel(NOW, tick=False)
def test_new_recovery_codes_put_an_end_to_the_old_ones(lin: Staff, phone: Phone) -> None:
    client = Client()
    sign_in(client)
    show(client, phone.code())
    fresh = CODE.findall(words(client.post("/console/account/recovery-codes/")))
    assert len(fresh) == 10
    assert not set(fresh) & set(phone.recovery)
    other = Client()
    sign_in(other)
    show(other, phone.recovery[1])
    assert not is_in(other)
    show(other, fresh[1])
    assert is_in(other)


def test_another_browser_can_be_signed_out_but_not_somebody_elses(lin: Staff) -> None:
    here, there, stranger = Client(), Client(), Client()
    sign_in(here)
    sign_in(there)
    stranger.force_login(make_staff())
    theirs = UserSession.objects.get(session_key=there.session.session_key)
    assert stranger.post(f"/console/account/sessions/{theirs.pk}/").status_code == 404
    assert is_in(there)
    here.post(f"/console/account/sessions/{theirs.pk}/")
    assert not is_in(there)
    assert is_in(here)


def test_who_lost_everything_is_let_in_by_the_operators_command(lin: Staff, phone: Phone) -> None:
    call_command("staff_reset", "lin")
    assert sign_in(Client()).headers["Location"] == "/console/log/"
    entry = AuditEntry.objects.get(act="second_factor.removed")
    assert (entry.who, entry.target) == (
        "manage.py",
        f"account {Staff.objects.get(username='lin').pk}",
    )
    with pytest.raises(CommandError, match="nobody"):
        call_command("staff_reset", "nobody")
