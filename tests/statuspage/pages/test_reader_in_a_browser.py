"""What a reader's browser does beyond reading: countdowns, passing on, large text, other sites."""

import re
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page, expect

from statuspage.calendar.selectors import profile_of
from statuspage.components.models import Component
from statuspage.incidents.models import Incident
from statuspage.incidents.services.incidents import incident_update
from statuspage.notices.models import Product
from statuspage.regulator.regimes import Cause, Regime
from statuspage.regulator.services import regime_start
from statuspage.settlement.rules import rule_add
from tests.factories import incident_of, make_component, make_staff, open_incident, text
from tests.statuspage.calendar.factories import reviewed
from tests.statuspage.console.browser import browser_of
from tests.statuspage.notices.samples import publish
from tests.statuspage.pages.story import path_of
from tests.statuspage.pages.test_in_a_browser import ASK_NOW, NEVER_BY_ITSELF, chromium

__all__ = ["chromium"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PHONE = {"width": 360, "height": 740}
WIDGET_BYTES = 3000


@pytest.fixture
def browse(chromium: Browser, live_server: Any) -> Iterator[Callable[..., Page]]:
    """Opens pages in contexts of their own; none may report an error."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def listen(message: Any) -> None:
        if message.type == "error":
            complaints.append(message.text)

    def opened(**options: Any) -> Page:
        context = chromium.new_context(base_url=live_server.url, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("console", listen)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []


def service() -> Component:
    """Return a component that has been in service for a year."""
    return make_component(start_date=timezone.localdate() - timedelta(days=365))


def test_the_countdown_goes_on_without_being_announced(browse: Callable[..., Page]) -> None:
    open_incident(service(), next_update_by=timezone.now() + timedelta(minutes=90, seconds=30))
    page = browse()
    page.clock.install()
    page.goto("/en/")
    countdown = page.locator(".countdown")
    expect(countdown).to_have_text(re.compile(r"in 1 h (30|29) min"))
    page.clock.fast_forward("31:00")
    expect(countdown).to_have_text(re.compile(r"in (59|58) min"))
    expect(page.get_by_role("status")).to_have_text("")


def test_a_promise_that_passes_is_called_late_by_the_page_itself(
    browse: Callable[..., Page],
) -> None:
    statement = open_incident(service(), next_update_by=timezone.now() + timedelta(minutes=5))
    page = browse()
    page.goto(path_of(statement))
    expect(page.get_by_text("Next update by").first).to_be_visible()
    Incident.objects.update(next_update_by=timezone.now() - timedelta(minutes=3))
    page.evaluate(ASK_NOW)
    expect(page.get_by_text("is overdue.")).to_be_visible()
    expect(page.locator(".countdown")).to_have_text("Late by 3 min")
    expect(page.get_by_role("status")).to_have_text("This page has been updated.")


def test_what_the_reader_opened_stays_open_and_focused(browse: Callable[..., Page]) -> None:
    component = service()
    statement = open_incident(component)
    page = browse(viewport=PHONE)
    page.goto("/en/")
    summary = page.locator(f"#days-{component.public_id} > summary")
    summary.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Partial outage less than a minute")).to_be_visible()
    incident = Incident.objects.get(public_id=statement.subject_id)
    body = text("仍在排查。", "Still looking.")
    incident_update(incident=incident, status="identified", body=body, author=None)
    page.evaluate(ASK_NOW)
    expect(page.get_by_text("Still looking.")).to_be_visible()
    expect(summary).to_be_focused()
    expect(page.locator(f"#days-{component.public_id} > ol")).to_be_visible()


def test_coming_back_to_a_page_asks_at_once(browse: Callable[..., Page]) -> None:
    open_incident(service())
    page = browse()
    page.goto("/en/")
    with page.expect_response("**/en/"):
        page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")


def test_the_link_can_be_copied(browse: Callable[..., Page]) -> None:
    page = browse(permissions=["clipboard-read", "clipboard-write"])
    page.add_init_script(NEVER_BY_ITSELF)  # or the button would soon say again what it does
    page.goto("/en/")
    page.get_by_role("button", name="Copy the link").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == f"{settings.SITE_URL}/en/"


def test_without_a_clipboard_the_link_is_copied_the_old_way(browse: Callable[..., Page]) -> None:
    page = browse()
    page.add_init_script("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    page.add_init_script(NEVER_BY_ITSELF)
    page.goto("/en/")
    page.get_by_role("button", name="Copy the link").click()
    expect(page.get_by_role("button", name="Copied")).to_be_focused()


def test_a_button_pressed_twice_says_again_what_it_does(browse: Callable[..., Page]) -> None:
    page = browse(permissions=["clipboard-read", "clipboard-write"])
    page.clock.install()
    page.goto("/en/")
    button = page.locator("[data-copy]")
    for _press in range(2):
        button.click()
        expect(button).to_have_text("Copied")
    page.clock.fast_forward("00:05")
    expect(button).to_have_text("Copy the link")


def test_a_text_of_the_console_is_copied_by_the_same_button(
    browse: Callable[..., Page], live_server: Any
) -> None:
    staff, opened = make_staff(), open_incident(service())
    clock = {"regime": Regime.LEAK, "cause": Cause.LEAK, "detail": "名单外泄"}
    regime_start(subject=incident_of(opened), known_at=timezone.now(), by=staff, **clock)
    session = browser_of(staff).cookies[settings.SESSION_COOKIE_NAME]
    page = browse(locale="en-GB", permissions=["clipboard-read", "clipboard-write"])
    page.context.add_cookies(
        [{"name": session.key, "value": session.value, "url": live_server.url}]
    )
    page.goto(f"/console/incidents/{opened.subject_id}/regulator/")
    page.get_by_text("Text of the report").first.click()
    page.locator("[data-copy]").first.click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    shown = page.locator("pre.report").first.inner_text()
    assert page.evaluate("navigator.clipboard.readText()") == shown


@pytest.mark.parametrize("scripts", [True, False])
def test_a_kind_of_merchants_is_one_card_that_its_link_moves_to_the_front(
    browse: Callable[..., Page], scripts: bool
) -> None:
    reviewed(2024, 2025, 2026)
    reviewed(2024, 2025, 2026, profile="fx")
    names = text("境外卡", "Foreign cards")
    Product.objects.create(code="foreign_card", name=names, profile=profile_of("fx"))
    for category in ("micro", "industry"):
        rule_add(category=category, cycle="T+1")
    # Six rows: more than the five of a part.
    said = publish("holiday_schedule", {"holiday": "national_day", "year": 2026})
    page = browse(viewport=PHONE, java_script_enabled=scripts)
    page.goto(path_of(said))
    cards = page.locator(".merchant-card")
    expect(cards).to_have_count(2)
    expect(page.locator(".merchant-choice a")).to_have_text(
        ["Micro merchants", "Industry merchants"]
    )
    micro, industry = cards.nth(0), cards.nth(1)
    for card in (micro, industry):
        expect(card.locator("h4")).to_have_text(
            ["T+1 (without Foreign cards)", "T+1 (Foreign cards)"]
        )
    page.get_by_role("link", name="Industry merchants").click()
    below, above = micro.bounding_box(), industry.bounding_box()
    assert above
    assert below
    assert above["y"] + above["height"] <= below["y"]


def test_a_picture_with_title_and_code_can_be_made_and_stays(browse: Callable[..., Page]) -> None:
    statement = open_incident(service())
    page = browse(viewport=PHONE)
    page.goto(path_of(statement, "zh-hans"))
    page.get_by_role("button", name="生成图片").click()
    picture = page.get_by_role("img", name="带二维码的图片")
    expect(picture).to_be_visible()
    assert str(picture.get_attribute("src")).startswith("data:image/png;base64,")
    # Black and white in it, where the code stands.
    assert page.evaluate(
        """async () => {
            const image = document.querySelector(".share-picture img");
            await image.decode();
            const canvas = document.createElement("canvas");
            Object.assign(canvas, { width: 720, height: 960 });
            const context = canvas.getContext("2d");
            context.drawImage(image, 0, 0);
            const data = context.getImageData(120, 240, 480, 480).data;
            const seen = new Set();
            for (let at = 0; at < data.length; at += 4) seen.add(data[at]);
            return seen.has(0) && seen.has(255);
        }"""
    )
    Incident.objects.update(next_update_by=timezone.now() + timedelta(minutes=3))
    page.evaluate(ASK_NOW)
    expect(page.get_by_text("下次更新不晚于")).to_be_visible()
    expect(picture).to_be_visible()


def test_without_script_no_button_is_there_that_does_nothing(browse: Callable[..., Page]) -> None:
    page = browse(java_script_enabled=False)
    page.goto("/en/")
    expect(page.get_by_role("button", name="Copy the link")).to_be_hidden()
    expect(page.locator(".qr")).to_be_visible()


def test_large_text_is_remembered_and_given_up_again(browse: Callable[..., Page]) -> None:
    page = browse(viewport=PHONE)
    page.goto("/en/")
    small = page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)")
    page.get_by_role("link", name="Large text").click()
    page.wait_for_url("**/elder/en/")
    assert page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)") >= 18 > small
    assert page.context.cookies() == []
    page.get_by_role("link", name="History", exact=True).click()
    page.wait_for_url("**/elder/en/history/")
    page.goto("/en/notices/")  # as a link from a message leads
    page.wait_for_url("**/elder/en/notices/")
    page.get_by_role("link", name="Normal text").click()
    page.wait_for_url(re.compile(r"(?<!elder)/en/notices/"))
    page.goto("/en/")
    page.wait_for_load_state("networkidle")
    assert "/elder" not in page.url


@pytest.mark.parametrize("width", [320, 360])
def test_large_text_is_large_everywhere_and_fits(browse: Callable[..., Page], width: int) -> None:
    statement = open_incident(service(), name=text("到账" * 20, "Late payouts"))
    page = browse(viewport={"width": width, "height": 740})
    for path in ("/elder/", f"/elder{path_of(statement, 'zh-hans')}", "/elder/uptime/"):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        small = page.evaluate(
            """() => [...document.querySelectorAll("body *")].filter((element) =>
                [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim())
                && element.checkVisibility() && !element.closest(".visually-hidden, .skip-link")
                && parseFloat(getComputedStyle(element).fontSize) < 18)
                .map((element) => element.outerHTML.slice(0, 90))"""
        )
        assert small == [], path
        for link in page.locator(".site-header a:visible, .button:visible, summary").all():
            box = link.bounding_box()
            assert box
            assert box["height"] >= 60, link.inner_text()


@pytest.fixture
def other_site(tmp_path: Path, live_server: Any) -> Iterator[str]:
    """Somebody else's site, with the widget on it, on a port of its own."""
    for language in ("zh", "en"):
        script = f'<script src="{live_server.url}/widget.js" data-lang="{language}" async></script>'
        head = "<!doctype html><meta charset=utf-8><title>x</title><style>a{color:red}</style>"
        (tmp_path / f"{language}.html").write_text(head + script, encoding="utf-8")
    (tmp_path / "favicon.ico").write_bytes(b"")
    handler = partial(_Quiet, directory=str(tmp_path))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *args: Any) -> None:
        """Say nothing."""


def test_the_widget_shows_the_state_on_another_site(
    browse: Callable[..., Page], other_site: str, live_server: Any
) -> None:
    page = browse()
    page.goto(f"{other_site}/en.html")
    widget = page.locator("candor-status a")
    expect(widget).to_have_text("✓All services are running normally")
    expect(widget).to_have_attribute("href", f"{live_server.url}/en/")
    open_incident(service())
    page.goto(f"{other_site}/zh.html")
    expect(widget).to_have_text("!T+1到账延迟")
    assert page.context.cookies() == []
    assert page.evaluate("Object.keys(localStorage).length") == 0
    # Its shadow keeps the other site's style out.
    assert widget.evaluate("one => getComputedStyle(one).color") != "rgb(255, 0, 0)"


def test_the_widget_leads_to_the_page_where_it_cannot_ask(
    browse: Callable[..., Page], other_site: str
) -> None:
    page = browse()
    page.route("**/api/v2/summary.json*", lambda route: route.fulfill(status=200, body="{}"))
    page.goto(f"{other_site}/en.html")
    expect(page.locator("candor-status a")).to_have_text("→See the service status")


def test_the_widget_is_small_and_the_machines_may_keep_it(client: Any) -> None:
    response = client.get("/widget.js")
    assert len(response.content) < WIDGET_BYTES
    assert response["Content-Type"] == "text/javascript; charset=utf-8"
    assert response["Access-Control-Allow-Origin"] == "*"
    assert response["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert not response.cookies
    again = client.get("/widget.js", headers={"If-None-Match": response["ETag"]})
    assert again.status_code == 304


def test_on_paper_the_code_and_the_log_stand_and_the_buttons_do_not(
    browse: Callable[..., Page],
) -> None:
    statement = open_incident(service())
    page = browse()
    page.goto(path_of(statement))
    page.emulate_media(media="print")
    expect(page.locator(".qr")).to_be_visible()
    expect(page.locator(".share-page").get_by_text("Public log up to No.")).to_be_visible()
    for gone in (".site-nav", ".share-tools", ".crumb", ".language"):
        expect(page.locator(gone)).to_be_hidden()
