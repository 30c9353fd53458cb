"""Every address of the site × every role, from the URL configuration.

A new address that nobody decided for fails here. Those of the console are decided one by one in
console/test_permissions.py.
"""

import re
from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import get_resolver
from django.urls.resolvers import URLPattern, URLResolver
from django.utils import timezone

from notifications.subscribers.models import Address
from statuspage.staff.models import Staff
from statuspage.staff.permissions import PERMISSIONS, Act, may
from statuspage.staff.roles import Role, Scope
from statuspage.staff.services import token_issue
from statuspage.statements.models import Statement
from tests.factories import make_staff
from tests.statuspage.console.browser import browser_of
from tests.statuspage.decisions import API, ROLES, SCOPES, UNCONFIRMED

PUBLIC, ADMIN, TOKEN, SIGNED, CONSOLE = "public", "admin", "token", "signed", "console"
# The whole of these: the console is decided elsewhere, and in the admin one rule holds for all.
SECTIONS = {"console/": CONSOLE, "admin/": ADMIN}
DECISIONS = {
    "": PUBLIC,
    "history.rss": PUBLIC,
    "history.atom": PUBLIC,
    "feed.json": PUBLIC,
    "calendar.ics": PUBLIC,
    "badge.svg": PUBLIC,
    "widget.js": PUBLIC,
    "favicon.ico": PUBLIC,
    "robots.txt": PUBLIC,
    ".well-known/security.txt": PUBLIC,
    "sitemap.xml": PUBLIC,
    "log/<int:number>.json": PUBLIC,
    "log/<int:number>.tlog-proof": PUBLIC,
    "log/checkpoint": PUBLIC,
    "log/vkey": PUBLIC,
    "log/tile/<path:path>": PUBLIC,
    "log/proof/inclusion": PUBLIC,
    "log/proof/consistency": PUBLIC,
    "log/statements.jsonl": PUBLIC,
    "log/verify_log.py": PUBLIC,
    "log/witness.py": PUBLIC,
    "verify/": PUBLIC,
    "privacy/": PUBLIC,
    "transactions/": PUBLIC,
    "transactions/phone/": PUBLIC,
    "transactions/phone/<slug:public_id>/": PUBLIC,
    "transactions/phone/<slug:public_id>/again/": PUBLIC,
    "uptime/": PUBLIC,
    "transparency/": PUBLIC,
    "transparency/data.csv": PUBLIC,
    "transparency/data.json": PUBLIC,
    # Its own token, or this machine in development; see operations/test_metrics.py.
    "metrics": PUBLIC,
    "healthz": PUBLIC,
    "readyz": PUBLIC,
    "i18n/setlang/": PUBLIC,
    "api/v1/": PUBLIC,
    "api/v1/arrival/": PUBLIC,
    "api/v1/schema/": PUBLIC,
    "api/v1/docs/": PUBLIC,
    "api/v2/summary.json": PUBLIC,
    "api/v2/status.json": PUBLIC,
    "api/v2/components.json": PUBLIC,
    "api/v2/incidents.json": PUBLIC,
    "api/v2/incidents/unresolved.json": PUBLIC,
    "api/v2/scheduled-maintenances.json": PUBLIC,
    "api/v2/scheduled-maintenances/upcoming.json": PUBLIC,
    "api/v2/scheduled-maintenances/active.json": PUBLIC,
    "incidents/<slug:public_id>/": PUBLIC,
    "maintenances/<slug:public_id>/": PUBLIC,
    "history/": PUBLIC,
    "notices/": PUBLIC,
    "notices/<slug:public_id>/": PUBLIC,
    "notices/<slug:public_id>/picture.png": PUBLIC,
    "arrival/": PUBLIC,
    "ledger/": PUBLIC,
    "log/": PUBLIC,
    "subscribe/": PUBLIC,
    "subscribe/<slug:public_id>/": PUBLIC,
    "subscribe/<slug:public_id>/again/": PUBLIC,
    "subscribe/<slug:public_id>/done/": PUBLIC,
    # A letter's own address; see notifications/subscribers/test_one_click.py.
    "unsubscribe/": PUBLIC,
    "unsubscribe/<str:token>/": PUBLIC,
    "unsubscribe/<str:token>": PUBLIC,
    "unsubscribe/<str:token>/=": PUBLIC,
    "manage/": PUBLIC,
    "manage/none/": PUBLIC,
    "manage/erased/": PUBLIC,
    "manage/code/<slug:public_id>/": PUBLIC,
    "manage/code/<slug:public_id>/again/": PUBLIC,
    "manage/<str:token>/": PUBLIC,
    "manage/<str:token>/stop/": PUBLIC,
    "manage/<str:token>/resume/": PUBLIC,
    "manage/<str:token>/wechat/": PUBLIC,
    "manage/<str:token>/merchant/": PUBLIC,
    "manage/<str:token>/erase/": PUBLIC,
    "manage/<str:token>/data/": PUBLIC,
    "api/v1/incidents/": TOKEN,
    "api/v1/incidents/backfills/": TOKEN,
    "api/v1/incidents/<id:public_id>/": TOKEN,
    "api/v1/incidents/<id:public_id>/updates/": TOKEN,
    "api/v1/incidents/<id:public_id>/reopenings/": TOKEN,
    "api/v1/maintenances/": TOKEN,
    "api/v1/maintenances/<id:public_id>/": TOKEN,
    "api/v1/maintenances/<id:public_id>/updates/": TOKEN,
    "api/v1/maintenances/<id:public_id>/cancellations/": TOKEN,
    "api/v1/maintenances/<id:public_id>/reschedulings/": TOKEN,
    "api/v1/notices/": TOKEN,
    "api/v1/notices/<id:public_id>/": TOKEN,
    "api/v1/statements/": TOKEN,
    "api/v1/statements/<int:number>/": TOKEN,
    "api/v1/statements/<int:number>/corrections/": TOKEN,
    "api/v1/statements/<int:number>/withdrawals/": TOKEN,
    "api/v1/previews/incidents/": TOKEN,
    "api/v1/previews/incidents/<id:public_id>/updates/": TOKEN,
    "api/v1/previews/incidents/<id:public_id>/reopenings/": TOKEN,
    "api/v1/previews/maintenances/": TOKEN,
    "api/v1/previews/maintenances/<id:public_id>/updates/": TOKEN,
    "api/v1/previews/maintenances/<id:public_id>/cancellations/": TOKEN,
    "api/v1/previews/maintenances/<id:public_id>/reschedulings/": TOKEN,
    "api/v1/previews/notices/": TOKEN,
    "api/v1/previews/statements/<int:number>/corrections/": TOKEN,
    "api/v1/previews/statements/<int:number>/withdrawals/": TOKEN,
    "api/v1/proposals/<int:number>/": TOKEN,
    "api/v1/proposals/<int:number>/stops/": TOKEN,
    "api/v1/components/": TOKEN,
    "api/v1/broadcasts/<int:number>/": TOKEN,
    "api/v1/deliveries/": TOKEN,
    "api/v1/resendings/": TOKEN,
    "api/v1/resendings/<int:number>/": TOKEN,
    "api/v1/signals/": TOKEN,
    "hooks/alertmanager/": TOKEN,
    "api/v1/subscribers/": TOKEN,
    "api/v1/subscribers/import/": TOKEN,
    "api/v1/subscribers/mini-program/": TOKEN,
    "api/v1/subscribers/<id:public_id>/": TOKEN,
    "hooks/<slug:name>/": SIGNED,
    "hooks/<slug:name>/<path:rest>": SIGNED,
}
# Of things that do not exist.
EXAMPLES = {"public_id": "zzz", "name": "nobody", "rest": "x", "token": "x", "number": "999"}


def addresses(patterns: list[URLPattern | URLResolver], before: str = "") -> Iterator[str]:
    """Every route, as it stands in the configuration."""
    for one in patterns:
        route = before + str(one.pattern)
        if isinstance(one, URLPattern):
            yield route
        else:
            yield from addresses(one.url_patterns, route)


ROUTES = sorted({*addresses(get_resolver().url_patterns)})


def decision_for(route: str) -> str:
    """Return what was decided for exactly this route, or for the section that it is in."""
    section = next((what for start, what in SECTIONS.items() if route.startswith(start)), "")
    return DECISIONS.get(route, section)


def path_of(route: str) -> str:
    """Return an address of that route; of things that do not exist."""
    if "(" in route:
        route = route.replace("^(?P<app_label>", "").split("|")[0].split("(")[0].rstrip("/") + "/"
    filled = re.sub(r"<(?:\w+:)?(\w+)>", lambda found: EXAMPLES.get(found[1], "999"), route)
    return f"/{filled}"


def routes(*decisions: str) -> list[str]:
    return [route for route in ROUTES if decision_for(route) in decisions]


def leads_to_sign_in(response: object) -> bool:
    return "/console/login/" in response.headers.get("Location", "")  # type: ignore[attr-defined]


def test_every_address_has_a_decision() -> None:
    assert [route for route in ROUTES if not decision_for(route)] == []


def test_every_decision_has_an_address() -> None:
    assert set(DECISIONS) - set(ROUTES) == set()


def test_the_public_is_let_in(db: None, client: Client, subtests: pytest.Subtests) -> None:
    for route in routes(PUBLIC):
        with subtests.test(route=route):
            response = client.get(path_of(route))
            response.getvalue()  # a stream is closed when it has been read
            assert response.status_code in {200, 302, 400, 404, 405, 410}
            assert not leads_to_sign_in(response)


@pytest.mark.parametrize(
    ("decision", "refusals"), [(SIGNED, {403, 404, 405}), (TOKEN, {401})], ids=[SIGNED, TOKEN]
)
def test_machines_without_a_signature_or_token_get_nowhere(
    db: None, client: Client, decision: str, refusals: set[int], subtests: pytest.Subtests
) -> None:
    for route in routes(decision):
        with subtests.test(route=route):
            assert client.get(path_of(route)).status_code in refusals
            assert client.post(path_of(route)).status_code in refusals


def test_a_sign_in_at_the_console_opens_no_api(db: None, subtests: pytest.Subtests) -> None:
    browser = browser_of(make_staff(Role.ADMIN))
    for route in routes(TOKEN):
        with subtests.test(route=route):
            assert browser.get(path_of(route)).status_code == 401


def test_the_decisions_cover_every_address_act_and_scope() -> None:
    assert set(API) == set(routes(TOKEN))
    assert set(ROLES) == set(PERMISSIONS) == set(Act)
    assert {act: one.scope for act, one in PERMISSIONS.items() if one.scope} == SCOPES


@pytest.mark.parametrize("role", Role.values)
def test_each_role_may_at_the_table_what_people_decided(role: str) -> None:
    given = {act for act, roles in ROLES.items() if role in roles}
    confirmed = Staff(role=role, confirmed_at=timezone.now())
    assert {act for act in Act if may(confirmed, act)} == given
    assert {act for act in Act if may(Staff(role=role), act)} == given & UNCONFIRMED


@pytest.mark.parametrize("scopes", [[], *([one] for one in Scope.values), [*Scope.values]])
@pytest.mark.parametrize("role", Role.values)
def test_a_token_may_what_its_owner_may_and_of_that_its_scopes(
    db: None, client: Client, role: str, scopes: list[str]
) -> None:
    owner = make_staff(role)
    secret = token_issue(name="outside", staff=owner, scopes=scopes, confirmed=True)
    headers = {"Authorization": f"Bearer {secret}"}
    for route, methods in API.items():
        for method in ("GET", "POST", "PATCH"):
            answer = client.generic(method, path_of(route), headers=headers).status_code
            act = methods.get(method)
            if act is None:
                assert answer in {403, 405}, (route, method)
            else:
                allowed = role in ROLES[act] and SCOPES[act] in scopes
                expected = {200, 400, 404, 415} if allowed else {403}
                assert answer in expected, (route, method)
    assert not Statement.objects.exists()
    assert not Address.objects.exists()


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_no_token_has_another_method(db: None, client: Client, method: str) -> None:
    secret = token_issue(name="outside", staff=make_staff(Role.ADMIN), confirmed=True)
    headers = {"Authorization": f"Bearer {secret}"}
    for route, methods in API.items():
        if method not in methods:
            assert client.generic(method, path_of(route), headers=headers).status_code == 405


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS"])
def test_asking_about_a_resource_is_reading_it(db: None, client: Client, method: str) -> None:
    scopes = [one for one in Scope.values if one != Scope.READ]
    secret = token_issue(name="x", staff=make_staff(Role.ADMIN), scopes=scopes, confirmed=True)
    headers = {"Authorization": f"Bearer {secret}"}
    for route, methods in API.items():
        needed = methods.get("GET", Act.READ) if method == "HEAD" else Act.READ
        expected = 403 if needed == Act.READ else 404
        answer = client.generic(method, path_of(route), headers=headers).status_code
        assert answer == expected, route


@pytest.mark.parametrize("role", [None, *Role.values])
def test_reference_data_is_for_administrators(
    db: None, role: str | None, subtests: pytest.Subtests
) -> None:
    staff = make_staff(role) if role else None
    people = Staff.objects.count()
    browser = browser_of(staff) if staff else Client()
    for path in map(path_of, routes(ADMIN)):
        with subtests.test(path=path):
            response = browser.get(path)
            if role in ROLES[Act.REFERENCE_DATA]:
                assert response.status_code < 500
                assert not leads_to_sign_in(response)
            else:
                assert response.status_code in ({302, 403, 405} if role else {302})
            assert browser.post(path).status_code < 500
            assert Staff.objects.count() == people
            if staff and not browser.session.get("_auth_user_id"):  # it was the sign-out
                browser = browser_of(staff)
