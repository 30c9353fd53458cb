"""Passkeys, shown by an authenticator written here: right answers, and everything that is none."""

import hashlib
import json
import secrets
import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import timedelta
from typing import Any

import cbor2
import pytest
import time_machine
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from statuspage.staff.middleware import SHOWN
from statuspage.staff.models import AuditEntry, Passkey, RecoveryCode, Staff
from statuspage.staff.roles import Role
from tests.factories import make_staff
from tests.statuspage.console.browser import words

pytestmark = pytest.mark.django_db
SITE = "https://status.example.com"
USER_PRESENT, USER_VERIFIED, ATTESTED = 1, 4, 64
ENGLISH = {"accept-language": "en"}


def b64(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")


def from_b64(written: str) -> bytes:
    return urlsafe_b64decode(written + "=" * (-len(written) % 4))


class Key:
    """A security key: makes one passkey, and signs with it."""

    def __init__(self) -> None:
        self.id = secrets.token_bytes(32)
        self.private = ec.generate_private_key(ec.SECP256R1())
        self.count = 0

    def make(self, options: dict[str, Any], **changes: Any) -> str:
        numbers = self.private.public_key().public_numbers()
        x, y = (number.to_bytes(32, "big") for number in (numbers.x, numbers.y))
        cose = cbor2.dumps({1: 2, 3: -7, -1: 1, -2: x, -3: y})
        attested = bytes(16) + struct.pack(">H", len(self.id)) + self.id + cose
        data = self._data(ATTESTED, **changes) + attested
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        told = self._told("webauthn.create", options, **changes)
        return self._answer(clientDataJSON=b64(told), attestationObject=b64(attestation))

    def show(self, options: dict[str, Any], **changes: Any) -> str:
        self.count = changes.get("count", self.count + 1)
        data = self._data(0, **changes)
        told = self._told("webauthn.get", options, **changes)
        private = changes.get("private", self.private)
        signature = private.sign(data + hashlib.sha256(told).digest(), ec.ECDSA(hashes.SHA256()))
        return self._answer(
            clientDataJSON=b64(told), authenticatorData=b64(data), signature=b64(signature)
        )

    def _data(self, more: int, rp_id: str = "status.example.com", **changes: Any) -> bytes:
        flags = changes.get("flags", USER_PRESENT | USER_VERIFIED) | more
        host = hashlib.sha256(rp_id.encode()).digest()
        return host + struct.pack(">BI", flags, self.count)

    @staticmethod
    def _told(kind: str, options: dict[str, Any], origin: str = SITE, **_changes: Any) -> bytes:
        told = {"type": kind, "challenge": options["challenge"], "origin": origin}
        return json.dumps(told).encode()

    def _answer(self, **response: str) -> str:
        known = {"id": b64(self.id), "rawId": b64(self.id), "type": "public-key"}
        return json.dumps({**known, "response": response})


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


def add(client: Client, key: Key, password: str = "secret", **changes: Any) -> str:
    options = client.post("/console/account/passkeys/options/").json()
    values = {"passkey": key.make(options, **changes), "name": "我的手机", "password": password}
    return words(client.post("/console/account/passkeys/", values, follow=True))


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
    options: dict[str, Any] = client.post("/console/login/passkey/options/").json()
    return options


def show(client: Client, answer: str) -> bool:
    """Whether that signed in."""
    client.post("/console/login/passkey/", {"passkey": answer})
    return client.get("/console/account/").status_code == 200


def test_a_passkey_signs_in_after_the_password(key: Key) -> None:
    client = Client(headers=ENGLISH)
    options = half(client)
    assert client.get("/console/log/").status_code == 302, "the password alone opens nothing"
    assert "Use a passkey" in words(client.get("/console/login/code/"))
    assert [one["id"] for one in options["allowCredentials"]] == [b64(key.id)]
    assert options["userVerification"] == "required"
    assert show(client, key.show(options))
    assert Passkey.objects.get().last_used_at


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
    with time_machine.travel(timezone.now() + timedelta(seconds=301)):
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
    assert client.post("/console/login/passkey/", {"passkey": answer}).status_code == 302
    assert client.get("/console/account/").status_code == 302
    page = inside(Staff.objects.get(username="lin"))
    page.post("/console/account/passkeys/options/")
    values = {"passkey": answer, "name": "x", "password": "secret"}
    told = words(page.post("/console/account/passkeys/", values, follow=True))
    assert "could not be set up" in told
    assert Passkey.objects.count() == 1


@pytest.mark.parametrize("field", ["clientDataJSON", "authenticatorData", "signature"])
@pytest.mark.parametrize("put", ["", "AA", "!", 3, None, b64(b"[" * 9000), b64(b"\x81" * 9000)])
def test_a_known_passkey_with_a_broken_answer_is_refused(key: Key, field: str, put: Any) -> None:
    client = Client()
    answer = json.loads(key.show(half(client)))
    answer["response"][field] = put
    assert not show(client, json.dumps(answer))


def test_a_name_is_what_can_be_read_of_it(lin: Staff) -> None:
    client = inside(lin)
    options = client.post("/console/account/passkeys/options/").json()
    values = {"passkey": Key().make(options), "name": "手机\0\n", "password": "secret"}
    client.post("/console/account/passkeys/", values)
    assert Passkey.objects.get().name == "手机"


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
    assert client.post("/console/login/passkey/options/").status_code == 302
    assert client.post("/console/login/passkey/", {"passkey": "{}"}).status_code == 302
    assert client.get("/console/account/").status_code == 302


def test_adding_and_removing_take_the_password(lin: Staff, key: Key) -> None:
    client = inside(lin)
    session = client.session
    session[SHOWN] = True
    session.save()
    assert "Nothing was changed." in add(client, Key(), password="wrong")
    row = Passkey.objects.get()
    path = f"/console/account/passkeys/{row.pk}/remove/"
    assert "Nothing was changed." in words(client.post(path, {"password": "x"}, follow=True))
    assert Passkey.objects.exists()
    client.post(path, {"password": "secret"})
    assert not Passkey.objects.exists()
    kept = AuditEntry.objects.filter(act="second_factor.removed").get()
    assert kept.before == {"kind": "passkey", "name": "我的手机"}


def test_nobody_removes_another_persons(key: Key) -> None:
    client = inside(make_staff(Role.ADMIN, username="wang"))
    path = f"/console/account/passkeys/{Passkey.objects.get().pk}/remove/"
    assert client.post(path, {"password": "secret"}).status_code == 404
    assert Passkey.objects.exists()


def test_a_passkey_is_enough_where_a_second_factor_is_forced(lin: Staff, settings: Any) -> None:
    settings.STAFF_SECOND_FACTOR = "required"
    client = inside(lin)
    assert client.get("/console/log/").status_code == 302
    add(client, Key())
    assert client.get("/console/log/").status_code == 200


def test_a_recovery_code_helps_who_has_lost_it(key: Key) -> None:
    assert RecoveryCode.objects.count() == 10
    client = Client(headers=ENGLISH)
    half(client)
    assert "enter a recovery code" in words(client.get("/console/login/code/"))


def test_an_administrators_command_forgets_all_of_them(key: Key) -> None:
    call_command("staff_reset", "lin")
    assert not Passkey.objects.exists()
    assert not RecoveryCode.objects.exists()


def test_one_made_for_another_site_or_twice_is_refused(lin: Staff) -> None:
    client = inside(lin)
    assert "could not be set up" in add(client, Key(), origin="https://evil.example")
    assert "could not be set up" in add(client, Key(), flags=USER_PRESENT)
    made = Key()
    add(client, made)
    assert "could not be set up" in add(client, made)
    assert Passkey.objects.count() == 1
