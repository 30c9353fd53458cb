"""Single sign-on against a provider on loopback: who gets in, as what, and who does not."""

import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.socialaccount.models import SocialAccount
from django.test import Client

from statuspage.lib import bounded_requests
from statuspage.staff import sso
from statuspage.staff.models import AuditEntry, Staff
from statuspage.staff.roles import Role
from statuspage.staff.signing_in import SHOWN
from tests.factories import make_staff
from tests.statuspage.console.browser import words
from tests.statuspage.staff.provider import (
    BODY,
    HEADERS,
    Provider,
    dripping_provider,
    running_provider,
)

pytestmark = pytest.mark.django_db
ENGLISH = {"accept-language": "en"}


@pytest.fixture
def provider(settings: Any) -> Iterator[Provider]:
    with running_provider() as running:
        settings.OIDC_ISSUER = running.url
        settings.OIDC_CLIENT_ID = "candor"
        settings.OIDC_CLIENT_SECRET = "a secret"
        settings.OIDC_ROLES = {"desk": "author", "on-call": "approver", "it": "admin"}
        settings.OIDC_SECOND_FACTOR_AMR = frozenset({"mfa"})
        running.claims["groups"] = ["lunch", "desk"]
        yield running


def go(client: Client, provider: Provider, where: str = "/console/log/") -> str:
    """To the provider; the address that it sends the browser back to."""
    answer = client.get("/console/login/sso/", {"next": where})
    place = urlsplit(answer["Location"])
    provider.asked = {name: one[0] for name, one in parse_qs(place.query).items()}
    assert place.path == "/authorize"
    return f"/console/login/sso/back/?code=abc&state={provider.asked['state']}"


def signed_in(client: Client) -> bool:
    return client.get("/console/log/").status_code == 200


def test_a_newcomer_gets_an_account_with_the_role_of_the_group(provider: Provider) -> None:
    client = Client(headers=ENGLISH)
    answer = client.get(go(client, provider))
    assert answer["Location"] == "/console/log/"
    assert signed_in(client)
    staff = Staff.objects.get(username="lin")
    assert staff.role == Role.AUTHOR
    assert not staff.has_usable_password()
    assert provider.pkce_holds == [True]
    assert provider.asked["redirect_uri"].endswith("/console/login/sso/back/")
    assert AuditEntry.objects.filter(act="staff.joined").exists()
    assert AuditEntry.objects.filter(act="signed_in").exists()


def test_the_same_person_comes_back_to_the_same_account_with_todays_role(
    provider: Provider,
) -> None:
    first = Client()
    first.get(go(first, provider))
    provider.claims |= {"preferred_username": "lin.new", "groups": ["desk", "on-call"]}
    second = Client()
    second.get(go(second, provider))
    staff = Staff.objects.get()
    assert (staff.username, staff.role) == ("lin", Role.APPROVER)
    changed = AuditEntry.objects.get(act="staff.role")
    assert (changed.before, changed.after) == ({"role": "author"}, {"role": "approver"})


def test_an_account_that_is_here_is_never_taken_over_by_its_name(provider: Provider) -> None:
    local = make_staff(Role.ADMIN, username="lin")
    client = Client()
    client.get(go(client, provider))
    assert not SocialAccount.objects.filter(user=local).exists()
    assert Staff.objects.exclude(pk=local.pk).get().username == "lin@248289"


@pytest.mark.parametrize("groups", [[], ["lunch"], None, "lunch"])
def test_without_a_group_of_ours_nobody_gets_in(provider: Provider, groups: Any) -> None:
    provider.claims["groups"] = groups
    client = Client(headers=ENGLISH)
    page = words(client.get(go(client, provider), follow=True))
    assert "You have no role here" in page
    assert not signed_in(client)
    assert not Staff.objects.exists()


def test_who_was_switched_off_stays_out(provider: Provider) -> None:
    first = Client()
    first.get(go(first, provider))
    Staff.objects.update(is_active=False)
    second = Client()
    second.get(go(second, provider))
    assert not signed_in(first)
    assert not signed_in(second)


@pytest.mark.parametrize(
    "wrong",
    [
        {"nonce": "another"},
        {"iss": "https://evil.example"},
        {"aud": "somebody-else"},
        # A token for another service of the same provider, obtained through us.
        {"aud": "somebody-else", "azp": "candor"},
        {"aud": ["somebody-else"], "azp": "candor"},
        {"aud": []},
        {"nonce": None},
        {"exp": int(time.time()) - 3600, "iat": int(time.time()) - 7200},
        {"exp": "soon"},
        {"sub": None},
        {"sub": ""},
        {"sub": "a\0b"},
        {"sub": "x" * 256},
        {"sub": {"id": 1}},
        {"amr": 3},
    ],
)
def test_a_token_that_is_not_for_this_sign_in_opens_nothing(
    provider: Provider, wrong: dict[str, Any]
) -> None:
    provider.wrong = wrong
    client = Client(headers=ENGLISH)
    page = words(client.get(go(client, provider), follow=True))
    assert "Sign-in failed. Please try again." in page
    assert not signed_in(client)
    assert not Staff.objects.exists()


def test_a_token_for_several_services_is_taken_where_we_are_among_them(provider: Provider) -> None:
    provider.wrong = {"aud": ["billing", "candor"], "azp": "candor"}
    client = Client()
    client.get(go(client, provider))
    assert signed_in(client)
    provider.wrong = {"aud": ["billing", "candor"]}
    nobody = Client()
    nobody.get(go(nobody, provider))
    assert not signed_in(nobody), "it does not say who asked for it"


def test_an_issuer_may_end_in_a_slash(provider: Provider, settings: Any) -> None:
    settings.OIDC_ISSUER = f"{provider.url}/"
    client = Client()
    client.get(go(client, provider))
    assert not signed_in(client), "who it says it is, and who we expect, differ by a slash"
    provider.wrong = {"iss": f"{provider.url}/"}
    client.get(go(client, provider))
    assert signed_in(client)


def test_claims_of_another_form_name_no_group_and_no_second_factor(provider: Provider) -> None:
    for groups in ([{}], 3, {"desk": 1}):
        provider.claims["groups"] = groups
        client = Client()
        client.get(go(client, provider))
        assert not signed_in(client)
    provider.claims |= {"groups": [{}, "on-call"], "amr": [{}, 3], "preferred_username": "l\0in"}
    client = Client()
    client.get(go(client, provider))
    assert Staff.objects.get().username == "lin"
    assert SHOWN not in client.session


@pytest.mark.parametrize(
    "document", [[], {}, 3, {"issuer": 3}, {"jwks_uri": None}, {"authorization_endpoint": None}]
)
def test_a_provider_that_describes_itself_wrongly_is_told_plainly(
    provider: Provider, document: Any
) -> None:
    right = provider.metadata()
    wrong = {**right, **document} if document and isinstance(document, dict) else document
    provider.metadata = lambda: wrong  # type: ignore[method-assign]
    client = Client(headers=ENGLISH)
    answer = client.get("/console/login/sso/")
    if answer["Location"].startswith(provider.url):
        state = parse_qs(urlsplit(answer["Location"]).query)["state"][0]
        answer = client.get(f"/console/login/sso/back/?code=abc&state={state}")
        if document == {"issuer": 3}:  # what it says of itself there decides nothing
            return
    assert answer["Location"] == "/console/login/"
    assert "Sign-in failed. Please try again." in words(client.get("/console/login/"))


def test_a_forged_signature_opens_nothing(provider: Provider) -> None:
    provider.forged = True
    client = Client()
    client.get(go(client, provider))
    assert not signed_in(client)


def test_an_answer_without_a_token_opens_nothing(provider: Provider) -> None:
    provider.silent = True
    client = Client()
    client.get(go(client, provider))
    assert not signed_in(client)


def test_a_state_works_once_and_in_its_own_browser_only(provider: Provider) -> None:
    client, thief = Client(), Client()
    back = go(client, provider)
    thief.get(back)
    assert not signed_in(thief)
    client.get(back)
    assert signed_in(client)
    client.post("/console/logout/")
    client.get(back)
    assert not signed_in(client)


@pytest.mark.parametrize("query", ["", "?error=access_denied", "?code=x&state=y", "?state=%00"])
def test_an_answer_that_nobody_asked_for_is_told_so(provider: Provider, query: str) -> None:
    client = Client(headers=ENGLISH)
    answer = client.get(f"/console/login/sso/back/{query}", follow=True)
    assert "Sign-in failed. Please try again." in words(answer)


def test_after_signing_in_it_leads_only_to_this_site(provider: Provider) -> None:
    client = Client()
    answer = client.get(go(client, provider, "https://evil.example/"))
    assert answer["Location"] == "/console/"


def test_a_provider_that_is_away_is_told_plainly(settings: Any) -> None:
    settings.OIDC_ISSUER = "http://127.0.0.1:9"
    settings.OIDC_CLIENT_ID, settings.OIDC_CLIENT_SECRET = "candor", "x"
    client = Client(headers=ENGLISH)
    assert "Sign-in failed. Please try again." in words(
        client.get("/console/login/sso/", follow=True)
    )


@pytest.mark.parametrize("part", [HEADERS, BODY], ids=["the headers drip", "the body drips"])
def test_a_provider_that_drips_is_given_up(settings: Any, monkeypatch: Any, part: str) -> None:
    monkeypatch.setattr(sso, "TIMEOUT_SECONDS", 1)
    with dripping_provider(part) as url:
        settings.OIDC_ISSUER = url
        settings.OIDC_CLIENT_ID, settings.OIDC_CLIENT_SECRET = "candor", "x"
        answer = Client().get("/console/login/sso/")
    assert answer["Location"] == "/console/login/"


def test_a_provider_that_sends_without_end_is_given_up(provider: Provider) -> None:
    document = {**provider.metadata(), "more": "x" * bounded_requests.MAX_BYTES}
    provider.metadata = lambda: document  # type: ignore[method-assign]
    assert Client().get("/console/login/sso/")["Location"] == "/console/login/"


def test_our_second_factor_is_asked_for_unless_the_provider_saw_one(
    provider: Provider, settings: Any
) -> None:
    settings.STAFF_SECOND_FACTOR = "required"
    provider.claims["groups"] = ["on-call"]
    alone = Client()
    alone.get(go(alone, provider))
    assert alone.get("/console/log/")["Location"] == "/console/account/"
    provider.claims["amr"] = ["pwd", "mfa"]
    both = Client()
    both.get(go(both, provider))
    assert signed_in(both)


def test_single_sign_on_is_off_unless_the_settings_say_so() -> None:
    client = Client()
    for door in ("/console/login/sso/", "/console/login/sso/back/"):
        assert client.get(door).headers["Location"] == "/console/login/"
    assert "sso" not in words(client.get("/console/login/"))


def test_passwords_can_be_switched_off(provider: Provider, settings: Any) -> None:
    settings.PASSWORD_SIGN_IN = False
    make_staff(Role.ADMIN, username="wang")
    client = Client(headers=ENGLISH)
    page = words(client.get("/console/login/"))
    assert "Sign in with SSO" in page
    assert 'name="password"' not in page
    values = {"username": "wang", "password": "secret"}
    assert client.post("/console/login/", values).status_code == 403
    assert not signed_in(client)
