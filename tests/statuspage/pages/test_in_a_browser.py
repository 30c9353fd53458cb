"""The pages in a real browser: without script, on a small screen, by keyboard, and refreshing."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect, sync_playwright

from statuspage.incidents.models import Incident
from statuspage.incidents.services.incidents import incident_update
from statuspage.statements.models import Statement
from tests.factories import make_component, open_incident, text
from tests.statuspage.pages.story import noticed, path_of
from tests.tools.browser import ARGUMENTS, find

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# What the script does by itself after some seconds, now.
ASK_NOW = "window.dispatchEvent(new Event('online'))"
# What a script would do by itself after some seconds, never; how often it wanted to is counted.
NEVER_BY_ITSELF = "window.planned = 0; window.setTimeout = () => ++window.planned"
# How far what stood there already has moved, by the measure of Layout Instability (WICG).
SHIFTS = """
window.shifted = 0;
new PerformanceObserver(list => list.getEntries().forEach(one => { window.shifted += one.value }))
  .observe({type: "layout-shift", buffered: true});
"""
PAINTED = """
new Promise(done => new PerformanceObserver(list => {
  if (list.getEntriesByName("first-contentful-paint").length) done(true);
}).observe({type: "paint", buffered: true}))
"""
A_MOMENT = "new Promise(done => setTimeout(done, 300))"
NARROW = {"width": 320, "height": 640}


@pytest.fixture(scope="module")
def chromium(django_db_setup: None) -> Iterator[Browser]:
    """One browser for the module."""
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # Playwright's event loop runs in this thread; Django would refuse to query beside it.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        browser = playwright.chromium.launch(executable_path=find(), args=list(ARGUMENTS))
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: Browser, live_server: Any) -> Iterator[Page]:
    """Yield a page at the site's root that must ask no other host and report no error."""
    context = chromium.new_context(base_url=live_server.url)
    page = context.new_page()
    complaints: list[str] = []
    foreign: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "request",
        lambda asked: None if asked.url.startswith(live_server.url) else foreign.append(asked.url),
    )
    yield page
    context.close()
    assert complaints == []
    assert foreign == []


def _said_now(statement: Statement, status: str, chinese: str, english: str) -> Statement:
    incident = Incident.objects.get(public_id=statement.subject_id)
    body = text(chinese, english)
    return incident_update(incident=incident, status=status, body=body, author=None)


def test_an_open_page_shows_the_next_update_without_a_reload(page: Page) -> None:
    statement = open_incident()
    page.goto("/en/")
    page.evaluate("window.stillHere = true")
    _said_now(statement, "identified", "原因已找到。", "We know the cause.")
    expect(page.get_by_text("We know the cause.")).to_be_visible(timeout=15_000)
    assert page.evaluate("window.stillHere")
    expect(page.get_by_role("status")).to_have_text("This page has been updated.")


def test_the_headline_and_the_title_follow(page: Page) -> None:
    component = make_component()
    page.goto("/en/")
    expect(page.get_by_role("heading", level=1)).to_have_text("All services are running normally")
    open_incident(component)
    page.evaluate(ASK_NOW)
    expect(page.get_by_role("heading", level=1)).not_to_have_text(
        "All services are running normally"
    )
    expect(page).not_to_have_title("All services are running normally · DemoPay")


def test_focus_and_scroll_stay_where_they_were(page: Page) -> None:
    statement = open_incident()
    page.set_viewport_size(NARROW)
    page.goto("/en/")
    page.get_by_role("link", name="Full history").focus()
    scrolled = page.evaluate("window.scrollY")
    assert scrolled > 0
    _said_now(statement, "investigating", "仍在排查。", "Still looking.")
    page.evaluate(ASK_NOW)
    expect(page.get_by_text("Still looking.")).to_be_attached()
    expect(page.get_by_role("link", name="Full history")).to_be_focused()
    assert page.evaluate("window.scrollY") == pytest.approx(scrolled, abs=80)


def test_nothing_is_touched_or_announced_while_nothing_changes(page: Page) -> None:
    open_incident()
    page.add_init_script(NEVER_BY_ITSELF)
    page.goto("/en/")
    page.evaluate("document.querySelector('main').touched = false")
    answers: list[int] = []
    for time in range(1, 3):
        with page.expect_response("**/en/") as answer:
            page.evaluate(ASK_NOW)
        answers.append(answer.value.status)
        # The page plans its next question once it is done with the answer to this one.
        page.wait_for_function(f"window.planned > {time}")
    assert answers == [200, 304], "the second question carries the ETag of the first answer"
    assert page.evaluate("document.querySelector('main').touched") is False
    expect(page.get_by_role("status")).to_have_text("")


def test_a_server_that_fails_for_a_moment_is_asked_again(
    chromium: Browser, live_server: Any
) -> None:
    statement = open_incident()
    context = chromium.new_context(base_url=live_server.url)
    page = context.new_page()
    page.goto("/en/")
    page.route("**/en/", lambda route: route.fulfill(status=503))
    with page.expect_response("**/en/"):
        page.evaluate(ASK_NOW)
    expect(page.get_by_text("Some payouts are late.")).to_be_visible()
    page.unroute("**/en/")
    _said_now(statement, "identified", "原因已找到。", "We know the cause.")
    expect(page.get_by_text("We know the cause.")).to_be_visible(timeout=20_000)
    context.close()


def test_the_page_is_complete_without_script(chromium: Browser, live_server: Any) -> None:
    statement = open_incident()
    context = chromium.new_context(base_url=live_server.url, java_script_enabled=False)
    page = context.new_page()
    page.goto("/en/")
    page.get_by_role("link", name="T+1 payouts are late").first.click()
    expect(page.get_by_text("Some payouts are late.")).to_be_visible()
    expect(page).to_have_url(f"{live_server.url}{path_of(statement)}")
    page.get_by_role("link", name="中文").click()
    expect(page.get_by_text("部分小微商户到账延迟")).to_be_visible()
    context.close()


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_no_page_is_wider_than_the_smallest_phone(page: Page, prefix: str) -> None:
    statement = open_incident(name=text("到账" * 30, "Supercalifragilistic" * 5))
    notice = noticed(incident_id=statement.subject_id, published_at=timezone.now())
    language = "en" if prefix else "zh-hans"
    page.set_viewport_size(NARROW)
    for path in (
        *(f"{prefix}/", f"{prefix}/history/", f"{prefix}/notices/", f"{prefix}/log/"),
        *(path_of(statement, language), path_of(notice, language)),
    ):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"], path


def test_the_keyboard_skips_the_navigation(page: Page) -> None:
    page.goto("/en/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()


@pytest.mark.parametrize("width", [320, 1280])
def test_what_is_tapped_is_large_enough_for_a_thumb(page: Page, width: int) -> None:
    open_incident()
    page.set_viewport_size({"width": width, "height": 800})
    page.goto("/")
    links = page.locator(".site-header a, .site-footer nav a, .more").filter(visible=True).all()
    assert len(links) > 10
    for link in links:
        box = link.bounding_box()
        assert box
        assert box["height"] >= 44, link.inner_text()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_follows_the_systems_theme(page: Page, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.goto("/")
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    red = int(ground.removeprefix("rgb(").partition(",")[0])
    assert (red > 200) == (scheme == "light")


@pytest.mark.parametrize("width", [360, 1280])
def test_nothing_moves_while_a_page_loads(page: Page, width: int) -> None:
    statement = open_incident()
    noticed()
    page.set_viewport_size({"width": width, "height": 740})
    page.add_init_script(SHIFTS)
    for path in ("/", "/history/", "/uptime/", "/log/", path_of(statement, "zh-hans")):
        page.goto(path, wait_until="networkidle")
        page.evaluate(A_MOMENT)
        assert page.evaluate("window.shifted") == 0, path


def test_the_measure_of_movement_works(page: Page) -> None:
    page.add_init_script(SHIFTS)
    page.goto("/", wait_until="networkidle")
    page.evaluate("document.body.insertAdjacentHTML('afterbegin', '<p>' + 'x<br>'.repeat(20))")
    page.evaluate(A_MOMENT)
    assert page.evaluate("window.shifted") > 0


def test_the_first_paint_waits_for_no_script(page: Page) -> None:
    component = make_component("刷卡交易", "Card payments")
    page.route("**/*.js", lambda _route: None)  # never answered
    page.goto("/en/", wait_until="commit")
    expect(page.get_by_text(component.name["en"])).to_be_visible()
    assert page.evaluate(PAINTED)
