"""Before a sensitive act one says again who one is: by password, code or passkey."""

from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from statuspage.staff.models import ApiToken, AuditEntry, Staff
from statuspage.staff.recency import PROVED_AT
from statuspage.staff.roles import Role
from tests.factories import make_address, make_staff, open_incident
from tests.statuspage.console.browser import browser_of, words
from tests.statuspage.staff.devices import SITE, Key, options_of, totp

pytestmark = pytest.mark.django_db
CONFIRM = "/console/account/confirm/"
TOKEN = {"name": "billing", "scopes": ["read"], "days": 30}


def long_ago(client: Client) -> Client:
    """A browser in which nobody has said for an hour who they are."""
    session = client.session
    session[PROVED_AT] -= 3600
    session.save()
    return client


@pytest.fixture
def lin() -> Staff:
    return make_staff(Role.ADMIN, username="lin")


@pytest.fixture
def old(lin: Staff) -> Client:
    return long_ago(browser_of(lin))


def sensitive() -> list[tuple[str, str]]:
    number = open_incident().number
    public_id = make_address().subscriber.public_id
    return [
        ("get", reverse("mfa_activate_totp")),
        ("get", reverse("mfa_add_webauthn")),
        ("post", reverse("mfa_add_webauthn")),
        ("post", reverse("mfa_deactivate_totp")),
        ("post", reverse("mfa_remove_webauthn", args=[1])),
        ("post", reverse("mfa_generate_recovery_codes")),
        ("get", reverse("account_change_password")),
        ("post", reverse("console:tokens")),
        ("post", reverse("console:people")),
        ("post", reverse("console:person", args=[1])),
        ("post", reverse("console:person_confirm", args=[1])),
        ("post", reverse("console:token_decide", args=[1])),
        ("get", reverse("console:subscriber_export")),
        ("post", reverse("console:subscriber_export")),
        ("get", reverse("console:audit_export")),
        ("get", reverse("console:broadcast_export", args=[number])),
        ("get", reverse("console:subscriber_erasure", args=[public_id])),
        ("post", reverse("console:subscriber_erasure", args=[public_id])),
    ]


def test_no_sensitive_act_is_done_before(old: Client, subtests: pytest.Subtests) -> None:
    for method, path in sensitive():
        with subtests.test(page=path, method=method):
            answer = getattr(old, method)(path)
            assert answer.status_code == 302
            assert answer.headers["Location"].startswith(f"{CONFIRM}?next=")
            told = getattr(old, method)(path, headers={"hx-request": "true"})
            assert told.status_code == 204
            assert told.headers["HX-Redirect"].startswith(f"{CONFIRM}?next=")


def test_whoever_has_just_signed_in_is_not_asked_again(lin: Staff) -> None:
    client = Client()
    client.post("/console/login/", {"username": "lin", "password": "secret"})
    assert client.get("/console/audit/export/").status_code == 200


def test_the_password_opens_the_page_that_was_asked_for(old: Client) -> None:
    page = old.get("/console/audit/export/?q=x", follow=True)
    values = {"next": "/console/audit/export/?q=x"}
    wrong = old.post(CONFIRM, {**values, "password": "wrong"})
    assert "Wrong password" in words(wrong)
    assert old.get("/console/audit/export/").status_code == 302
    right = old.post(CONFIRM, {**values, "password": "secret"})
    assert right.headers["Location"] == "/console/audit/export/?q=x"
    assert old.get("/console/audit/export/").status_code == 200
    assert 'name="next" value="/console/audit/export/?q=x"' in words(page)


def test_a_form_that_somebody_gave_up_is_not_sent_by_itself(old: Client) -> None:
    answer = old.post(
        "/console/tokens/", TOKEN, headers={"referer": "http://testserver/console/tokens/"}
    )
    assert answer.headers["Location"] == f"{CONFIRM}?next=/console/tokens/"
    page = old.post(CONFIRM, {"password": "secret", "next": "/console/tokens/"}, follow=True)
    assert not ApiToken.objects.exists()
    assert "Confirm that it is you, then do it again." in words(page)
    assert "candor_" in words(old.post("/console/tokens/", TOKEN))


@pytest.mark.parametrize(
    "referer", ["https://evil.example/console/x/", "http://testserver//evil.example/", "", "x"]
)
def test_nobody_is_led_elsewhere(old: Client, referer: str) -> None:
    answer = old.post("/console/tokens/", TOKEN, headers={"referer": referer})
    assert answer.headers["Location"] == f"{CONFIRM}?next=/console/"
    away = old.post(CONFIRM, {"password": "secret", "next": "https://evil.example/"})
    assert away.headers["Location"] == "/console/"


def test_a_code_is_enough_and_counts_once(lin: Staff) -> None:
    key = generate_totp_secret()
    TOTP.activate(lin, key)
    old = long_ago(browser_of(lin))
    now = timezone.now()
    with time_machine.travel(now, tick=False):
        code = totp(key, now.timestamp())
        assert old.post(f"{CONFIRM}code/", {"code": "000000"}).status_code == 200
        assert AuditEntry.objects.filter(act="second_factor.failed").count() == 1
        assert old.get("/console/audit/export/").status_code == 302
        assert old.post(f"{CONFIRM}code/", {"code": code}).status_code == 302
        assert old.get("/console/audit/export/").status_code == 200
        assert long_ago(old).post(f"{CONFIRM}code/", {"code": code}).status_code == 200
        assert old.get("/console/audit/export/").status_code == 302


def test_a_passkey_is_enough(lin: Staff, settings: Any) -> None:
    settings.SITE_URL = SITE
    client, key = browser_of(lin), Key()
    made = key.make(options_of(client.get("/console/account/passkeys/")))
    client.post("/console/account/passkeys/", {"passkey": made})
    assert Authenticator.objects.filter(type="webauthn").exists()
    old = long_ago(client)
    options = options_of(old.get(f"{CONFIRM}passkey/"))
    bad = old.post(f"{CONFIRM}passkey/", {"passkey": Key().show(options)})
    assert "This passkey was not accepted" in words(bad)
    answer = old.post(f"{CONFIRM}passkey/", {"passkey": key.show(options_of(bad))})
    assert answer.status_code == 302
    assert old.get("/console/audit/export/").status_code == 200


def test_one_persons_proof_is_not_anothers(lin: Staff, old: Client) -> None:
    other = make_staff(Role.ADMIN, username="wu")
    other.set_password("another")
    other.save()
    old.post(CONFIRM, {"password": "another"})
    assert old.get("/console/audit/export/").status_code == 302


def test_who_has_nothing_to_prove_it_with_is_told_so(lin: Staff, old: Client) -> None:
    Staff.objects.filter(pk=lin.pk).update(password="!")
    client = browser_of(Staff.objects.get(pk=lin.pk))
    answer = long_ago(client).get("/console/audit/export/")
    assert answer.status_code == 403
    assert "Confirm that it is you" in words(answer)


def test_a_program_with_a_token_is_not_asked(lin: Staff) -> None:
    from statuspage.staff.services import token_issue

    headers = {"authorization": f"Bearer {token_issue(name='x', staff=lin)}"}
    assert Client().get("/api/v1/components/", headers=headers).status_code == 200
