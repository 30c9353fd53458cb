"""Sessions end: by idleness, by age, by signing out, by a new password."""

import os
import subprocess
import sys
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.conf import settings as django_settings
from django.test import Client

from notifications.subscribers.models import Import
from statuspage.staff.models import AuditEntry, Staff
from statuspage.staff.recency import PROVED_AT, SEEN_AT, SIGNED_IN_AT
from tests.factories import make_staff, open_incident
from tests.statuspage.console.browser import browser_of, words

pytestmark = pytest.mark.django_db
POLL = {"hx-request": "true"}


def later(client: Client, **keys: float) -> None:
    """Let so many seconds pass since the last click, or since the sign-in."""
    session = client.session
    for key, seconds in keys.items():
        session[key] -= seconds
    session.save()


@pytest.fixture
def lin() -> Staff:
    return make_staff(username="lin")


@pytest.fixture
def browser(lin: Staff, settings: Any) -> Client:
    settings.STAFF_IDLE_MINUTES = 30
    return browser_of(lin)


def test_half_an_hour_without_a_click_ends_it(browser: Client) -> None:
    later(browser, **{SEEN_AT: 29 * 60})
    assert browser.get("/console/").status_code == 200
    later(browser, **{SEEN_AT: 30 * 60})
    answer = browser.get("/console/log/")
    assert answer.headers["Location"] == "/console/login/?next=/console/log/"
    assert "Your session has ended" in words(browser.get("/console/login/"))
    assert "_auth_user_id" not in browser.session
    assert not UserSession.objects.exists()
    assert AuditEntry.objects.filter(act="session.expired").count() == 1


def test_a_page_that_refreshes_itself_keeps_nobody_signed_in(browser: Client) -> None:
    number = open_incident().number
    later(browser, **{SEEN_AT: 29 * 60})
    polled = f"/console/broadcasts/{number}/progress/"
    before = browser.session[SEEN_AT]
    assert browser.get(polled, headers=POLL).status_code == 200
    assert browser.get("/console/", headers=POLL).status_code == 200
    assert browser.session[SEEN_AT] == before
    later(browser, **{SEEN_AT: 61})
    told = browser.get(polled, headers=POLL)
    assert told.headers["HX-Redirect"].startswith("/console/login/")


def test_typing_into_a_form_is_being_there(browser: Client) -> None:
    later(browser, **{SEEN_AT: 29 * 60})
    browser.post("/console/incidents/compose/", {"step": "preview"}, headers=POLL)
    later(browser, **{SEEN_AT: 120})
    assert browser.get("/console/").status_code == 200


def test_twelve_hours_end_it_however_busy(browser: Client) -> None:
    later(browser, **{SIGNED_IN_AT: 12 * 3600 - 60})
    assert browser.get("/console/").status_code == 200
    later(browser, **{SIGNED_IN_AT: 61})
    assert browser.get("/console/").status_code == 302
    assert browser.get("/admin/").status_code == 302


def test_a_form_of_an_ended_session_does_nothing(browser: Client) -> None:
    later(browser, **{SEEN_AT: 3600})
    before = AuditEntry.objects.filter(act="token.issued").count()
    answer = browser.post("/console/tokens/", {"name": "x", "scopes": ["read"], "days": 1})
    assert answer.headers["Location"].startswith("/console/login/")
    assert AuditEntry.objects.filter(act="token.issued").count() == before


def test_signing_out_in_one_browser_leaves_the_other(lin: Staff) -> None:
    here, there = browser_of(lin), browser_of(lin)
    stolen = here.cookies[django_settings.SESSION_COOKIE_NAME].value
    here.post("/console/logout/")
    copy = Client()
    copy.cookies[django_settings.SESSION_COOKIE_NAME] = stolen
    assert copy.get("/console/").status_code == 302
    assert there.get("/console/").status_code == 200


def test_cookies_bind_themselves_to_the_host_where_there_is_https() -> None:
    ask = (
        "from django.conf import settings as s;"
        "print(s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, s.KNOWN_BROWSER_COOKIE,"
        " s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SESSION_COOKIE_DOMAIN,"
        " s.SESSION_COOKIE_PATH, s.CSRF_COOKIE_PATH, s.CSRF_COOKIE_DOMAIN)"
    )
    environment = os.environ | {
        "SITE_URL": "https://status.example.com",
        "DJANGO_SETTINGS_MODULE": "statuspage.settings",
    }
    out = subprocess.check_output([sys.executable, "-c", ask], env=environment, text=True)
    assert out.split() == [
        *("__Host-sessionid", "__Host-csrftoken", "__Secure-known"),
        *("True", "True", "None", "/", "/", "None"),
    ]


def test_a_page_that_a_browser_asks_for_again_without_javascript_is_no_click(
    browser: Client,
) -> None:
    upload = Import.objects.create(name="list.csv")
    page = f"/console/subscribers/imports/{upload.public_id}/"
    later(browser, **{SEEN_AT: 29 * 60})
    before = browser.session[SEEN_AT]
    assert browser.get(page).headers["Refresh"] == "2"
    assert browser.session[SEEN_AT] == before
    assert browser.get("/console/transactions/").status_code == 200
    assert browser.session[SEEN_AT] > before


@pytest.mark.parametrize("key", [SEEN_AT, SIGNED_IN_AT])
def test_a_clock_that_was_ahead_makes_no_session_last(browser: Client, key: str) -> None:
    later(browser, **{key: -24 * 3600})
    assert browser.get("/console/log/").status_code == 302


def test_a_clock_that_was_ahead_makes_no_proof_last(browser: Client) -> None:
    later(browser, **{PROVED_AT: -24 * 3600})
    answer = browser.get("/console/account/password/")
    assert answer.headers["Location"].startswith("/console/account/confirm/")
