"""Writing at the console: the form, and the preview beside it that follows the typing."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visitor
from tests.browser.desk import (
    an_incident,
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
BEIJING = ZoneInfo("Asia/Shanghai")
THUMB = 44  # px, the least height of what a thumb can hit


@pytest.fixture
def form(product: Product, enter: Enter) -> Page:
    """Return the blank form for a new incident, on a desk's screen."""
    page = enter(viewport={"width": 1280, "height": 900}).page()
    page.goto(console(product, "incidents/compose/"))
    return page


def bubbles(page: Page) -> list[str]:
    """Return the texts to telephones: Chinese, then English."""
    return page.locator("#preview > section > figure.bubble blockquote").all_inner_texts()


def promised(page: Page) -> datetime:
    value = page.locator("input[name=next_update_by]").input_value()
    return datetime.fromisoformat(value).replace(tzinfo=BEIJING)


def minutes_until(moment: datetime) -> float:
    return (moment - datetime.now(BEIJING)) / timedelta(minutes=1)


def test_a_thumb_alone_gets_from_a_template_to_publishing(product: Product, enter: Enter) -> None:
    page = enter(has_touch=True, is_mobile=True).page()
    page.goto(console(product))
    for name in (re.compile("发布事件"), re.compile("商户后台访问缓慢")):
        link = page.get_by_role("main").get_by_role("link", name=name).first
        link.wait_for()
        page.wait_for_load_state()  # with its styles
        assert link.bounding_box()["height"] >= THUMB
        link.tap()
    for step in ("confirm", "publish"):
        # The hidden one takes the Enter key.
        button = page.locator(f"button[name=step][value={step}]:not(.visually-hidden)")
        button.wait_for()
        page.wait_for_load_state()
        # The bar with the buttons stays under the thumb, wherever the page is scrolled to.
        box = button.bounding_box()
        assert box["height"] >= THUMB
        assert box["y"] + box["height"] <= 740
        assert overflow(page) == []
        button.tap()
    page.wait_for_url(re.compile(r"/console/broadcasts/\d+/"))
    expect(page.get_by_role("status").first).to_contain_text("已发布")


def test_a_template_fills_in_the_time_and_can_go_out_as_it_is(product: Product, form: Page) -> None:
    form.goto(console(product, "incidents/new/"))
    before = datetime.now(BEIJING)
    form.get_by_role("link", name=re.compile("刷卡失败")).click()
    texts = [form.locator(f"[name=body_{one}]").input_value() for one in ("zh", "en")]
    clocks = {f"{moment:%H:%M}" for moment in (before, datetime.now(BEIJING))}
    for text in texts:
        assert "{" not in text
        assert any(clock in text for clock in clocks), text
    number = publish(form)
    assert statements_saying(product, texts[0])[0] == number


def test_both_bubbles_follow_the_typing(form: Page) -> None:
    form.evaluate("window.stillHere = true")
    form.locator("[name=name_zh]").press_sequentially("扫码支付缓慢")
    form.locator("[name=name_en]").press_sequentially("QR payments are slow")
    write(form, "重试一次即可。", "Trying again helps.")
    phone = form.locator("#preview > section > figure.bubble blockquote")
    expect(phone.first).to_contain_text("重试一次即可。")
    expect(phone.last).to_contain_text("Trying again helps.")
    chinese, english = bubbles(form)
    assert chinese.startswith("【演示支付】")
    assert "扫码支付缓慢" in chinese
    assert "QR payments are slow" in english
    assert "重试" not in english
    assert form.evaluate("window.stillHere"), "the page was not loaded again"


def test_the_cursor_stays_in_the_text_while_the_preview_follows(form: Page) -> None:
    body = form.locator("[name=body_zh]")
    body.press_sequentially("正在")
    expect(form.locator("#preview .entry-body").first).to_contain_text("正在")
    expect(body).to_be_focused()
    form.keyboard.type("排查")
    expect(form.locator("#preview .entry-body").first).to_contain_text("正在排查")
    expect(body).to_have_value("正在排查")


def test_a_text_of_more_than_seventy_characters_costs_more_messages(form: Page) -> None:
    write(form, "延迟", field="name")
    write(form, "排查中。")
    phone = form.locator("#preview figure.bubble blockquote").first
    expect(phone).to_contain_text("排查中。")
    short = bubbles(form)[0]
    assert len(short) <= 70
    assert segments(form) == 1
    write(form, "排查中。" + "请勿撤销已成功的交易,资金安全。" * 5)
    expect(phone).to_contain_text("资金安全。")
    long = bubbles(form)[0]
    assert len(long) > 70
    assert segments(form) > 1


def test_the_number_of_recipients_is_said_before_anything_goes_out(form: Page) -> None:
    rows = form.locator("table.recipients tbody tr")
    told = 0
    for row in rows.all():
        told += sum(int(cell) for cell in row.locator("td").all_inner_texts())
    total = form.locator("table.recipients tfoot td").inner_text()
    assert told == int(total) > 0
    write(form, "延迟", field="name")
    write(form, "排查中。")
    check(form)
    expect(form.locator(".confirm-count")).to_contain_text(total)


@pytest.mark.parametrize(("impact", "minutes"), [("critical", 30), ("major", 60), ("minor", 240)])
def test_a_graver_impact_brings_the_next_update_nearer(
    form: Page, impact: str, minutes: int
) -> None:
    form.locator("input[name=next_update_by]").evaluate("field => { field.value = '' }")
    form.locator("select[name=impact]").select_option(impact)
    assert minutes - 2 <= minutes_until(promised(form)) <= minutes


def test_without_an_impact_the_worst_component_decides_the_promise(form: Page) -> None:
    form.locator("select[name=impact]").select_option("")
    states = form.locator("select[name^=component_]")
    states.nth(0).select_option("degraded_performance")
    calm = minutes_until(promised(form))
    states.nth(1).select_option("major_outage")
    assert minutes_until(promised(form)) < calm
    expect(form.locator(".state-chosen")).to_have_count(2)
    states.nth(0).select_option("")
    expect(form.locator(".state-chosen")).to_have_count(1)


def test_a_promise_set_by_hand_is_not_moved_any_more(form: Page) -> None:
    by_hand = (datetime.now(BEIJING) + timedelta(hours=7)).replace(second=0, microsecond=0)
    field = form.locator("input[name=next_update_by]")
    field.fill(f"{by_hand:%Y-%m-%dT%H:%M}")
    field.blur()
    form.locator("select[name=impact]").select_option("critical")
    assert promised(form) == by_hand
    expect(form.locator("#preview")).to_contain_text(f"{by_hand:%H:%M}")


def test_a_missing_english_text_is_marked_while_typing_and_in_the_preview(form: Page) -> None:
    mark = form.locator("#field-body .pair-part").last.locator(".pair-missing")
    body = form.locator("[name=body_en]")
    expect(mark).to_have_css("visibility", "visible")
    form.locator("[name=body_zh]").fill("排查中。")
    expect(form.locator("#preview .entry").last).to_contain_text("未填写英文，将显示中文")
    expect(form.locator("#preview .entry-body").last).to_contain_text("排查中。")
    body.fill("Looking into it.")
    expect(mark).to_have_css("visibility", "hidden")
    expect(form.locator("#preview .entry").last).not_to_contain_text("未填写英文，将显示中文")
    body.fill("")
    expect(mark).to_have_css("visibility", "visible")


def test_other_channels_stay_unfolded_while_the_preview_follows(form: Page) -> None:
    others = form.locator("#others")
    expect(others).not_to_have_attribute("open", "")
    others.locator("summary").click()
    for text in ("第一句。", "第一句。第二句。"):
        form.locator("[name=body_zh]").fill(text)
        expect(others.locator("blockquote").first).to_contain_text(text)
        expect(others).to_have_attribute("open", "")
    others.locator("summary").click()
    form.locator("[name=body_zh]").fill("第三句。")
    expect(form.locator("#preview .entry-body").first).to_contain_text("第三句。")
    expect(others).not_to_have_attribute("open", "")


def test_a_placeholder_is_refused_by_name_and_everything_typed_is_kept(form: Page) -> None:
    write(form, "{产品}延迟", "Delay of {product}", field="name")
    write(form, "影响{多少}家商户。", "Merchants are affected.")
    form.locator("select[name^=component_]").first.select_option("degraded_performance")
    form.locator("select[name=impact]").select_option("minor")
    press(form, "confirm")
    alert = form.get_by_role("alert")
    for placeholder in ("{产品}", "{product}", "{多少}"):
        expect(alert).to_contain_text(placeholder)
    expect(alert).to_be_focused()
    expect(form.locator("button[value=publish]")).to_have_count(0)
    expect(form.locator("[name=name_zh]")).to_have_value("{产品}延迟")
    expect(form.locator("[name=body_zh]")).to_have_value("影响{多少}家商户。")
    expect(form.locator("select[name=impact]")).to_have_value("minor")
    expect(form.locator("#preview .entry-body").first).to_contain_text("影响{多少}家商户。")
    alert.get_by_role("link").first.click()
    expect(form.locator("#field-name")).to_be_in_viewport()


def test_going_back_to_the_text_keeps_it_and_it_can_be_mended(product: Product, form: Page) -> None:
    write(form, "回头再改的标题", field="name")
    write(form, "第一稿,还不准确。")
    check(form)
    press(form, "edit")
    expect(form.locator("[name=body_zh]")).to_have_value("第一稿,还不准确。")
    write(form, "第二稿,已经核对。")
    publish(form)
    assert statements_saying(product, "第一稿,还不准确。") == []
    assert len(statements_saying(product, "第二稿,已经核对。")) == 1


def test_an_update_begins_with_what_holds_and_offers_only_what_may_follow(
    product: Product, form: Page
) -> None:
    incident = an_incident(product, "收单网关缓慢")
    form.goto(console(product, f"incidents/{incident['id']}/"))
    expect(form.locator("select[name=impact]")).to_have_value("minor")
    expect(form.locator("select[name=status]")).to_have_value("investigating")
    form.locator("select[name=status]").select_option("resolved")
    expect(form.locator("#preview .entry .badge-resolved").first).to_be_visible()
    write(form, "已经恢复。", "It works again.")
    publish(form)
    form.goto(console(product, f"incidents/{incident['id']}/"))
    offered = form.locator("select[name=status] option").evaluate_all(
        "options => options.map(one => one.value)"
    )
    assert offered == ["resolved"], "reopening is a choice of its own"
    form.get_by_role("link", name="重新打开事件").click()
    expect(form.locator("select[name=status]")).to_have_value("investigating")
