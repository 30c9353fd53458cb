"""A phone's browser that shows pages made here, and what it measures of their tables."""

from collections.abc import Iterable
from typing import Final
from urllib.parse import urlsplit

from django.contrib.staticfiles import finders
from playwright.sync_api import Browser, Route

SIZE: Final = {"width": 360, "height": 640}
SITE: Final = "http://phone.test"
NARROWEST: Final = 64

# A table either has columns, or is cards: then each cell has the name of its column beside it, and
# roles say that it is a table all the same. `.deliveries` are cards of two lines without names.
MEASURE: Final = """narrowest => {
  document.querySelectorAll('details').forEach(one => { one.open = true; });
  const root = document.documentElement, width = root.clientWidth, found = [];
  if (root.scrollWidth > width) {
    const wide = [...document.body.querySelectorAll('*')].reverse()
      .find(one => one.checkVisibility() && one.getBoundingClientRect().right > width + 1);
    found.push(`the page is ${root.scrollWidth} px wide: ${wide?.outerHTML}`);
  }
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
  return found.map(one => one.slice(0, 300));
}"""


class Phone:
    """A tab that shows HTML as it is given, with the site's own sheets and scripts."""

    def __init__(self, browser: Browser) -> None:
        self.page = browser.new_context(viewport=SIZE, reduced_motion="reduce").new_page()
        self.page.route("**/*", self._serve)
        self.shown = ""

    def measure(self, path: str, html: str) -> list[str]:
        """Return what is wrong with a page's tables, and with its width."""
        self.shown = html
        self.page.goto(SITE)
        return [f"{path}: {one}" for one in self.page.evaluate(MEASURE, NARROWEST)]

    def faults(self, pages: Iterable[tuple[str, str]]) -> list[str]:
        """Return the same of all these pages."""
        return [one for path, html in pages for one in self.measure(path, html)]

    def _serve(self, route: Route) -> None:
        path = urlsplit(route.request.url).path
        file = finders.find(path.removeprefix("/static/")) if path.startswith("/static/") else None
        if route.request.is_navigation_request():
            route.fulfill(body=self.shown, content_type="text/html; charset=utf-8")
        elif file:
            route.fulfill(path=str(file))
        else:
            route.fulfill(status=404)
