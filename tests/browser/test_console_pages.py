"""Every page of the console in a browser: it fits a phone, and complains of nothing."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visitor
from tests.browser.desk import an_incident, call, console, overflow
from tests.browser.test_notices import NOTICES
from tests.product import Product

Enter = Callable[..., Visitor]
PHONE, DESK = {"width": 360, "height": 740}, {"width": 1280, "height": 900}
LANGUAGES = {"zh-CN": "zh-hans", "en-GB": "en"}

# What a screen reader would be silent about: controls and links without any name.
NAMELESS = """() => [...document.querySelectorAll(
  'input:not([type=hidden]), select, textarea, button, a[href], progress, summary'
)].filter(one => {
  const text = one.matches('input, select, textarea, progress') ? '' : one.textContent;
  const label = [...(one.labels ?? [])].map(label => label.textContent).join('');
  const pointed = (one.getAttribute('aria-labelledby') ?? '').split(' ')
    .map(id => document.getElementById(id)?.textContent ?? '').join('');
  return !(text + label + pointed + (one.getAttribute('aria-label') ?? '')).trim();
}).map(one => one.outerHTML)"""

# Headings that skip a level: h1, then h3.
LEAPS = """() => {
  const levels = [...document.querySelectorAll('h1, h2, h3, h4, h5, h6')]
    .filter(one => one.checkVisibility()).map(one => Number(one.tagName[1]));
  return levels.filter((level, i) => level > (levels[i - 1] ?? 0) + 1);
}"""

# The least contrast (WCAG 2.2, relative luminance) between any text and the ground it stands on.
FAINTEST = """() => {
  const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  const known = {};
  const drawn = (color) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = color;
    canvas.fillRect(0, 0, 1, 1);
    return canvas.getImageData(0, 0, 1, 1).data;
  };
  const rgba = (color) => known[color] ??= drawn(color);
  const luminance = (color) => {
    const [r, g, b] = [...rgba(color)].slice(0, 3).map(one => one / 255)
      .map(one => one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (one) => {
    for (; one; one = one.parentElement) {
      const color = getComputedStyle(one).backgroundColor;
      if (rgba(color)[3] > 200) return color;
    }
    return getComputedStyle(document.documentElement).backgroundColor;
  };
  const written = [...document.querySelectorAll('main *, header *, footer *')].filter(one =>
    one.checkVisibility() && !one.closest('.visually-hidden, svg, option') &&
    [...one.childNodes].some(node => node.nodeType === 3 && node.textContent.trim()));
  return written.map(one => {
    const [light, dark] = [luminance(getComputedStyle(one).color), luminance(ground(one))]
      .sort((a, b) => b - a);
    return [(light + 0.05) / (dark + 0.05), one.outerHTML.slice(0, 120)];
  }).sort((a, b) => a[0] - b[0])[0];
}"""


@pytest.fixture(scope="module")
def addresses(product: Product) -> list[str]:
    """Return an existing page for every address that has one."""
    incident = an_incident(product, "每一页都看一遍")
    notice = call(product, "notices/")["results"][0]["id"]
    maintenance = call(product, "maintenances/")["results"][0]["id"]
    paths = [
        *("", "incidents/", "incidents/new/", "incidents/compose/"),
        *(f"incidents/{incident['id']}/", f"incidents/{incident['id']}/update/"),
        *("maintenances/", "maintenances/compose/", f"maintenances/{maintenance}/"),
        *("notices/", "notices/new/", f"notices/{notice}/"),
        *(f"notices/compose/{kind}/" for kind in NOTICES),
        "rules/",
        *("log/", f"broadcasts/{incident['statement']}/"),
        *("held/", "ledger/", "dead-letters/", "dead-letters/retry/", "quarantine/"),
        *(f"statements/{incident['statement']}/{act}/" for act in ("correct", "withdraw")),
    ]
    return [console(product, path) for path in paths]


@pytest.mark.parametrize(
    ("locale", "scheme", "viewport"), [("zh-CN", "light", PHONE), ("en-GB", "dark", DESK)]
)
def test_every_page_is_whole_for_eyes_ears_and_thumbs(
    addresses: list[str],
    enter: Enter,
    locale: str,
    scheme: str,
    viewport: dict[str, int],
    subtests: pytest.Subtests,
) -> None:
    page = enter("admin", locale=locale, color_scheme=scheme, viewport=viewport).page()
    for address in addresses:
        with subtests.test(address=address):
            page.goto(address)
            expect(page.locator("html")).to_have_attribute("lang", LANGUAGES[locale])
            assert overflow(page) == []
            expect(page.locator("h1")).to_have_count(1)
            assert page.evaluate(NAMELESS) == []
            assert page.evaluate(LEAPS) == []
            contrast, where = page.evaluate(FAINTEST)
            assert contrast >= 4.5, where
            for landmark in ("main", "banner", "contentinfo"):
                expect(page.get_by_role(landmark)).to_have_count(1)
            assert page.get_by_role("navigation").first.get_attribute("aria-label")
            if not re.search(r"/(broadcasts|statements|held|ledger|quarantine)/", address):
                current = page.locator(".site-nav [aria-current=page]")
                expect(current).to_have_count(1)
                assert address.startswith(current.evaluate("link => link.href"))
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    red = int(re.findall(r"\d+", ground)[0])
    assert (red > 200) == (scheme == "light")


def test_fields_and_buttons_are_large_enough_for_a_thumb(product: Product, enter: Enter) -> None:
    page = enter(has_touch=True, is_mobile=True).page()
    for path in ("", "incidents/compose/", "maintenances/compose/"):
        page.goto(console(product, path))
        page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        controls = ".button, select, input[type=text], textarea, .choice, .site-nav a, summary"
        for control in page.locator(controls).all():
            box = control.bounding_box()
            assert box is None or box["height"] >= 44, control.evaluate("one => one.outerHTML")


def test_the_skip_link_leads_past_the_navigation(product: Product, enter: Enter) -> None:
    page = enter().page()
    page.goto(console(product))
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()


def fails_of(page: Page) -> list[str]:
    """Collects the addresses that this page asks for in vain."""
    failed: list[str] = []
    page.on("response", lambda one: failed.append(one.url) if one.status >= 400 else None)
    return failed


def test_reference_data_is_whole_too_and_has_an_icon(product: Product, enter: Enter) -> None:
    page = enter("admin", viewport={"width": 1280, "height": 900}).page()
    failed = fails_of(page)
    for path in ("", "components/component/", "components/component/add/"):
        page.goto(f"{product.demo['url']}/admin/{path}")
        expect(page.locator("h1").first).to_be_visible()
    icon = page.request.get(f"{product.demo['url']}/favicon.ico")
    assert icon.headers["content-type"] == "image/svg+xml"
    assert icon.text().lstrip().startswith("<svg")
    assert failed == []
