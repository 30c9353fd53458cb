"""After publishing, in a browser: the bar, the ledger, and what did not arrive."""

import json
import re
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.conftest import Visitor
from tests.browser.desk import an_incident, console, overflow, tab_to
from tests.product import ANSWER_WITHIN_SECONDS, Product, eventually

Enter = Callable[..., Visitor]
DESK = {"width": 1280, "height": 900}
# A merchant of the demonstration.
NUMBER = "+8613800138001"
MASKED = "138****8001"
# Twilio's word for a text that it does not take: definite, and no stop.
NOT_TAKEN = 21617


def control(
    product: Product, path: str, method: str = "GET", values: dict[str, Any] | None = None
) -> dict[str, Any]:
    """Ask, or tell, the simulator."""
    request = urllib.request.Request(
        f"{product.demo['simulator']['url']}/control/{path}",
        data=None if values is None else json.dumps(values).encode(),
        headers={"Content-Type": "application/json"},
        method=method,
    )
    with urllib.request.urlopen(request, timeout=ANSWER_WITHIN_SECONDS) as response:
        return json.load(response)


@contextmanager
def fault(product: Product, **switch: Any) -> Iterator[None]:
    """While something goes wrong at the provider."""
    control(product, "switches", "PUT", switch)
    try:
        yield
    finally:
        control(product, "switches", "DELETE")


def wait_until_finished(page: Page) -> None:
    """The bar moves by itself, and stops asking when there is nothing more to come."""
    expect(page.locator("#progress")).not_to_have_attribute(
        "hx-get", re.compile("."), timeout=60_000
    )


def texts(product: Product, said: str) -> list[str]:
    """Return the SMS that the merchant got with these words."""
    messages = control(product, f"ledger?to=%2B{NUMBER[1:]}&provider=twilio")["messages"]
    return [one["body"] for one in messages if said in one["body"]]


def test_what_failed_is_seen_sent_again_and_arrives(product: Product, enter: Enter) -> None:
    page = enter("approver", viewport=DESK).page()
    with fault(product, fault="refuse", to=NUMBER, code=NOT_TAKEN):
        number = an_incident(product, "重发试验", "重发试验的正文。")["statement"]
        page.goto(console(product, f"broadcasts/{number}/"))
        wait_until_finished(page)
    row = page.locator(".deliveries tbody tr", has_text=MASKED)
    page.reload()
    expect(row).to_contain_text("失败")
    assert texts(product, "重发试验的正文") == []

    page.get_by_role("link", name="未送达消息", exact=True).click()
    expect(page.locator("h1")).to_have_text("未送达消息")
    # Those of this statement: the product is shared with other tests.
    page.goto(console(product, f"dead-letters/?statement={number}"))
    expect(page.locator(".groups li")).to_have_count(1)
    page.locator(".groups a").click()
    page.get_by_role("link", name="全部重发…").click()
    expect(page.locator(".confirm-count")).to_have_text("将重发 1 条消息。")
    page.get_by_role("button", name="重发").click()
    expect(page.get_by_role("status").first).to_have_text("将重发 1 条消息。")
    expect(page.locator("section", has_text="处理记录").last).to_contain_text("approver")

    page.goto(console(product, f"broadcasts/{number}/?who=8001"))
    wait_until_finished(page)
    page.reload()
    expect(row).to_contain_text("已送达")
    assert len(eventually(lambda: texts(product, "重发试验的正文"), bool)) == 1


def test_a_merchant_is_found_by_part_of_the_number_and_by_all_of_it(
    product: Product, enter: Enter
) -> None:
    number = an_incident(product, "查找试验")["statement"]
    page = enter(viewport=DESK).page()
    page.goto(console(product, f"broadcasts/{number}/"))
    wait_until_finished(page)
    for typed in ("8001", MASKED, "138 0013 8001", NUMBER):
        page.goto(console(product, f"broadcasts/{number}/"))
        page.get_by_label("号码或地址").fill(typed)
        page.get_by_label("号码或地址").press("Enter")
        expect(page.locator("main")).to_contain_text(f"仅 {MASKED}")
        expect(page.locator(".deliveries tbody tr")).to_have_count(1)
        assert "13800138001" not in page.url.replace("%20", "")
    page.get_by_role("link", name="显示全部").click()
    expect(page.locator(".deliveries tbody tr").nth(1)).to_be_visible()


def test_filters_work_by_keyboard_and_the_sheet_has_what_the_page_shows(
    product: Product, enter: Enter, tmp_path: Path
) -> None:
    number = an_incident(product, "表格试验")["statement"]
    page = enter(viewport=DESK).page()
    page.goto(console(product, f"broadcasts/{number}/"))
    wait_until_finished(page)
    tab_to(page, "#channel")
    page.keyboard.press("ArrowDown")
    page.wait_for_url(re.compile("channel=email"))
    expect(page.locator(".deliveries tbody tr")).to_have_count(1)
    with page.expect_download() as download:
        page.get_by_role("link", name="下载 CSV").click()
    download.value.save_as(tmp_path / "sheet.csv")
    lines = (tmp_path / "sheet.csv").read_text(encoding="utf-8-sig").splitlines()
    assert lines[0].startswith("公告,地址,渠道")
    assert len(lines) == 2
    assert "a***@example.com" in lines[1]
    assert "agent@example.com" not in lines[1]


def test_the_history_of_one_merchant(product: Product, enter: Enter) -> None:
    an_incident(product, "历史试验")
    page = enter("author").page()

    def found() -> str:
        page.goto(console(product, "ledger/"))
        page.get_by_label("号码或地址").fill(NUMBER)
        page.get_by_role("button", name="搜索").click()
        return page.locator(".deliveries tbody tr").first.inner_text()

    assert "历史试验" in eventually(found, lambda text: "历史试验" in text)
    assert overflow(page) == []
    expect(page.locator("#deliveries")).to_contain_text(MASKED)


def test_an_author_sees_what_failed_and_cannot_send_it_again(
    product: Product, enter: Enter
) -> None:
    page = enter("author").page()
    page.goto(console(product, "dead-letters/"))
    expect(page.locator("h1")).to_have_text("未送达消息")
    expect(page.locator("a[href*='/retry/']")).to_have_count(0)
    answer = page.goto(console(product, "dead-letters/retry/"))
    assert answer.status == 403
    expect(page.locator("h1")).to_have_text("仅限复核人操作")


def test_everything_works_without_javascript(product: Product, enter: Enter) -> None:
    page = enter("approver", java_script_enabled=False).page()
    refresh = page.get_by_role("link", name="刷新")

    def failed() -> int:
        page.goto(console(product, f"dead-letters/?statement={number}"))
        return page.locator(".deliveries a[href*='retry']").count()

    with fault(product, fault="refuse", to=NUMBER, code=NOT_TAKEN):
        number = an_incident(product, "无脚本试验", "无脚本试验的正文。")["statement"]
        assert eventually(failed, bool, seconds=60) == 1
    page.locator(".deliveries a[href*='retry']").click()
    page.get_by_role("button", name="重发").click()
    expect(page.get_by_role("status").first).to_be_visible()
    page.goto(console(product, f"broadcasts/{number}/"))
    page.get_by_label("号码或地址").fill("8001")
    page.get_by_role("button", name="搜索").click()

    def state() -> str:
        if refresh.count():
            refresh.click()
        else:
            page.reload()
        return page.locator(".deliveries tbody tr").inner_text()

    assert "已送达" in eventually(state, lambda text: "已送达" in text, seconds=60)
    assert overflow(page) == []


def test_the_bar_asks_again_and_again_until_it_is_finished(product: Product, enter: Enter) -> None:
    """The provider answers after fifteen seconds, so that there is something to watch."""
    page = enter(viewport=DESK).page()
    asked: list[str] = []
    with fault(product, fault="delay", ms=15_000):
        number = an_incident(product, "进度试验")["statement"]
        page.goto(console(product, f"broadcasts/{number}/"))
        page.on("request", lambda one: "/progress/" in one.url and asked.append(one.url))
        expect(page.locator("#progress")).to_have_attribute("hx-get", re.compile("progress/"))
        for _poll in range(2):
            with page.expect_request(re.compile("progress/")):
                pass
    assert {*asked} == {console(product, f"broadcasts/{number}/progress/")}
    wait_until_finished(page)
    asked.clear()
    page.wait_for_timeout(4_000)
    assert asked == []
