"""The pages about what is on hold, in a browser: under axe, narrow and wide, in both languages."""

from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Browser, Page

from statuspage.staff.roles import Role
from tests.factories import make_address, make_staff
from tests.notifications.delivery.rows import deliver, statement
from tests.notifications.delivery.steps import restore
from tests.statuspage.console.browser import browser_of
from tests.statuspage.pages.test_in_a_browser import chromium
from tests.tools.axe import EVERYTHING, violations

__all__ = ["chromium"]
pytestmark = pytest.mark.browser
SIGHTS = {
    "zh-CN": {"viewport": {"width": 360, "height": 740}, "color_scheme": "light"},
    "en-GB": {"viewport": {"width": 1280, "height": 900}, "color_scheme": "dark"},
}


@pytest.fixture
def paths(transactional_db: None) -> list[str]:
    """Return the address of every page about one statement on hold."""
    said = statement()
    deliver(said, "pending")
    deliver(said, "pending", channel="email", address=make_address("a@b.cn", channel="email"))
    restore()
    one = f"/console/held/{said.number}/"
    return ["/console/held/", one, *(f"{one}{act}/" for act in ("look", "release", "discard"))]


def signed_in(browser: Browser, url: str, locale: str) -> Page:
    """Return a tab of an approver's browser."""
    session = browser_of(make_staff(Role.APPROVER)).cookies[settings.SESSION_COOKIE_NAME]
    # Without motion colours change at once.
    context = browser.new_context(
        base_url=url, locale=locale, reduced_motion="reduce", **SIGHTS[locale]
    )
    context.add_cookies([{"name": session.key, "value": session.value, "url": url}])
    return context.new_page()


@pytest.mark.parametrize("locale", SIGHTS)
def test_axe_finds_nothing_on_the_pages_about_what_is_on_hold(
    chromium: Browser, live_server: Any, paths: list[str], locale: str
) -> None:
    page = signed_in(chromium, live_server.url, locale)
    found = []
    for path in paths:
        answer = page.goto(path)
        assert answer is not None
        assert answer.ok, path
        wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
        found += [f"{path}: wider than the window"] if wide else []
        found += [f"{path}: {one}" for one in violations(page, EVERYTHING)]
    page.context.close()
    assert found == []
