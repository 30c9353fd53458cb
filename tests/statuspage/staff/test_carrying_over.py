"""Second factors and identities of earlier releases work on allauth's tables."""

import time
from datetime import UTC, datetime
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.db.migrations.loader import MigrationLoader
from django.test import Client

from statuspage.staff.carrying_over import carry_over
from statuspage.staff.confirmation import is_confirmed
from statuspage.staff.encryption import seal
from statuspage.staff.models import Staff
from statuspage.staff.roles import Role
from statuspage.staff.second_factor import hash_of, recovery_codes_of
from statuspage.staff.sso import account_of
from tests.factories import make_staff
from tests.statuspage.staff.devices import SITE, Key, b64, options_of, totp

KEY = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
CODES = ("abcd-efgh-jkmn", "pqrs-tuvw-xyz2")
NOW = datetime(2026, 5, 6, 1, 2, 3, tzinfo=UTC)


@pytest.fixture(scope="module")
def state() -> Any:
    return MigrationLoader(None).project_state([("staff", "0007_carried_over")]).apps


@pytest.fixture
def old(db: None, state: Any) -> Any:
    """The models as they were; their tables stay for a release."""
    return state


@pytest.fixture
def lin(old: Any, settings: Any) -> tuple[Staff, Key]:
    """Somebody with every kind of factor, carried over."""
    settings.SITE_URL = SITE
    staff, key = make_staff(Role.APPROVER, username="lin"), Key()
    used = int(time.time()) // 30 - 1
    old.get_model("staff", "Totp").objects.create(
        staff_id=staff.pk, sealed=seal(KEY), confirmed_at=NOW, last_step=used
    )
    for code, used_at in ((CODES[0], None), (CODES[1], NOW)):
        old.get_model("staff", "RecoveryCode").objects.create(
            staff_id=staff.pk, sha256=hash_of(code), used_at=used_at
        )
    old.get_model("staff", "Passkey").objects.create(
        staff_id=staff.pk,
        name="我的手机",
        credential_id=b64(key.id),
        public_key=key.public,
        sign_count=7,
        last_used_at=NOW,
    )
    carry_over(old, None)
    return staff, key


def half() -> Client:
    client = Client()
    answer = client.post("/console/login/", {"username": "lin", "password": "secret"})
    assert answer.headers["Location"] == "/console/login/code/"
    return client


def is_in(client: Client) -> bool:
    return bool(client.get("/console/log/").status_code == 200)


def test_the_app_goes_on_and_a_code_that_was_used_stays_used(lin: Any) -> None:
    client = half()
    client.post("/console/login/code/", {"code": totp(KEY, time.time() - 30)})
    assert not is_in(client)
    client.post("/console/login/code/", {"code": totp(KEY, time.time())})
    assert is_in(client)


def test_the_paper_goes_on_except_for_codes_that_were_used(lin: Any) -> None:
    assert len(recovery_codes_of(lin[0])) == 1
    client = half()
    client.post("/console/login/code/", {"code": CODES[1]})
    assert not is_in(client)
    client.post("/console/login/code/", {"code": CODES[0].upper()})
    assert is_in(client)
    again = half()
    again.post("/console/login/code/", {"code": CODES[0]})
    assert not is_in(again)


def test_the_passkey_goes_on_and_its_count_too(lin: Any) -> None:
    _staff, key = lin
    row = Authenticator.objects.get(type="webauthn")
    assert (row.wrap().name, row.last_used_at) == ("我的手机", NOW)
    copied, right = half(), half()
    options = options_of(copied.get("/console/login/code/"))
    copied.post("/console/login/code/", {"passkey": key.show(options, count=7)})
    assert not is_in(copied)
    options = options_of(right.get("/console/login/code/"))
    assert [one["id"] for one in options["allowCredentials"]] == [b64(key.id)]
    right.post("/console/login/code/", {"passkey": key.show(options, count=8)})
    assert is_in(right)


def test_identities_go_on_also_long_ones_and_have_a_day(old: Any, settings: Any) -> None:
    settings.OIDC_ISSUER = "https://login.example.com/"
    for number, subject in enumerate(("248289", "x" * 255)):
        staff = make_staff(username=f"lin{number}")
        for issuer in ("https://login.example.com/", "https://before.example.com"):
            old.get_model("staff", "Identity").objects.create(
                staff_id=staff.pk, issuer=issuer, subject=subject
            )
    carry_over(old, None)
    for number, subject in enumerate(("248289", "x" * 255)):
        found = account_of(subject)
        assert found == Staff.objects.get(username=f"lin{number}")
        assert is_confirmed(found)


def test_a_half_set_up_app_locks_nobody_out(old: Any) -> None:
    staff = make_staff(username="lin")
    old.get_model("staff", "Totp").objects.create(staff_id=staff.pk, sealed=seal(KEY))
    carry_over(old, None)
    client = Client()
    client.post("/console/login/", {"username": "lin", "password": "secret"})
    assert is_in(client)
