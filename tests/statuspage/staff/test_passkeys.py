"""Passkeys, shown by an authenticator written here: right answers, and everything that is none."""

import json
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from cryptography.hazmat.primitives.asymmetric import ec
from django.core.management import call_command
from django.test import Client

from statuspage.staff.models import AuditEntry, Staff
from statuspage.staff.passkeys import ASKED_AT
from statuspage.staff.roles import Role
from statuspage.staff.second_factor import recovery_codes_of
from tests.factories import make_staff
from tests.statuspage.console.browser import words
from tests.statuspage.staff.devices import SITE, USER_PRESENT, Key, b64, options_of

pytestmark = pytest.mark.django_db
ENGLISH = {"accept-language": "en"}


@pytest.fixture(autouse=True)
def _site(settings: Any) -> None:
    settings.SITE_URL = SITE


@pytest.fixture
def lin() -> Staff:
    return make_staff(Role.APPROVER, username="lin")


def inside(staff: Staff) -> Client:
    client = Client(headers=ENGLISH)
    client.force_login(staff)
    return client


def add(client: Client, key: Key, **changes: Any) -> str:
    options = options_of(client.get("/console/account/passkeys/"))
    values = {"passkey": key.make(options, **changes), "name": "我的手机"}
    return words(client.post("/console/account/passkeys/", values, follow=True))


def passkeys() -> Any:
    return Authenticator.objects.filter(type="webauthn")


@pytest.fixture
def key(lin: Staff) -> Key:
    """One that is set up."""
    made = Key()
    assert "ecovery codes" in add(inside(lin), made)
    return made


def half(client: Client) -> dict[str, Any]:
    """Give the password; what the site then asks the passkey."""
    values = {"username": "lin", "password": "secret", "next": "/console/log/"}
    assert client.post("/console/login/", values).status_code == 302
    return options_of(client.get("/console/login/code/"))


def show(client: Client, answer: str) -> bool:
    """Whether that signed in."""
    client.post("/console/login/code/", {"passkey": answer})
    return client.get("/console/account/").status_code == 200


def test_a_passkey_signs_in_after_the_password(key: Key) -> None:
    client = Client(headers=ENGLISH)
    options = half(client)
    assert client.get("/console/log/").status_code == 302, "the password alone opens nothing"
    page = client.get("/console/login/code/")
    assert "Use a passkey" in words(page)
    options = options_of(page)
    assert [one["id"] for one in options["allowCredentials"]] == [b64(key.id)]
    assert options["userVerification"] == "required"
    assert show(client, key.show(options))
    assert passkeys().get().last_used_at


def test_an_answer_signs_in_once(key: Key) -> None:
    first = Client()
    answer = key.show(half(first))
    assert show(first, answer)
    second = Client()
    half(second)
    assert not show(second, answer)


@pytest.mark.parametrize(
    "changes",
    [
        {"origin": "https://status.example.com.evil.example"},
        {"origin": "http://status.example.com"},
        {"rp_id": "evil.example"},
        {"flags": USER_PRESENT},
        {"private": ec.generate_private_key(ec.SECP256R1())},
    ],
    ids=["other-site", "plain-http", "other-host", "nobody-verified", "other-key"],
)
def test_what_is_not_this_passkey_on_this_site_is_refused(
    key: Key, changes: dict[str, Any]
) -> None:
    client = Client()
    assert not show(client, key.show(half(client), **changes))
    assert AuditEntry.objects.filter(act="second_factor.failed").count() == 1


def test_another_persons_passkey_is_refused(key: Key) -> None:
    other = Key()
    add(inside(make_staff(Role.APPROVER, username="wang")), other)
    client = Client()
    assert not show(client, other.show(half(client)))


def test_a_copied_key_is_found_by_its_count(key: Key) -> None:
    first = Client()
    assert show(first, key.show(half(first), count=9))
    second = Client()
    assert not show(second, key.show(half(second), count=9))


def test_an_answer_comes_within_minutes(key: Key) -> None:
    client = Client()
    answer = key.show(half(client))
    session = client.session
    session[ASKED_AT] -= 301
    session.save()
    assert not show(client, answer)


@pytest.mark.parametrize(
    "answer",
    [
        *("", "{", "[]", "{}", '{"id": 1}', '{"id": "x", "response": {}}', "x" * 30_000),
        # Deeper than any parser goes, and what no column of the database takes.
        *("[" * 15_000, '{"id": "\\u0000"}', '{"id": "\\ud800"}', '{"id": null, "response": 3}'),
    ],
    ids=range(11),
)
def test_rubbish_is_refused_and_breaks_nothing(key: Key, answer: str) -> None:
    client = Client()
    half(client)
    assert client.post("/console/login/code/", {"passkey": answer}).status_code == 200
    assert client.get("/console/account/").status_code == 302
    page = inside(Staff.objects.get(username="lin"))
    page.get("/console/account/passkeys/")
    values = {"passkey": answer, "name": "x"}
    told = words(page.post("/console/account/passkeys/", values, follow=True))
    assert "could not be set up" in told
    assert passkeys().count() == 1


@pytest.mark.parametrize("field", ["clientDataJSON", "authenticatorData", "signature"])
@pytest.mark.parametrize("put", ["", "AA", "!", 3, None, b64(b"[" * 9000), b64(b"\x81" * 9000)])
def test_a_known_passkey_with_a_broken_answer_is_refused(key: Key, field: str, put: Any) -> None:
    client = Client()
    answer = json.loads(key.show(half(client)))
    answer["response"][field] = put
    assert not show(client, json.dumps(answer))


def test_a_name_is_what_can_be_read_of_it(lin: Staff) -> None:
    client = inside(lin)
    options = options_of(client.get("/console/account/passkeys/"))
    values = {"passkey": Key().make(options), "name": "手机\0\n"}
    client.post("/console/account/passkeys/", values)
    assert passkeys().get().wrap().name == "手机"


def test_the_first_one_signs_out_browsers_that_showed_the_password_only() -> None:
    wu = make_staff(Role.AUTHOR, username="wu")
    elsewhere = Client()
    elsewhere.post("/console/login/", {"username": "wu", "password": "secret"})
    assert elsewhere.get("/console/log/").status_code == 200
    here = inside(wu)
    add(here, Key())
    assert here.get("/console/log/").status_code == 200
    assert elsewhere.get("/console/log/").status_code == 302


def test_without_the_password_before_it_a_passkey_opens_nothing(key: Key) -> None:
    client = Client()
    assert client.get("/console/login/code/").status_code == 302
    assert client.post("/console/login/code/", {"passkey": "{}"}).status_code == 302
    assert client.get("/console/account/").status_code == 302


def test_removing_one_is_written_down(lin: Staff, key: Key) -> None:
    client = inside(lin)
    client.post(f"/console/account/passkeys/{passkeys().get().pk}/remove/")
    assert not Authenticator.objects.exists(), "nor recovery codes for nothing"
    kept = AuditEntry.objects.filter(act="second_factor.removed").get()
    assert kept.before == {"kind": "passkey", "name": "我的手机"}


def test_the_count_of_one_person_is_ten(lin: Staff) -> None:
    client = inside(lin)
    for _number in range(10):
        add(client, Key())
    assert "could not be set up" in add(client, Key())
    assert passkeys().count() == 10


def test_nobody_removes_another_persons(key: Key) -> None:
    client = inside(make_staff(Role.ADMIN, username="wang"))
    path = f"/console/account/passkeys/{passkeys().get().pk}/remove/"
    assert client.post(path).status_code == 404
    assert passkeys().exists()


def test_a_passkey_is_enough_where_a_second_factor_is_forced(lin: Staff, settings: Any) -> None:
    settings.STAFF_SECOND_FACTOR = "required"
    client = inside(lin)
    assert client.get("/console/log/").status_code == 302
    add(client, Key())
    assert client.get("/console/log/").status_code == 200


def test_a_recovery_code_helps_who_has_lost_it(key: Key) -> None:
    assert len(recovery_codes_of(Staff.objects.get())) == 10
    client = Client(headers=ENGLISH)
    half(client)
    assert "enter a recovery code" in words(client.get("/console/login/code/"))


def test_an_administrators_command_forgets_all_of_them(key: Key) -> None:
    call_command("staff_reset", "lin")
    assert not Authenticator.objects.exists()


def test_one_made_for_another_site_or_twice_is_refused(lin: Staff) -> None:
    client = inside(lin)
    assert "could not be set up" in add(client, Key(), origin="https://evil.example")
    assert "could not be set up" in add(client, Key(), flags=USER_PRESENT)
    made = Key()
    add(client, made)
    assert "could not be set up" in add(client, made)
    assert passkeys().count() == 1
