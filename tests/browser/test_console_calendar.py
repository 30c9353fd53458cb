"""The settlement calendar in a browser: seen on a phone, loaded and approved by the keyboard."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visitor
from tests.browser.desk import console, overflow, tab_to
from tests.browser.test_console_pages import FAINTEST, LEAPS, NAMELESS
from tests.product import Product

Enter = Callable[..., Visitor]
PATHS = (
    "calendar/?year=2026",
    "calendar/?profile=fx&year=2026",
    "calendar/?year=2030",
    "calendar/load/?year=2026",
    "calendar/review/?year=2026",
)
# A year that no other test asks about.
YEAR = "profile=fx&year=2021"


def opened(enter: Enter, product: Product, path: str, who: str = "approver", **how: object) -> Page:
    page = enter(who, locale="en-GB", **how).page()
    page.goto(console(product, path))
    return page


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_each_page_fits_a_phone_and_can_be_read(
    product: Product, enter: Enter, scheme: str
) -> None:
    page = enter("approver", color_scheme=scheme).page()
    for path in PATHS:
        page.goto(console(product, path))
        assert overflow(page) == [], path
        assert page.evaluate(NAMELESS) == [], path
        assert page.evaluate(LEAPS) == [], path
        contrast, where = page.evaluate(FAINTEST)
        assert contrast >= 4.5, f"{path}: {contrast:.2f} {where}"


def test_a_day_is_told_apart_without_its_colour(product: Product, enter: Enter) -> None:
    page = opened(enter, product, PATHS[0])
    holiday = page.locator("li", has=page.locator("time[datetime='2026-10-01']"))
    make_up = page.locator("li", has=page.locator("time[datetime='2026-10-10']"))
    common = page.locator("li", has=page.locator("time[datetime='2026-10-12']"))
    marks = [one.locator(".mark") for one in (holiday, make_up)]
    assert marks[0].inner_text() != marks[1].inner_text()
    expect(common.locator(".mark")).to_have_count(0)
    expect(holiday).to_contain_text("National Day")
    border = "one => getComputedStyle(one).borderTopStyle + getComputedStyle(one).borderTopColor"
    assert make_up.evaluate(border) != holiday.evaluate(border)


def test_one_loads_a_year_by_keyboard_and_another_approves_it(
    product: Product, enter: Enter
) -> None:
    author = opened(enter, product, f"calendar/?{YEAR}", "author")
    tab_to(author, "a[href*='/calendar/load/']")
    author.keyboard.press("Enter")
    author.wait_for_url("**/calendar/load/**")
    # The other calendar is offered and ticked; other tests know it without this year.
    tab_to(author, "input[name=also]")
    expect(author.get_by_label("Domestic (CNY)")).to_be_checked()
    author.keyboard.press("Space")
    tab_to(author, "button[value=look]")
    author.keyboard.press("Enter")
    expect(author.locator("#difference")).to_be_visible()
    expect(author.locator("tbody tr").first).to_contain_text("2021-01-01")
    tab_to(author, "button[value=save]")
    author.keyboard.press("Enter")
    expect(author.locator(".alert-ok")).to_contain_text("days changed")
    expect(author.locator("a[href*='/calendar/review/']")).to_have_count(0)

    approver = opened(enter, product, f"calendar/?{YEAR}")
    tab_to(approver, "a[href*='/calendar/review/']")
    approver.keyboard.press("Enter")
    approver.wait_for_url("**/calendar/review/**")
    expect(approver.locator("main")).to_contain_text("国办发明电〔2020〕27号")
    approver.locator("main form button").click()
    expect(approver.locator(".alert-ok")).to_contain_text("2021 is now reviewed.")
    expect(approver.locator("main")).to_contain_text("approver")


def test_the_calendar_file_is_downloaded_as_a_calendar(product: Product, enter: Enter) -> None:
    page = enter().page()
    answer = page.request.get(f"{product.demo['url']}/calendar.ics")
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert "BEGIN:VEVENT" in answer.text()
