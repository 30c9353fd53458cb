"""Every public page under axe (WCAG 2.2 AA): both themes, narrow and zoomed; and by keyboard."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page

from statuspage.statements.services import statement_correct
from tests.factories import make_component, text
from tests.statuspage.pages.story import moved, noticed, opened, resolved, scheduled, updated
from tests.statuspage.pages.test_in_a_browser import chromium
from tests.tools.axe import EVERYTHING, LOOKS, violations

__all__ = ["chromium"]
pytestmark = pytest.mark.browser

RULES = {"narrow-light": EVERYTHING, "zoomed-dark": LOOKS}
# 200 % zoom of a window of 1280 pixels leaves 640 of them.
SIGHTS = {
    "narrow-light": {"viewport": {"width": 320, "height": 640}, "color_scheme": "light"},
    "zoomed-dark": {"viewport": {"width": 640, "height": 450}, "color_scheme": "dark"},
}
PAGES = (
    *("/", "/en/", "/history/", "/en/history/?q=t", "/history/?q=nothing", "/uptime/"),
    *("/notices/", "/arrival/", "/arrival/?category=micro", "/ledger/", "/transactions/", "/log/"),
    *(
        "/verify/",
        "/subscribe/",
        "/manage/",
        "/transactions/phone/",
        "/nothing/",
        "/elder/",
        "/elder/en/uptime/",
    ),
    *("/transparency/", "/en/transparency/"),
)


@pytest.fixture
def told(transactional_db: None, live_server: Any) -> list[str]:
    """Something of everything that there is to show; the addresses of its own pages."""
    now = timezone.now()
    service = make_component(start_date=now.date() - timedelta(days=60))
    old = opened(service, published_at=now - timedelta(days=3, hours=2))
    right = text("部分行业商户到账延迟,资金安全。", "Funds are quite safe.")
    statement_correct(statement=old, body=right, author=None)
    resolved(old, published_at=now - timedelta(days=3))
    late = opened(service, published_at=now - timedelta(minutes=9), next_update_by=now)
    updated(late, published_at=now, next_update_by=now + timedelta(minutes=20))
    portal = make_component("商户后台", "Merchant portal")
    work = scheduled(portal, scheduled_for=now, published_at=now - timedelta(days=1))
    moved(work, "in_progress", published_at=now)
    subjects = [old, late, work, noticed(published_at=now)]
    return [f"/{one.subject_type}s/{one.subject_id}/" for one in subjects]


@pytest.fixture
def page(chromium: Browser, live_server: Any) -> Iterator[Page]:
    """Yield a narrow window in which colours change at once."""
    narrow = SIGHTS["narrow-light"]
    context = chromium.new_context(base_url=live_server.url, reduced_motion="reduce", **narrow)
    yield context.new_page()
    context.close()


def test_axe_finds_nothing_on_any_public_page(page: Page, told: list[str]) -> None:
    found = []
    for path in [*PAGES, *told, f"/elder{told[0]}"]:
        page.goto(path)
        for summary in page.locator("summary").all():
            summary.click()
        for name, sight in SIGHTS.items():
            page.set_viewport_size(sight["viewport"])
            page.emulate_media(color_scheme=sight["color_scheme"])
            wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
            found += [f"{path}: {name}: wider than the window"] if wide else []
            found += [f"{path}: {name}: {one}" for one in violations(page, RULES[name])]
    assert found == []


def test_everything_can_be_reached_and_seen_by_keyboard(page: Page, told: list[str]) -> None:
    page.goto("/en/")
    wanted = page.locator("a[href]:visible, button:visible, summary:visible").count()
    seen = set()
    for _time in range(wanted + 5):
        page.keyboard.press("Tab")
        name, outlined = page.evaluate(
            """() => { const one = document.activeElement, style = getComputedStyle(one);
                return [one.outerHTML.slice(0, 200), style.outlineStyle !== "none"]; }"""
        )
        seen.add(name)
        assert outlined or name.startswith("<body"), name
    tags = {one.partition(" ")[0].strip("<>").partition(">")[0] for one in seen}
    assert {"a", "button", "summary"} <= tags
    assert any("feed.json" in one for one in seen), "to the end of the page"


def test_who_wants_no_motion_sees_none(
    chromium: Browser, live_server: Any, told: list[str]
) -> None:
    context = chromium.new_context(base_url=live_server.url, reduced_motion="reduce")
    page = context.new_page()
    page.goto("/")
    moving = page.evaluate(
        """() => [...document.querySelectorAll("*")].filter((one) => {
            const style = getComputedStyle(one);
            return style.animationName !== "none" || parseFloat(style.transitionDuration) > 0;
        }).map((one) => one.className)"""
    )
    assert moving == []
    context.close()
