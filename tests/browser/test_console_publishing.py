"""Publishing from the console: once, by anyone, by any means, and never over a colleague's head."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, Error, Page, expect

from tests.browser.conftest import Visitor
from tests.browser.desk import (
    an_incident,
    check,
    console,
    number_shown,
    press,
    publish,
    statements_saying,
    tab_to,
    write,
)
from tests.product import Product, eventually

Enter = Callable[..., Visitor]
DESK = {"width": 1280, "height": 900}
BEIJING = ZoneInfo("Asia/Shanghai")


@pytest.fixture
def desk(enter: Enter) -> Page:
    """Return an author's screen."""
    return enter(viewport=DESK).page()


def write_incident(product: Product, page: Page, name: str, body: str) -> None:
    page.goto(console(product, "incidents/compose/"))
    write(page, name, field="name")
    write(page, body)


def test_a_double_click_publishes_once(product: Product, desk: Page) -> None:
    write_incident(product, desk, "双击也只发一次", "双击测试的正文。")
    check(desk)
    desk.locator("button[value=publish]").dblclick()
    number = number_shown(desk)
    assert statements_saying(product, "双击测试的正文。") == [number]


def test_publishing_the_same_form_in_two_tabs_publishes_once(
    product: Product, enter: Enter
) -> None:
    someone = enter(viewport=DESK)
    first, second = someone.page(), someone.page()
    write_incident(product, first, "两个标签页", "只应发布一次的正文。")
    token = first.locator("input[name=token]").input_value()
    second.goto(console(product, "incidents/compose/"))
    write(second, "两个标签页", field="name")
    write(second, "只应发布一次的正文。")
    second.locator("input[name=token]").evaluate("(one, value) => { one.value = value }", token)
    check(second)
    number = publish(first)
    press(second, "publish")
    assert number_shown(second) == number
    expect(second.get_by_role("status").first).to_contain_text("没有重复发布")
    assert statements_saying(product, "只应发布一次的正文。") == [number]


def test_back_after_publishing_does_not_publish_twice(product: Product, desk: Page) -> None:
    write_incident(product, desk, "后退也不重发", "后退测试的正文。")
    number = publish(desk)
    # Nothing of the console is stored: the browser asks whether to send the form again.
    with pytest.raises(Error, match="ERR_CACHE_MISS"):
        desk.go_back()

    def sent_again() -> bool:
        try:
            desk.reload()
        except Error:  # the browser is still busy showing its question
            return False
        return True

    assert eventually(sent_again, bool)
    assert number_shown(desk) == number
    expect(desk.get_by_role("status").first).to_contain_text("没有重复发布")
    assert statements_saying(product, "后退测试的正文。") == [number]


def test_who_is_overtaken_sees_what_the_other_said_and_keeps_the_text(
    product: Product, enter: Enter
) -> None:
    incident = an_incident(product, "代付通道异常")
    path = console(product, f"incidents/{incident['id']}/")
    author, approver = enter(viewport=DESK).page(), enter("approver", viewport=DESK).page()
    for page in (author, approver):
        page.goto(path)
    write(approver, "审核人先说:原因已找到。", "The approver was first.")
    publish(approver)

    write(author, "撰写人后说:仍在排查。", "The author came second.")
    expect(author.locator("#preview").get_by_role("alert")).to_contain_text("他人已发布更新")
    press(author, "confirm")
    expect(author.get_by_role("alert").first).to_contain_text("他人已发布更新")
    expect(author.locator("section.missed")).to_contain_text("审核人先说:原因已找到。")
    expect(author.locator("[name=body_zh]")).to_have_value("撰写人后说:仍在排查。")
    expect(author.locator("[name=body_en]")).to_have_value("The author came second.")
    assert statements_saying(product, "撰写人后说") == []

    write(author, "撰写人读后再说:已修复,观察中。")
    publish(author)
    author.goto(path)
    said = author.locator(".said .entry-body").all_inner_texts()
    assert [one[:3] for one in said] == ["撰写人", "审核人", "正在排"]


def test_a_correction_and_what_it_corrects_stay_side_by_side(product: Product, desk: Page) -> None:
    incident = an_incident(product, "到账时间写错", "预计18:00前到账。")
    desk.goto(console(product, f"incidents/{incident['id']}/"))
    desk.locator(".said").first.get_by_role("link", name=re.compile("更正")).click()
    expect(desk.locator("details.card")).to_contain_text("预计18:00前到账。")
    expect(desk.locator("[name=body_zh]")).to_have_value("预计18:00前到账。")
    write(desk, "应为20:00前到账。", "It will be 20:00.")
    number = publish(desk)
    desk.goto(console(product, f"incidents/{incident['id']}/"))
    entries = desk.locator(".said")
    expect(entries).to_have_count(2)
    expect(entries.first).to_contain_text(f"更正公告第{incident['statement']}号")
    expect(entries.last).to_contain_text("预计18:00前到账。")
    entries.last.get_by_role("link", name=f"已由公告第{number}号更正").click()
    expect(desk.locator(f"#statement-{number}")).to_be_in_viewport()


def test_a_withdrawal_leaves_the_original_and_takes_its_buttons(
    product: Product, desk: Page
) -> None:
    incident = an_incident(product, "误报的故障", "误报:全部交易失败。")
    desk.goto(console(product, f"incidents/{incident['id']}/"))
    desk.locator(".said").first.get_by_role("link", name=re.compile("撤回")).click()
    expect(desk.locator("[name=body_zh]")).to_have_value("")
    write(desk, "监控误报,交易一直正常。")
    publish(desk)
    desk.goto(console(product, f"incidents/{incident['id']}/"))
    original = desk.locator(f"#statement-{incident['statement']}")
    expect(original).to_contain_text("误报:全部交易失败。")
    expect(original.locator(".badge-withdrawal")).to_have_text("已撤回")
    expect(original.locator("a.button")).to_have_count(0)


def test_maintenance_is_scheduled_from_a_template(product: Product, desk: Page) -> None:
    tomorrow = f"{datetime.now(BEIJING) + timedelta(days=1):%Y-%m-%d}"
    desk.goto(console(product, "maintenances/compose/"))
    desk.locator("select[name=template]").select_option(label="后台维护 · Portal maintenance")
    press(desk, "template")
    checked = desk.locator("input[name=components]:checked")
    expect(checked).to_have_count(1)
    desk.locator("[name=scheduled_for]").fill(f"{tomorrow}T05:00")
    desk.locator("[name=scheduled_until]").fill(f"{tomorrow}T03:00")
    press(desk, "confirm")
    expect(desk.get_by_role("alert")).to_contain_text("结束时间必须晚于开始时间")
    expect(checked).to_have_count(1)
    desk.locator("[name=scheduled_until]").fill(f"{tomorrow}T06:00")
    write(desk, "凌晨维护,收款不受影响。", "At night; payments work.")
    press(desk, "confirm")
    expect(desk.get_by_role("alert")).to_contain_text("提前时间不足的原因")
    write(desk, "紧急修补安全漏洞。", "An urgent security fix.", field="short_notice_reason")
    expect(desk.locator("#preview .entry").first).to_contain_text("06:00")
    publish(desk)
    desk.goto(console(product))
    planned = desk.get_by_role("region", name="计划维护")
    expect(planned).to_contain_text(f"{tomorrow[5:]} 05:00")
    planned.get_by_role("article").filter(has_text="05:00").get_by_role("link").click()
    expect(desk.locator(".said")).to_contain_text("凌晨维护,收款不受影响。")


def test_the_progress_moves_by_itself_to_the_end(product: Product, desk: Page) -> None:
    write_incident(product, desk, "看着它发出去", "进度测试的正文。")
    publish(desk)
    desk.evaluate("window.stillHere = true")
    progress = desk.locator("#progress")
    expect(progress).not_to_have_attribute("hx-get", re.compile("."), timeout=60_000)
    bar = progress.locator("progress")
    assert bar.evaluate("one => one.value === one.max && one.value > 0")
    expect(progress.locator(".count", has_text="已送达").locator("dd")).not_to_have_text("0")
    assert desk.evaluate("window.stillHere"), "the page was not loaded again"


def test_deliveries_are_filtered_by_state_and_show_no_whole_number(
    product: Product, desk: Page
) -> None:
    write_incident(product, desk, "筛选发送", "筛选测试的正文。")
    number = publish(desk)
    path = console(product, f"broadcasts/{number}/?state=delivered")

    def texted() -> int:
        desk.goto(path)
        return desk.locator("table.deliveries tr", has_text="138****").count()

    assert eventually(texted, bool, seconds=60)
    shown = desk.locator("table.deliveries tbody tr")
    expect(shown.locator(".badge")).to_have_count(shown.count())
    assert set(shown.locator(".badge").all_inner_texts()) == {"已送达"}
    table = desk.locator("table.deliveries").inner_text()
    assert re.search(r"138\*{4}\d{4}", table)
    assert not re.search(r"138\d{8}", table)
    desk.locator("select[name=state]").select_option("")
    desk.wait_for_url(re.compile(r"\?state=&"))
    expect(shown.nth(5)).to_be_visible()


def test_without_javascript_from_a_template_to_publishing(product: Product, enter: Enter) -> None:
    page = enter(java_script_enabled=False).page()
    page.goto(console(product, "incidents/new/"))
    page.get_by_role("link", name=re.compile("到账延迟")).click()
    write(page, "没有脚本也能发布。", "Published without a script.")
    press(page, "preview")
    expect(page.locator("#preview figure.bubble blockquote").first).to_contain_text("没有脚本")
    expect(page.locator("[name=body_zh]")).to_have_value("没有脚本也能发布。")
    number = publish(page)
    assert statements_saying(product, "没有脚本也能发布。") == [number]
    expect(page.locator("#progress progress")).to_be_visible()


def test_the_keyboard_alone_goes_from_signing_in_to_publishing(
    product: Product, chromium: Browser
) -> None:
    someone = Visitor(chromium, viewport=DESK)
    page = someone.page()
    page.goto(console(product, "incidents/new/"))
    if page.locator(":focus[name=username]").count() == 0:
        tab_to(page, "[name=username]")
    page.keyboard.type("approver")
    page.keyboard.press("Tab")
    page.keyboard.type(product.password("approver"))
    page.keyboard.press("Enter")
    page.wait_for_url(console(product, "incidents/new/"))
    tab_to(page, "a.pick")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"template="))
    tab_to(page, "[name=body_zh]")
    page.keyboard.press("Control+a")
    page.keyboard.type("只用键盘写下的正文。")
    tab_to(page, "[name=body_en]")
    page.keyboard.press("Control+a")
    page.keyboard.type("Typed.")
    tab_to(page, "button[value=confirm]")
    page.keyboard.press("Enter")
    expect(page.locator(".confirm-count")).to_be_visible()
    tab_to(page, "button[value=publish]")
    page.keyboard.press("Enter")
    number = number_shown(page)
    assert statements_saying(product, "只用键盘写下的正文。") == [number]
    assert someone.leave() == []
