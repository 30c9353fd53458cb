"""The documentation page in a real browser, under the site's strict policy."""

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.tools.browser import ARGUMENTS, find

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def browser(monkeypatch) -> Iterator[Browser]:
    """Debian's Chromium where it is installed, else Playwright's own."""
    # Playwright runs a loop of its own in this thread; the ORM is used outside of it.
    monkeypatch.setitem(os.environ, "DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=find(), args=list(ARGUMENTS))
        yield chromium
        chromium.close()


def test_swagger_ui_shows_every_operation_without_one_breach_of_the_policy(live_server, browser):
    page = browser.new_page(locale="en-US")
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"{live_server.url}/api/v1/docs/")
    page.wait_for_selector(".opblock")
    schema = page.request.get(
        f"{live_server.url}/api/v1/schema/",
        headers={"Accept": "application/vnd.oai.openapi+json"},
    )
    paths = schema.json()["paths"]
    assert page.locator(".opblock").count() == sum(len(operations) for operations in paths.values())
    opening = page.locator("#operations-incidents-incidents_create")
    opening.click()
    opening.get_by_text("Idempotency-Key").first.wait_for()
    opening.get_by_text("Try it out").click()
    opening.get_by_text("Execute").wait_for()
    assert complaints == []
