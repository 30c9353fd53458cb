"""API tokens at the console."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from statuspage.staff.models import ApiToken, AuditEntry
from statuspage.staff.roles import Role
from statuspage.staff.services import token_issue
from tests.factories import make_staff
from tests.statuspage.console.browser import browser_of, signed_in, words

SECRET = re.compile(r"candor_[\w-]{43}")


def issue(browser: Client, **values: object):
    wanted = {"name": "billing", "scopes": ["read"], "days": 30, **values}
    return browser.post("/console/tokens/", wanted)


def call(secret: str, path: str = "components/", method: str = "get") -> int:
    headers = {"Authorization": f"Bearer {secret}"}
    return int(getattr(Client(), method)(f"/api/v1/{path}", headers=headers).status_code)


def test_a_token_is_shown_once_and_works(db: None) -> None:
    browser = signed_in(username="lin")
    secret = SECRET.search(words(issue(browser)))[0]
    assert call(secret) == 200
    assert call(secret, "incidents/", "post") == 403
    listed = words(browser.get("/console/tokens/"))
    assert "billing" in listed
    assert "last used" in listed
    assert secret not in listed
    assert secret not in str(list(ApiToken.objects.values()))
    assert AuditEntry.objects.get(act="token.issued").after["scopes"] == ["read"]


def test_a_token_expires_after_its_days(db: None) -> None:
    secret = SECRET.search(words(issue(signed_in(), days=1)))[0]
    with time_machine.travel(timezone.now() + timedelta(days=1, minutes=1), tick=False):
        assert call(secret) == 401


def test_a_revoked_one_is_refused_at_once_and_stays_listed(db: None) -> None:
    staff = make_staff(username="lin")
    browser = browser_of(staff)
    secret = SECRET.search(words(issue(browser)))[0]
    browser.post(f"/console/tokens/{ApiToken.objects.get().pk}/revoke/")
    assert call(secret) == 401
    assert "revoked" in words(browser.get("/console/tokens/"))
    assert AuditEntry.objects.get(act="token.revoked").staff.username == "lin"


def test_one_sees_and_revokes_ones_own_and_administrators_all(db: None) -> None:
    token_issue(name="theirs", staff=make_staff())
    theirs = ApiToken.objects.get()
    author = signed_in()
    assert "theirs" not in words(author.get("/console/tokens/"))
    assert author.post(f"/console/tokens/{theirs.pk}/revoke/").status_code == 404
    admin = signed_in(Role.ADMIN)
    assert "theirs" in words(admin.get("/console/tokens/"))
    admin.post(f"/console/tokens/{theirs.pk}/revoke/")
    theirs.refresh_from_db()
    assert theirs.revoked_at


def test_an_auditor_gives_no_more_than_reading(db: None) -> None:
    assert issue(signed_in(Role.AUDITOR), scopes=["publish"]).status_code == 400
    assert not ApiToken.objects.exists()


@pytest.mark.parametrize(
    "wrong", [{"name": ""}, {"scopes": []}, {"scopes": ["all"]}, {"days": 0}, {"days": 367}]
)
def test_what_is_not_filled_in_rightly_issues_nothing(db: None, wrong: dict[str, object]) -> None:
    response = issue(signed_in(), **wrong)
    assert response.status_code == 400
    assert "Token not issued." in words(response)
    assert not ApiToken.objects.exists()
