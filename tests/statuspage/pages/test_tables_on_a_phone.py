"""At 360 px no table has a column below 64 px or scrolls sideways: every notice kind and page."""

from typing import Any, Final

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, Page

from statuspage.staff.roles import Role
from tests.factories import make_address, make_component, make_staff, open_incident
from tests.notifications.delivery.rows import deliver
from tests.statuspage.console.browser import browser_of
from tests.statuspage.console.paths import example_paths
from tests.statuspage.notices.samples import every_kind, publish, world
from tests.statuspage.pages.test_in_a_browser import chromium

__all__ = ["chromium"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PHONE: Final = {"width": 360, "height": 740}
NARROWEST: Final = 64

# A table either has columns, or is cards: then each cell has the name of its column beside it, and
# roles say that it is a table all the same. `.deliveries` are cards of two lines without names.
MEASURE: Final = """narrowest => {
  document.querySelectorAll('details').forEach(one => { one.open = true; });
  const root = document.documentElement, width = root.clientWidth, found = [];
  if (root.scrollWidth > width) found.push(`the page is ${root.scrollWidth} px wide`);
  const tables = [...document.querySelectorAll('table')].filter(one => one.checkVisibility());
  for (const table of tables) {
    const cards = getComputedStyle(table).display !== 'table';
    if (cards && table.getAttribute('role') !== 'table') found.push('no role: ' + table.outerHTML);
    for (let one = table; one; one = one.parentElement) {
      const scrolls = /auto|scroll/.test(getComputedStyle(one).overflowX);
      if (scrolls && one.scrollWidth > one.clientWidth) found.push(`scrolls: ${table.outerHTML}`);
    }
    for (const cell of table.querySelectorAll('th, td')) {
      const box = cell.getBoundingClientRect(), text = cell.textContent.trim();
      if (!cell.checkVisibility() || cell.closest('thead') && cards) continue;
      if (box.right > width + 1) found.push(`sticks out: ${cell.outerHTML}`);
      if (!cards && box.width < narrowest) found.push(`${box.width} px: ${cell.outerHTML}`);
      const named = cell.dataset.label || cell.colSpan > 1 || cell.closest('tfoot, .deliveries');
      if (cards && text && !named) found.push(`no column's name: ${cell.outerHTML}`);
      if (cards && text && cell.dataset.label && !cell.closest('.deliveries')) {
        const left = parseFloat(getComputedStyle(cell).paddingLeft);
        const name = parseFloat(getComputedStyle(cell, '::before').width);
        if (name < narrowest || left < name || box.width - left < narrowest) {
          found.push(`${name} px of ${left} px, then ${box.width - left} px: ${cell.outerHTML}`);
        }
      }
    }
  }
  return [tables.length, found.map(one => one.slice(0, 300))];
}"""
EIGHT: Final = f"<table><tr>{'<td>结算周期</td>' * 8}</tr></table>"


def phone(browser: Browser, url: str = "", **options: Any) -> Page:
    """Return a tab of a phone."""
    given: dict[str, Any] = {"base_url": url} if url else {}
    return browser.new_context(
        viewport=PHONE, reduced_motion="reduce", **given, **options
    ).new_page()


def faults(page: Page, paths: list[str]) -> tuple[int, list[str]]:
    """Return how many tables these pages have, and what is wrong with them."""
    count, found = 0, []
    for path in paths:
        answer = page.goto(path)
        assert answer is not None
        assert answer.ok, path
        tables, wrong = page.evaluate(MEASURE, NARROWEST)
        count += tables
        found += [f"{path}: {one}" for one in wrong]
    return count, found


@pytest.mark.parametrize(
    "content", [EIGHT, f'<div style="overflow-x: auto">{EIGHT}</div>', EIGHT.replace("td>", "th>")]
)
def test_the_measure_finds_a_table_that_does_not_fit(chromium: Browser, content: str) -> None:
    page = phone(chromium)
    page.set_content(content)
    _count, found = page.evaluate(MEASURE, NARROWEST)
    page.context.close()
    assert found


def test_no_public_table_is_narrow_or_scrolls(chromium: Browser, live_server: Any) -> None:
    world()
    component = make_component()
    open_incident(component)
    said = [publish(kind.name).subject_id for kind in every_kind()]
    month = timezone.localdate().strftime("%Y-%m")
    pages = [f"notices/{one}/" for one in said]
    pages += ["", "notices/", "ledger/", f"uptime/?month={month}", "transparency/", "log/"]
    page = phone(chromium, live_server.url)
    count, found = faults(page, [f"{prefix}{one}" for one in pages for prefix in ("/", "/en/")])
    page.context.close()
    assert found == []
    assert count > 2 * len(said) / 4


def test_no_table_of_the_console_is_narrow_or_scrolls(chromium: Browser, live_server: Any) -> None:
    world()
    statement = publish("holiday_schedule")
    for channel, clear in (("twilio_sms", ""), ("email", "a@b.cn")):
        for state in ("pending", "delivered", "failed", "unknown"):
            address = make_address(clear and f"{state}{clear}", channel=channel)
            deliver(statement, state, channel=channel, address=address)
    client = browser_of(make_staff(Role.ADMIN))
    paths = [*example_paths().values(), f"/console/broadcasts/{statement.number}/"]
    shown = [one for one in paths if _has_a_table(client, one)]
    for locale in ("zh-CN", "en-GB"):
        page = _signed_in(chromium, live_server.url, client, locale)
        count, found = faults(page, shown)
        page.context.close()
        assert found == [], locale
        assert count > len(("rules", "progress", "deliveries", "calendar"))


def _has_a_table(client: Client, path: str) -> bool:
    answer = client.get(path)
    # A download is no page, and neither is a part of one.
    if answer.status_code != 200 or answer.streaming:
        return False
    return b"<html" in answer.content and b"<table" in answer.content


def _signed_in(browser: Browser, url: str, client: Client, locale: str) -> Page:
    session = client.cookies[settings.SESSION_COOKIE_NAME]
    page = phone(browser, url, locale=locale)
    page.context.add_cookies([{"name": session.key, "value": session.value, "url": url}])
    return page
