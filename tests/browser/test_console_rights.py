"""Who may do what at the console, how one gets in, and in which language it answers."""

import os
import re
import secrets
import subprocess
import sys
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, StorageState, expect

from tests.browser.conftest import Visitor, badge_of
from tests.browser.desk import an_incident, console, publish, write
from tests.product import Product

Enter = Callable[..., Visitor]
DESK = {"width": 1280, "height": 900}


@pytest.fixture(scope="module")
def auditor(product: Product, chromium: Browser) -> StorageState:
    """Someone who only reads, added on the server."""
    username, password = f"auditor-{secrets.token_hex(3)}", secrets.token_urlsafe(12)
    engines = {name.upper(): product.demo[name] for name in ("database_url", "redis_url")}
    subprocess.run(
        [sys.executable, "manage.py", "staff_add", username, "--role", "auditor", "--stdin"],
        input=f"{password}\n",
        text=True,
        check=True,
        env={**os.environ, **engines, "DJANGO_SETTINGS_MODULE": "statuspage.settings"},
    )
    return badge_of(product, chromium, username, password)


def test_an_auditor_reads_everything_and_is_offered_nothing_to_publish(
    product: Product, enter: Enter, auditor: StorageState
) -> None:
    incident = an_incident(product, "审计员也看得到")
    page = enter(auditor, viewport=DESK).page()
    for path in ("", "incidents/", "notices/", "maintenances/", "log/"):
        page.goto(console(product, path))
        expect(page.locator("h1")).to_be_visible()
        expect(page.locator("main a[href$='/new/'], main a[href$='/compose/']")).to_have_count(0)
    page.goto(console(product, f"incidents/{incident['id']}/"))
    expect(page.locator(".said")).to_contain_text("正在排查,资金安全。")
    expect(page.locator("button[name=step]")).to_have_count(0)
    expect(page.locator("main a[href*='/correct/'], main a[href*='/withdraw/']")).to_have_count(0)
    page.locator(".said").get_by_role("link", name="发送情况").click()
    expect(page.locator("#progress")).to_be_visible()


def test_an_auditor_who_types_the_address_is_told_why_not(
    product: Product, enter: Enter, auditor: StorageState
) -> None:
    page = enter(auditor, viewport=DESK).page()
    for path in ("incidents/new/", "incidents/compose/", "maintenances/compose/", "notices/new/"):
        answer = page.goto(console(product, path))
        assert answer.status == 403
        expect(page.locator("main")).to_contain_text("您没有发布权限")


def test_an_author_publishes_and_does_not_touch_the_reference_data(
    product: Product, enter: Enter
) -> None:
    page = enter(viewport=DESK).page()
    page.goto(console(product))
    expect(page.get_by_role("main").get_by_role("link", name="发布事件")).to_be_visible()
    expect(page.locator("a[href='/admin/']")).to_have_count(0)
    answer = page.goto(f"{product.demo['url']}/admin/")
    assert answer.status == 403
    expect(page.locator("main")).to_contain_text("此操作仅限管理员。")


def test_an_administrator_finds_the_reference_data(product: Product, enter: Enter) -> None:
    page = enter("admin", viewport=DESK).page()
    page.goto(console(product))
    page.locator("footer").get_by_role("link", name="基础数据").click()
    expect(page.locator("h1").first).to_contain_text("控制台所用的数据")
    page.wait_for_url(re.compile(r"/admin/$"))


def test_a_page_asked_for_before_signing_in_opens_afterwards(
    product: Product, staff: Visitor
) -> None:
    page = staff.page()
    page.goto(console(product, "log/"))
    sign_in(page, "author", product.password("author"))
    page.wait_for_url(console(product, "log/"))


def test_after_signing_out_nothing_is_left_to_see(product: Product, staff: Visitor) -> None:
    page = staff.page()
    page.goto(console(product))
    sign_in(page, "author", product.password("author"))
    expect(page.locator(".overall")).to_be_visible()
    page.get_by_role("button", name="退出登录").click()
    page.wait_for_url(re.compile("/login/"))
    page.go_back()
    expect(page.locator("[name=password]")).to_be_visible()
    expect(page.locator(".overall")).to_have_count(0)


def test_a_preview_after_the_session_ended_leads_to_the_sign_in(
    product: Product, staff: Visitor
) -> None:
    page = staff.page()
    page.goto(console(product, "incidents/compose/"))
    sign_in(page, "author", product.password("author"))
    page.wait_for_url(console(product, "incidents/compose/"))
    staff.context.clear_cookies(name="sessionid")
    page.locator("[name=body_zh]").fill("会话已经结束。")
    page.wait_for_url(re.compile("/login/"))
    expect(page.locator("h1")).to_have_text("登录")


def sign_in(page: Page, username: str, password: str) -> None:
    page.locator("[name=username]").fill(username)
    page.locator("[name=password]").fill(password)
    page.locator("[name=password]").press("Enter")


def test_who_guesses_passwords_is_told_how_long_to_wait(product: Product, staff: Visitor) -> None:
    page = staff.page()
    page.goto(console(product))
    guessed = f"guessed-{secrets.token_hex(3)}"
    for attempt in range(6):
        sign_in(page, guessed, f"wrong-{attempt}")
        expect(page.get_by_role("alert")).to_be_focused()
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("尝试次数过多")
    seconds = int(re.search(r"(\d+) 秒", alert.inner_text())[1])
    assert 1 <= seconds <= 30
    expect(page.locator("[name=username]")).to_have_value(guessed)
    expect(page.locator("[name=password]")).to_have_value("")
    # One name is slowed down, not everyone behind the same address.
    sign_in(page, "author", product.password("author"))
    expect(page.locator(".overall")).to_be_visible()


def test_the_language_stays_as_chosen(product: Product, enter: Enter) -> None:
    someone = enter(viewport=DESK)
    page = someone.page()
    page.goto(console(product, "notices/"))
    expect(page.locator("h1")).to_have_text("公告")
    page.get_by_role("button", name="English").click()
    expect(page.locator("h1")).to_have_text("Notices")
    assert page.url == console(product, "notices/"), "the reader stays on the page"
    another = someone.page()
    another.goto(console(product, "log/"))
    expect(another.locator("html")).to_have_attribute("lang", "en")
    another.goto(f"{product.demo['url']}/")
    expect(another.locator("html")).to_have_attribute("lang", "zh-hans")
    page.reload()
    page.get_by_role("button", name="中文").click()
    expect(page.locator("h1")).to_have_text("公告")
    another.goto(console(product, "log/"))
    expect(another.locator("html")).to_have_attribute("lang", "zh-hans")


def test_the_console_begins_in_the_browsers_language(product: Product, chromium: Browser) -> None:
    for locale, heading in (("en-GB", "Sign in"), ("zh-CN", "登录"), ("fr-FR", "登录")):
        someone = Visitor(chromium, locale=locale)
        page = someone.page()
        page.goto(console(product))
        expect(page.locator("h1")).to_have_text(heading)
        assert someone.leave() == []


def test_both_texts_are_written_whatever_the_language_of_the_console(
    product: Product, enter: Enter
) -> None:
    page = enter(locale="en-GB", viewport=DESK).page()
    page.goto(console(product, "incidents/compose/"))
    write(page, "英文界面写的标题", "A headline from the English console", field="name")
    write(page, "英文界面写的正文。", "A text from the English console.")
    publish(page)
    expect(page.get_by_role("status").first).to_contain_text("Published as statement")
    expect(page.locator("header").last).to_contain_text("A headline from the English console")
