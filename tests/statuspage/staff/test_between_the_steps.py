"""What changes between password and second factor, and what is kept of a sign-in till then."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.test import Client

from statuspage.staff import attempts
from statuspage.staff.models import AccountChange, ApiToken, Staff
from statuspage.staff.people import sign_in_reset
from statuspage.staff.roles import Role
from statuspage.staff.second_factor import has_app
from statuspage.staff.second_person import changed
from statuspage.staff.services import password_set, token_check, token_issue
from tests.factories import make_staff
from tests.statuspage.console.browser import browser_of, words
from tests.statuspage.staff.devices import totp
from tests.statuspage.staff.provider import Provider, running_provider

pytestmark = pytest.mark.django_db
ENGLISH = {"accept-language": "en"}


@pytest.fixture
def lin() -> Staff:
    return make_staff(Role.APPROVER, username="lin")


@pytest.fixture
def key(lin: Staff) -> str:
    """The key of their app; they have recovery codes too."""
    found = generate_totp_secret()
    TOTP.activate(lin, found)
    RecoveryCodes.activate(lin)
    return str(found)


@pytest.fixture
def provider(settings: Any) -> Iterator[Provider]:
    with running_provider() as running:
        settings.OIDC_ISSUER = running.url
        settings.OIDC_CLIENT_ID, settings.OIDC_CLIENT_SECRET = "candor", "a secret"
        settings.OIDC_ROLES = {"desk": "author"}
        running.claims["groups"] = ["desk"]
        running.refreshing = True
        yield running


def now_code(key: str) -> str:
    return totp(key, datetime.now(UTC).timestamp())


def half_in() -> Client:
    """A browser that has shown the password."""
    client = Client(headers=ENGLISH)
    answer = client.post("/console/login/", {"username": "lin", "password": "secret"})
    assert answer["Location"] == "/console/login/code/"
    return client


def is_in(client: Client) -> bool:
    return bool(client.get("/console/").status_code == 200)


def by_provider(provider: Provider, client: Client) -> str:
    query = urlsplit(client.get("/console/login/sso/")["Location"]).query
    provider.asked = {name: one[0] for name, one in parse_qs(query).items()}
    return str(client.get(f"/console/login/sso/back/?code=abc&state={provider.asked['state']}").url)


def changed_by_the_owner(lin: Staff) -> None:
    password_set(staff=lin, password="a-long-word-of-passage")


def reset_by_an_administrator(lin: Staff) -> None:
    sign_in_reset(staff=lin, by=make_staff(Role.ADMIN, username="chen"))


@pytest.mark.parametrize("change", [changed_by_the_owner, reset_by_an_administrator])
def test_a_password_that_was_changed_meanwhile_lets_nobody_in(
    lin: Staff, key: str, change: Callable[[Staff], None]
) -> None:
    thief = half_in()
    change(lin)
    if not has_app(lin):
        TOTP.activate(lin, key)
    answer = thief.post("/console/login/code/", {"code": now_code(key)})
    assert answer["Location"] == "/console/login/"
    assert not is_in(thief)
    again = thief.post("/console/login/code/", {"code": now_code(key)})
    assert again["Location"] == "/console/login/", "nothing of it is left"


def test_the_same_password_still_leads_in(lin: Staff, key: str) -> None:
    owner = half_in()
    owner.post("/console/login/code/", {"code": now_code(key)})
    assert is_in(owner)


def test_nothing_of_the_provider_waits_in_clear_for_the_second_factor(provider: Provider) -> None:
    first = Client()
    by_provider(provider, first)
    staff = Staff.objects.get(username="lin")
    TOTP.activate(staff, generate_totp_secret())
    client = Client()
    assert by_provider(provider, client) == "/console/login/code/"
    kept = [json.dumps(one.get_decoded()) for one in Session.objects.all()]
    assert any("account_login" in one for one in kept)
    for one in kept:
        assert "refresh-" not in one
        assert "access_token" not in one
        assert '"token"' not in one


@pytest.mark.parametrize("right", [False, True])
def test_codes_are_not_guessed_while_redis_is_away(
    lin: Staff, key: str, settings: Any, right: bool
) -> None:
    client = half_in()
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    for _try in range(attempts.MOST_WITHOUT_REDIS):
        assert client.post("/console/login/code/", {"code": "000000"}).status_code == 200
    code = now_code(key) if right else "000000"
    answer = client.post("/console/login/code/", {"code": code})
    assert (answer.status_code, answer["Retry-After"]) == (429, "900")
    assert not is_in(client)


def test_who_guesses_little_comes_in_while_redis_is_away(
    lin: Staff, key: str, settings: Any
) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    client = half_in()
    client.post("/console/login/code/", {"code": "000000"})
    client.post("/console/login/code/", {"code": now_code(key)})
    assert is_in(client)


def test_removing_a_factor_signs_out_who_came_in_by_it(lin: Staff, key: str) -> None:
    other = half_in()
    other.post("/console/login/code/", {"code": now_code(key)})
    assert is_in(other)
    owner = browser_of(lin)
    assert owner.post("/console/account/app/remove/")["Location"] == "/console/account/"
    assert is_in(owner)
    assert not is_in(other)


def test_the_operators_reset_signs_out_and_revokes_what_is_doubtful(lin: Staff, key: str) -> None:
    before = token_issue(name="billing", staff=lin)
    changed(lin, AccountChange.Kind.EMAIL, make_staff(Role.ADMIN, username="chen"))
    doubtful = token_issue(name="odd", staff=lin)
    phone = browser_of(lin)
    assert is_in(phone)
    call_command("staff_reset", "lin")
    assert not is_in(phone)
    assert not UserSession.objects.filter(user=lin).exists()
    assert token_check(before)
    assert not token_check(doubtful)
    assert ApiToken.objects.get(name="odd").revoked_at


@pytest.mark.parametrize("path", ["/console/logout/", "/admin/logout/"])
def test_a_link_to_signing_out_signs_nobody_out(path: str) -> None:
    browser = browser_of(make_staff(Role.ADMIN))
    assert browser.get(path).status_code == 405
    assert is_in(browser)
    browser.post(path)
    assert not is_in(browser)


@pytest.mark.parametrize("page", ["password_change/", "password_change/done/"])
def test_the_admin_has_no_page_for_passwords(page: str) -> None:
    browser = browser_of(make_staff(Role.ADMIN))
    answer = browser.get(f"/admin/{page}", follow=True)
    assert answer.request["PATH_INFO"] == "/console/account/"
    assert "My account" in words(answer) or "我的账号" in words(answer)
