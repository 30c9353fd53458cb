"""A merchant asks when the money arrives, on a phone without JavaScript."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Visitor
from tests.browser.desk import call, overflow
from tests.product import Product

LARGE = 44  # CSS pixels; what a thumb needs


@pytest.fixture
def plain(chromium: Browser) -> Iterator[Visitor]:
    """Yield a phone whose browser runs no script."""
    someone = Visitor(chromium, java_script_enabled=False)
    yield someone
    assert someone.leave() == []


def ask(page: Page, day: str, clock: str, **choices: str) -> None:
    for label, value in choices.items():
        page.get_by_label(label, exact=True).select_option(label=value)
    page.get_by_label("交易日期").fill(day)
    page.get_by_label("交易时间").fill(clock)
    page.get_by_role("button", name="查询到账日期").click()


def test_a_merchant_finds_the_day_and_the_reasons(product: Product, plain: Visitor) -> None:
    page = plain.page()
    page.goto(product.demo["url"])
    page.get_by_role("link", name="到账查询").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("我的钱什么时候到账？")
    ask(page, "2024-09-30", "12:00", 您是="小微商户")
    expect(page.locator(".answer-date")).to_have_text("应已于2024年10月8日（周二）18:00 前到账")
    steps = page.locator(".steps li")
    expect(steps.filter(has_text="国庆节")).to_have_count(7)
    expect(steps.first).to_contain_text("T+1")
    assert plain.context.cookies() == []


def test_the_next_question_is_asked_on_the_same_page(product: Product, plain: Visitor) -> None:
    page = plain.page()
    page.goto(f"{product.demo['url']}/arrival/?category=micro&date=2024-09-30&time=12:00")
    expect(page.get_by_label("交易日期")).to_have_value("2024-09-30")
    ask(page, "2024-09-30", "12:00", 您是="行业商户")
    expect(page.locator(".answer-date")).to_contain_text("2024年10月1日（周二）")
    ask(page, "2024-09-30", "23:00", 您是="小微商户", 收款产品="秒到")
    expect(page.locator(".answer-date")).to_contain_text("2024年10月8日（周二）")
    expect(page.locator(".steps")).to_contain_text("已截止")


def test_a_mistake_is_shown_at_its_field_and_can_be_put_right(
    product: Product, visitor: Visitor
) -> None:
    page = visitor.page()
    page.goto(
        f"{product.demo['url']}/arrival/?category=micro&date=2024-09-30&time=12:00&amount=many"
    )
    amount = page.get_by_label("交易金额")
    expect(amount).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_role("alert")).to_contain_text("交易金额")
    amount.fill("1234.56")
    page.get_by_role("button", name="查询到账日期").click()
    expect(page.locator(".sums")).to_contain_text("7.41")
    expect(page.locator(".sums-total")).to_contain_text("1,227.15")


def test_a_delay_is_told_with_a_link_to_its_notice(product: Product, plain: Visitor) -> None:
    said = call(
        product,
        "notices/",
        {
            "kind": "delay",
            "title": {"zh-hans": "小微商户到账延迟", "en": "Late payouts"},
            "body": {"zh-hans": "资金安全。", "en": "Funds are safe."},
            "payload": {
                "transactions_from": "2024-03-05T00:00:00+08:00",
                "transactions_until": "2024-03-06T00:00:00+08:00",
                "arrives_by": "2024-03-12",
            },
            "originally": {"published_on": "2024-03-05"},
            "audience": {"categories": ["micro"]},
        },
    )
    page = plain.page()
    page.goto(f"{product.demo['url']}/arrival/?category=micro&date=2024-03-05&time=12:00")
    expect(page.locator(".answer-date")).to_contain_text("最迟应已于2024年3月12日（周二）到账")
    page.locator(".step-late a").click()
    page.wait_for_url(re.compile(rf"/notices/{said['id']}/#statement-{said['statement']}$"))
    expect(page.get_by_role("heading", level=1)).to_have_text("小微商户到账延迟")


def test_the_first_page_answers_for_what_is_paid_now(product: Product, plain: Visitor) -> None:
    page = plain.page()
    page.goto(f"{product.demo['url']}/en/")
    now = page.get_by_role("region", name="When will today's payments arrive?")
    expect(now.get_by_role("listitem")).to_have_count(2)
    now.get_by_role("link", name="Industry merchants").click()
    expect(page.locator(".answer-date")).to_contain_text("Expected to arrive on")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", ["/arrival/", "/en/arrival/"])
def test_it_fits_a_phone_and_a_thumb_in_both_themes(
    product: Product, chromium: Browser, scheme: str, path: str
) -> None:
    someone = Visitor(chromium, color_scheme=scheme, has_touch=True, is_mobile=True)
    page = someone.page()
    page.goto(f"{product.demo['url']}{path}?category=micro&date=2024-09-30&time=12:00&amount=100")
    assert overflow(page) == []
    page.locator("main summary").click()
    for control in page.locator("main input, main select, main button, main summary").all():
        box = control.bounding_box()
        assert box
        assert box["height"] >= LARGE, control.evaluate("one => one.outerHTML")
    assert someone.leave() == []


def test_on_paper_only_the_answer_stands(product: Product, visitor: Visitor) -> None:
    page = visitor.page()
    page.goto(f"{product.demo['url']}/arrival/?category=micro&date=2024-09-30&time=12:00")
    page.emulate_media(media="print")
    expect(page.locator(".answer")).to_be_visible()
    expect(page.locator(".question")).to_be_hidden()
    expect(page.locator(".site-nav")).to_be_hidden()
