"""Notices to merchants in a browser: a form for every kind, and a holiday from end to end."""

import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visitor
from tests.browser.desk import (
    check,
    console,
    overflow,
    press,
    publish,
    segments,
    statements_saying,
    write,
)
from tests.product import Product

Enter = Callable[..., Visitor]
DESK, PHONE = {"width": 1280, "height": 900}, {"width": 360, "height": 740}
# Far away or long ago: what other tests reckon with must not move.
NOTICES = {
    "general": {},
    "delay": {
        "transactions_from": "2025-02-20T00:00",
        "transactions_until": "2025-02-21T00:00",
        "arrives_by": "2099-02-22",
    },
    "recovery": {"restored_at": "2025-02-21T11:15", "backlog_by": "2099-02-22"},
    "fee_waiver": {
        "transactions_from": "2025-02-18T00:00",
        "transactions_until": "2025-02-21T00:00",
        "percent_waived": "99.5",
        "borne_by_zh": "公司承担",
        "credited_by": "2099-03-01",
    },
    "compensation": {
        "for_what_zh": "到账延迟",
        "promised_total": "2500.50",
        "paid_by": "2099-03-31",
    },
    "yearly_disclosure": {
        "year": "2024",
        "transactions": "12000000",
        "transaction_received": "300",
        "transaction_handled": "299",
        "transaction_within_3": "280",
        "transaction_within_1": "210",
        "service_received": "100",
        "service_handled": "100",
        "service_within_3": "99",
        "service_within_1": "60",
        "risk_events": "3",
        "lost": "40000.00",
        "compensated": "38000.00",
    },
    "penalty_disclosure": {
        "authority_zh": "中国人民银行某分行",
        "decided_on": "2025-02-10",
        "violation_zh": "未按规定报送信息。",
        "put_right_zh": "已补报。",
    },
    "payout_progress": {"of": None, "amount": "100.10", "paid_on": "2025-02-26"},
    "holiday_schedule": {"holiday": "labour_day", "year": "2025"},
    "fee_change": {
        "old_fee": "0.6%",
        "new_fee": "万100+3",
        "effective_on": "2099-01-01",
        "how_to_leave_zh": "可免费退机。",
    },
    "price_list": {"prices": "小微商户\t不限\t借记卡\t不限\t0.5%", "valid_from": "2099-01-01"},
    "promotion": {
        "fee": "0.38%",
        "first_day": "2099-01-01",
        "last_day": "2099-01-31",
        "limit_transactions": "200",
    },
    "terminal_retirement": {
        "models": "DP-100\nDP-200",
        "last_day": f"{date.today() + timedelta(days=60)}",
        "instead_zh": "免费换领DP-300。",
    },
    "channel_closure": {
        "channel_zh": "银联二维码支付",
        "state": "closed",
        "starts": "2025-02-20T00:00",
        "instead_zh": "请改用刷卡。",
    },
    "limit_change": {"card": "debit", "new_day": "20000", "effective_on": "2099-01-01"},
    "agent_policy": {
        "changes_zh": "分润改为每月10日发放。",
        "effective_on": "2099-01-01",
        "contact_zh": "详见代理商系统。",
    },
    "replacement": {
        "what": "terminal",
        "names": "DP-100",
        "starts": f"{date.today()}",
        "ends": f"{date.today() + timedelta(days=60)}",
        "how_zh": "客服上门更换。",
        "otherwise_zh": "停用后无法收款。",
    },
    "security_warning": {"trick_zh": "冒充我司发短信。", "what_to_do_zh": "请勿回复。"},
    "clarification": {"quoted_zh": "即将停业", "verdict": "false", "why_zh": "经营正常。"},
    "settlement_rule": {"category": "micro", "cycle": "T+1", "valid_from": "2099-01-01"},
    "calendar_change": {
        "profile": "fx",
        "first_day": "2023-02-01",
        "last_day": "2023-02-01",
        "day_kind": "statutory_holiday",
    },
}
# Among them is every kind of field; the console's tests publish every kind without a browser.
WITH_EVERY_FIELD = (
    *("fee_waiver", "compensation", "payout_progress", "holiday_schedule"),
    *("terminal_retirement", "calendar_change"),
)


@pytest.fixture
def desk(enter: Enter) -> Page:
    """Return an author's screen."""
    return enter(viewport=DESK).page()


def fill_in(page: Page, name: str, value: str | None) -> None:
    """A field of the payload; None takes the first that there is to choose."""
    field = page.locator(f"[name=payload_{name}]")
    if field.evaluate("one => one.tagName") == "SELECT":
        field.select_option(**({"index": 1} if value is None else {"value": value}))
    else:
        field.fill(value or "")


def confirm_the_odd(page: Page) -> None:
    """These days are over, or far away: publishing them is asked about once more."""
    press(page, "confirm")
    page.locator("input[name=confirmed]").check()


def test_every_kind_of_notice_has_a_form_of_its_own(
    product: Product, desk: Page, subtests: pytest.Subtests
) -> None:
    desk.goto(console(product, "notices/new/"))
    expect(desk.locator(".pick")).to_have_count(len(NOTICES))
    for kind, values in NOTICES.items():
        with subtests.test(kind=kind):
            desk.goto(console(product, f"notices/compose/{kind}/"))
            own = desk.locator("[name^=payload_]")
            assert (own.count() > 0) == bool(values)
            for name, value in values.items():
                if value is not None:
                    fill_in(desk, name, value)
            # The preview follows what is typed; to leave before it has come is to break it off.
            desk.wait_for_load_state("networkidle")


@pytest.mark.parametrize("kind", WITH_EVERY_FIELD)
def test_a_notice_goes_from_its_form_to_the_page(product: Product, desk: Page, kind: str) -> None:
    desk.goto(console(product, "notices/new/"))
    desk.locator(f"a.pick[href$='/{kind}/']").click()
    expect(desk).to_have_url(re.compile(f"/compose/{kind}/"))
    write(desk, f"公告测试 {kind}", field="title")
    write(desk, f"写给商户的话 {kind}。")
    press(desk, "confirm")
    expect(desk.get_by_role("alert").get_by_role("link").first).to_be_visible()
    for name, value in NOTICES[kind].items():
        fill_in(desk, name, value)
    desk.locator("input[name=categories]").first.check()
    if kind != "terminal_retirement":
        confirm_the_odd(desk)
    if kind == "calendar_change":
        check(desk)
        press(desk, "publish")
        expect(desk).to_have_url(re.compile(r"/notices/proposals/\d+/"))
        assert statements_saying(product, f"写给商户的话 {kind}。") == []
        return
    number = publish(desk)
    assert statements_saying(product, f"写给商户的话 {kind}。") == [number]
    desk.locator("main header").get_by_role("link").click()
    expect(desk.locator("main")).to_contain_text(f"写给商户的话 {kind}。")
    expect(desk.locator(".said dl.details dd").first).not_to_be_empty()


def test_a_holiday_schedule_from_calendar_and_rules_to_the_public_table(
    product: Product, enter: Enter, visitor: Visitor
) -> None:
    page = enter(viewport=DESK).page()
    page.goto(console(product, "notices/compose/holiday_schedule/"))
    fill_in(page, "holiday", "national_day")
    fill_in(page, "year", "2025")
    # Generated, and filled in beside the preview.
    title = "关于2025年国庆节假期结算安排的公告"
    expect(page.locator("[name=title_zh]")).to_have_value(title)
    expect(page.locator("[name=body_en]")).to_have_value(re.compile("arrive on 9 Oct"))
    preview = page.locator("#preview")
    preview.locator("summary", has_text="到账日期表").first.click()
    expect(preview.locator("table caption", has_text="到账日期表").first).to_be_visible()
    expect(preview.get_by_role("alert")).to_have_count(0)
    assert segments(page) <= 2
    # What was typed in stays when another year is chosen.
    write(page, "国庆节结算安排", "National Day", field="title")
    fill_in(page, "year", "2026")
    expect(page.locator("[name=body_zh]")).to_have_value(
        re.compile("9月30日至10月7日的交易于10月8日")
    )
    expect(page.locator("[name=title_zh]")).to_have_value("国庆节结算安排")
    fill_in(page, "year", "2025")
    press(page, "generate")
    expect(page.locator("[name=title_zh]")).to_have_value(title)
    confirm_the_odd(page)
    publish(page)
    merchant = visitor.page()
    merchant.set_viewport_size(PHONE)
    merchant.goto(f"{product.demo['url']}/notices/")
    merchant.get_by_role("link", name=title).first.click()
    micro = merchant.get_by_role("region", name="小微商户")
    expect(micro).to_contain_text("9月30日–10月8日的交易")
    expect(micro).to_contain_text("10月9日（周四）")
    assert overflow(merchant) == []
    # The reader's own kind goes first, now and the next time.
    merchant.get_by_role("link", name="行业商户").click()
    own = merchant.locator(".merchant-card").nth(1)
    assert own.bounding_box()["y"] < micro.bounding_box()["y"]
    merchant.goto(merchant.url.partition("#")[0])
    assert own.bounding_box()["y"] < micro.bounding_box()["y"]
    merchant.get_by_text("逐日结算日期表").click()
    table = merchant.get_by_role("table", name="到账日期表")
    expect(table.locator("tbody tr")).to_have_count(17)
    assert overflow(merchant) == []


def test_the_ledger_shows_how_much_of_the_waiver_has_gone_back(
    product: Product, visitor: Visitor
) -> None:
    merchant = visitor.page()
    merchant.goto(f"{product.demo['url']}/ledger/")
    waiver = merchant.get_by_role("region", name="受影响交易手续费全额减免")
    expect(waiver).to_contain_text("186,420.50 元")
    expect(waiver.get_by_role("progressbar")).to_have_attribute("value", "92.20")
    assert overflow(merchant) == []
    waiver.get_by_role("table").get_by_role("link").first.click()
    expect(merchant.locator("h1")).to_have_text("手续费退还进度")
