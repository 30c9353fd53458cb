"""Every page of the console in a browser: it fits a phone, and complains of nothing."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visitor
from tests.browser.desk import an_incident, call, console, overflow
from tests.browser.test_notices import NOTICES
from tests.product import Product
from tests.tools.axe import COLOURS, EVERYTHING, violations

Enter = Callable[..., Visitor]
PHONE, DESK = {"width": 360, "height": 740}, {"width": 1280, "height": 900}
# They belong to no entry of the navigation.
UNLISTED = re.compile(
    r"/(account|audit|broadcasts|drafts|ledger|quarantine|reviews|statements|tokens)/"
)
# One template makes the forms of all kinds of notice: three have every type of field.
ALIKE = re.compile(r"/notices/compose/(?!general|settlement_rule|yearly_disclosure)")
# Where badges of every tone are.
TONES = re.compile(
    r"/console/((incidents|broadcasts)/\w+/|maintenances/|components/|dead-letters/|signals/|audit/)?$"
)


@pytest.fixture(scope="module")
def addresses(product: Product) -> list[str]:
    """Return an existing page for every address that has one."""
    incident = an_incident(product, "每一页都看一遍")
    notice = call(product, "notices/")["results"][0]["id"]
    maintenance = call(product, "maintenances/")["results"][0]["id"]
    resolved = call(product, "incidents/?status=resolved")["results"][0]["id"]
    paths = [
        *("", "incidents/", "incidents/new/", "incidents/compose/", "incidents/backfill/"),
        *("incidents/compose/?template=1", "drafts/", "reviews/", "signals/", "components/"),
        *("account/", "tokens/", "audit/", "subscribers/", "subscribers/import/"),
        *(f"incidents/{incident['id']}/", f"incidents/{incident['id']}/update/"),
        *(f"incidents/{resolved}/{page}/" for page in ("postmortem", "regulator")),
        *("maintenances/", "maintenances/compose/", f"maintenances/{maintenance}/"),
        *("maintenances/calendar/", "maintenances/recurring/new/"),
        *("notices/", "notices/new/", f"notices/{notice}/"),
        *(f"notices/compose/{kind}/" for kind in NOTICES),
        "rules/",
        *("log/", f"broadcasts/{incident['statement']}/"),
        *("ledger/", "dead-letters/", "dead-letters/retry/", "quarantine/"),
        *(f"statements/{incident['statement']}/{act}/" for act in ("correct", "withdraw")),
    ]
    return [console(product, path) for path in paths]


def test_every_page_is_whole_on_a_phone_in_chinese(
    addresses: list[str], enter: Enter, subtests: pytest.Subtests
) -> None:
    page = enter("admin", viewport=PHONE, reduced_motion="reduce").page()
    for address in addresses:
        with subtests.test(address=address):
            goes_well(page, address, "zh-hans")
            assert ALIKE.search(address) or violations(page, EVERYTHING) == []
            for landmark in ("main", "banner", "contentinfo"):
                expect(page.get_by_role(landmark)).to_have_count(1)
            assert page.get_by_role("navigation").first.get_attribute("aria-label")
            if not UNLISTED.search(address):
                current = page.locator(".site-nav [aria-current=page]")
                expect(current).to_have_count(1)
                assert address.startswith(current.evaluate("link => link.href"))
    assert brightness(page) > 200


def test_every_page_is_whole_on_a_desk_in_english_and_dark(
    addresses: list[str], enter: Enter, subtests: pytest.Subtests
) -> None:
    dark = {"color_scheme": "dark", "reduced_motion": "reduce"}
    page = enter("admin", locale="en-GB", viewport=DESK, **dark).page()
    for address in addresses:
        with subtests.test(address=address):
            goes_well(page, address, "en")
            assert not TONES.search(address) or violations(page, COLOURS) == []
    assert brightness(page) < 100


def goes_well(page: Page, address: str, language: str) -> None:
    """Open a page, and see that it is there, in that language and no wider than the window."""
    answer = page.goto(address)
    assert answer is not None
    assert answer.ok
    expect(page.locator("html")).to_have_attribute("lang", language)
    assert overflow(page) == []


def brightness(page: Page) -> int:
    """Return the red of the page's ground, from 0 to 255."""
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    return int(re.findall(r"\d+", ground)[0])


def test_fields_and_buttons_are_large_enough_for_a_thumb(product: Product, enter: Enter) -> None:
    page = enter(has_touch=True, is_mobile=True).page()
    for path in ("", "incidents/compose/", "maintenances/compose/"):
        page.goto(console(product, path))
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
    for path in ("", "components/component/", "incidents/template/add/", "staff/staff/"):
        page.goto(f"{product.demo['url']}/admin/{path}")
        expect(page.locator("h1").first).to_be_visible()
    icon = page.request.get(f"{product.demo['url']}/favicon.ico")
    assert icon.headers["content-type"] == "image/svg+xml"
    assert icon.text().lstrip().startswith("<svg")
    assert failed == []
