"""Who loses the group at the single sign-on provider loses sessions and tokens here."""

import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.usersessions.models import UserSession
from django.db import OperationalError
from django.test import Client
from django.utils import timezone

from statuspage.staff import confirmation
from statuspage.staff.models import ApiToken, AuditEntry, ProviderConfirmation, Staff
from statuspage.staff.provider_checks import EVENT, check_people
from statuspage.staff.roles import Role
from statuspage.staff.services import token_issue
from tests.factories import make_staff
from tests.statuspage.console.browser import browser_of
from tests.statuspage.staff.provider import Provider, running_provider

pytestmark = pytest.mark.django_db
LOGOUT = "/console/login/sso/logout/"


@pytest.fixture
def provider(settings: Any) -> Iterator[Provider]:
    with running_provider() as running:
        settings.OIDC_ISSUER = running.url
        settings.OIDC_CLIENT_ID, settings.OIDC_CLIENT_SECRET = "candor", "a secret"
        settings.OIDC_ROLES = {"desk": "author", "on-call": "approver"}
        settings.OIDC_SECOND_FACTOR_AMR = frozenset({"mfa"})
        running.claims |= {"groups": ["desk"], "sid": "session-1"}
        running.refreshing = True
        yield running


def enter(provider: Provider, client: Client | None = None) -> Client:
    client = client or Client()
    query = urlsplit(client.get("/console/login/sso/")["Location"]).query
    provider.asked = {name: one[0] for name, one in parse_qs(query).items()}
    client.get(f"/console/login/sso/back/?code=abc&state={provider.asked['state']}")
    return client


class Person:
    """Somebody who came by single sign-on, with a browser and a token."""

    def __init__(self, provider: Provider) -> None:
        self.browser = enter(provider)
        self.staff = Staff.objects.get(username="lin")
        self.secret = token_issue(name="billing", staff=self.staff)

    def is_in(self) -> bool:
        return bool(self.browser.get("/console/log/").status_code == 200)

    def token_works(self) -> bool:
        headers = {"authorization": f"Bearer {self.secret}"}
        return Client().get("/api/v1/components/", headers=headers).status_code == 200


@pytest.fixture
def lin(provider: Provider) -> Person:
    person = Person(provider)
    assert person.is_in()
    assert person.token_works()
    return person


def due(hours: float) -> None:
    """Let so many hours pass since the provider's last word."""
    then = timezone.now() - timedelta(hours=hours)
    ProviderConfirmation.objects.update(confirmed_at=then, asked_at=then)


def logout_claims(provider: Provider, **changes: Any) -> dict[str, Any]:
    now = int(time.time())
    claims = {
        "iss": provider.url,
        "aud": "candor",
        "iat": now,
        "exp": now + 120,
        "jti": "once",
        "events": {EVENT: {}},
        "sub": "248289",
        "sid": "session-1",
    }
    return {**claims, **changes}


def log_out(provider: Provider, **changes: Any) -> int:
    token = provider.signed(logout_claims(provider, **changes))
    return Client(enforce_csrf_checks=True).post(LOGOUT, {"logout_token": token}).status_code


def test_a_sign_in_without_the_group_ends_everything(lin: Person, provider: Provider) -> None:
    provider.claims["groups"] = ["lunch"]
    enter(provider)
    assert not lin.is_in()
    assert not lin.token_works()
    assert ApiToken.objects.get().revoked_at
    assert AuditEntry.objects.filter(act="staff.access_lost").count() == 1
    provider.claims["groups"] = ["desk"]
    enter(provider, lin.browser)
    assert lin.is_in(), "back in the group, back in"
    assert not lin.token_works(), "the token was revoked for good"


def test_the_check_ends_everything_without_the_person(lin: Person, provider: Provider) -> None:
    assert check_people() == 0, "not due yet"
    due(13)
    assert check_people() == 1
    assert lin.is_in()
    provider.claims["groups"] = []
    due(13)
    check_people()
    assert not lin.is_in()
    assert not lin.token_works()
    assert ApiToken.objects.get().revoked_at


def test_the_check_confirms_renews_and_brings_todays_role(lin: Person, provider: Provider) -> None:
    due(13)
    provider.claims["groups"] = ["on-call"]
    check_people()
    lin.staff.refresh_from_db()
    assert lin.staff.role == Role.APPROVER
    due(13)
    check_people()
    assert len(set(provider.refreshed)) == 2, "each answer renews the refresh token"
    row = ProviderConfirmation.objects.get()
    assert timezone.now() - row.confirmed_at < timedelta(minutes=1)
    assert b"refresh-" not in bytes(row.sealed)


def test_a_refresh_token_that_is_over_ends_sessions_and_holds_tokens(
    lin: Person, provider: Provider
) -> None:
    provider.no_refresh = "invalid_grant"
    due(13)
    check_people()
    assert not lin.is_in()
    assert not lin.token_works()
    assert not ApiToken.objects.get().revoked_at
    enter(provider)
    assert lin.token_works()


def test_another_provider_never_gets_the_old_ones_refresh_token(
    lin: Person, provider: Provider, settings: Any
) -> None:
    due(13)
    with running_provider() as another:
        settings.OIDC_ISSUER = another.url
        check_people()
        assert another.refreshed == []
    assert provider.refreshed == []
    assert not lin.is_in()
    assert not lin.token_works()


def test_a_provider_that_is_away_ends_nothing_until_the_hours_are_over(
    lin: Person, provider: Provider
) -> None:
    provider.no_refresh = "server_error"
    due(13)
    check_people()
    assert lin.is_in()
    assert lin.token_works()
    due(24)
    check_people()
    assert not lin.token_works()
    assert not lin.is_in()
    assert AuditEntry.objects.filter(act="session.unconfirmed").count() == 1


def test_without_a_refresh_token_the_hours_decide(provider: Provider) -> None:
    provider.refreshing = False
    lin = Person(provider)
    due(23.9)
    assert check_people() == 0
    assert lin.token_works()
    due(24)
    assert not lin.token_works()
    assert not lin.is_in()
    enter(provider, lin.browser)
    assert lin.is_in()
    assert lin.token_works()


def test_an_answer_about_somebody_else_confirms_nobody(lin: Person, provider: Provider) -> None:
    due(13)
    provider.claims["sub"] = "another"
    check_people()
    assert timezone.now() - ProviderConfirmation.objects.get().confirmed_at > timedelta(hours=12)


def test_staff_with_a_password_are_not_asked_about(provider: Provider) -> None:
    staff = make_staff(username="wu")
    browser, secret = browser_of(staff), token_issue(name="x", staff=staff)
    assert check_people() == 0
    assert browser.get("/console/log/").status_code == 200
    headers = {"authorization": f"Bearer {secret}"}
    assert Client().get("/api/v1/components/", headers=headers).status_code == 200


def test_a_logout_at_the_provider_ends_the_session_here(lin: Person, provider: Provider) -> None:
    local = browser_of(make_staff(username="wu"))
    assert log_out(provider) == 200
    assert not lin.is_in()
    assert not lin.token_works(), "until the provider confirms them again"
    assert local.get("/console/log/").status_code == 200
    ProviderConfirmation.objects.update(asked_at=None)
    check_people()
    assert lin.token_works()


def test_a_logout_of_one_session_leaves_the_record_of_others(
    lin: Person, provider: Provider
) -> None:
    provider.claims["sid"] = "session-2"
    enter(provider)
    assert log_out(provider, sid="session-1") == 200
    assert [one.data["sid"] for one in UserSession.objects.all()] == ["session-2"]


@pytest.mark.parametrize("named", [{"sub": None}, {"sid": None}])
def test_one_name_is_enough(lin: Person, provider: Provider, named: dict[str, Any]) -> None:
    assert log_out(provider, **named) == 200
    assert not lin.is_in()


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://evil.example"},
        {"aud": "somebody-else"},
        {"aud": []},
        {"events": {}},
        {"events": None},
        {"events": {EVENT: 1}},
        {"events": [EVENT]},
        {"nonce": "x"},
        {"jti": None},
        {"jti": ""},
        {"jti": 3},
        {"iat": None},
        {"exp": None},
        {"sub": None, "sid": None},
        {"sub": "a\0b"},
        {"sid": 3},
    ],
    ids=str,
)
def test_what_is_no_logout_token_ends_nothing(
    lin: Person, provider: Provider, changes: dict[str, Any]
) -> None:
    assert log_out(provider, **changes) == 400
    assert lin.is_in()
    assert lin.token_works()


@pytest.mark.parametrize(("claim", "seconds"), [("iat", -3600), ("iat", 3600), ("exp", -60)])
def test_a_logout_token_of_another_time_ends_nothing(
    lin: Person, provider: Provider, claim: str, seconds: int
) -> None:
    assert log_out(provider, **{claim: int(time.time()) + seconds}) == 400
    assert lin.is_in()


def test_one_signed_by_somebody_else_ends_nothing(lin: Person, provider: Provider) -> None:
    provider.forged = True
    assert log_out(provider) == 400
    for token in ("", "x", "a.b.c", "e30.e30.", "x" * 60_000):
        assert Client().post(LOGOUT, {"logout_token": token}).status_code == 400
    assert lin.is_in()


def test_an_id_token_is_no_logout_token(lin: Person, provider: Provider) -> None:
    signed = provider.token({})["id_token"]
    assert Client().post(LOGOUT, {"logout_token": signed}).status_code == 400
    assert lin.is_in()


def test_a_logout_token_is_taken_once(lin: Person, provider: Provider) -> None:
    assert log_out(provider) == 200
    enter(provider, lin.browser)
    assert log_out(provider) == 400
    assert lin.is_in()


def test_of_a_stranger_to_us_it_ends_nothing(lin: Person, provider: Provider) -> None:
    assert log_out(provider, sub="nobody", sid="nothing") == 200
    assert lin.is_in()


def test_the_endpoint_takes_no_get_and_is_slowed(lin: Person, provider: Provider) -> None:
    assert Client().get(LOGOUT).status_code == 405
    assert Client().get(LOGOUT).headers["Cache-Control"].startswith("max-age=0")
    answers = {Client().post(LOGOUT, {"logout_token": "x"}).status_code for _try in range(130)}
    assert answers == {400, 429}


def test_whoever_is_asked_anew_must_have_signed_in_anew(lin: Person, provider: Provider) -> None:
    for auth_time, taken in ((None, False), (time.time() - 7200, False), (time.time(), True)):
        provider.claims["auth_time"] = auth_time and int(auth_time)
        assert lin.is_in()
        asked = lin.browser.get("/console/login/sso/again/?next=/console/audit/export/")
        query = {n: one[0] for n, one in parse_qs(urlsplit(asked["Location"]).query).items()}
        assert (query["prompt"], query["max_age"]) == ("login", "0")
        provider.asked = query
        back = f"/console/login/sso/back/?code=abc&state={query['state']}"
        where = lin.browser.get(back)["Location"]
        assert (where == "/console/audit/export/") is taken


def test_an_old_sign_in_at_the_provider_is_no_proof(lin: Person, provider: Provider) -> None:
    answer = lin.browser.get("/console/account/app/")
    assert answer["Location"].startswith("/console/login/sso/again/?next=")


def test_one_that_we_failed_to_act_on_may_be_repeated(
    lin: Person, provider: Provider, monkeypatch: Any
) -> None:
    def broken(*_who: Any, **_how: Any) -> None:
        raise OperationalError

    with monkeypatch.context() as patched:
        patched.setattr(confirmation, "signed_out", broken)
        with pytest.raises(OperationalError):
            log_out(provider)
    assert log_out(provider) == 200
    assert not lin.is_in()
    assert log_out(provider) == 400


def test_one_for_several_services_says_for_which(lin: Person, provider: Provider) -> None:
    assert log_out(provider, aud=["candor", "billing"]) == 400
    assert lin.is_in()


def test_a_clock_that_was_ahead_makes_no_confirmation_last(lin: Person) -> None:
    ProviderConfirmation.objects.update(confirmed_at=timezone.now() + timedelta(days=7))
    assert not lin.is_in()
    assert not lin.token_works()
