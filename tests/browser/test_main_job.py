"""The main job as people do it: a merchant subscribes, staff speak, the phone rings."""

import json
import re
import urllib.request

from playwright.sync_api import Page, expect

from tests.browser.conftest import Visitor
from tests.product import ANSWER_WITHIN_SECONDS, Product, eventually

PHONE = "13800138066"
INTERNATIONAL = f"+86{PHONE}"
# A deadline for giving up, and no claim: how fast it is, the benchmarks say.
PATIENCE_SECONDS = 60


def fetch(url: str) -> str:
    with urllib.request.urlopen(url, timeout=ANSWER_WITHIN_SECONDS) as response:
        return response.read().decode()


def texts_on_the_phone(product: Product, page: Page) -> list[str]:
    """Return what the simulator's phone shows, as its owner reads it."""
    page.goto(f"{product.demo['simulator']['url']}/phones/{INTERNATIONAL}")
    return page.get_by_test_id("sms").locator(".sms-text").all_inner_texts()


def sms_with(product: Product, page: Page, part: str) -> str:
    """Return the one SMS that has `part` in it, as soon as it is there."""
    found = eventually(
        lambda: [one for one in texts_on_the_phone(product, page) if part in one],
        bool,
        seconds=PATIENCE_SECONDS,
    )
    assert len(found) == 1, found
    return found[0]


def subscribe(product: Product, page: Page, phone_page: Page) -> None:
    page.goto(f"{product.demo['url']}/subscribe/")
    page.get_by_label("手机号", exact=False).first.fill(PHONE)
    page.locator("input[name=consent]").check()
    page.get_by_role("button", name="获取验证码").click()
    expect(page.get_by_text("138****8066").first).to_be_visible()
    code = re.search(r"\d{6}", sms_with(product, phone_page, "验证码"))[0]
    wrong = f"{(int(code) + 1) % 10**6:06}"
    page.locator("input[name=code]").fill(wrong)
    page.locator("input[name=code]").press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("验证码")
    page.locator("input[name=code]").fill(code)
    page.locator("input[name=code]").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("订阅")
    expect(page.get_by_text("138****8066").first).to_be_visible()


def sign_in(product: Product, page: Page) -> None:
    page.goto(product.demo["console_url"])
    page.locator("input[name=username]").fill("author")
    page.locator("input[name=password]").fill(product.password("author"))
    page.locator("input[name=password]").press("Enter")
    page.wait_for_url(product.demo["console_url"])
    expect(page.locator("h1")).to_be_visible()


def press(page: Page, step: str) -> None:
    page.locator(f"button[name=step][value={step}]:not(.visually-hidden)").first.click()


def publish(page: Page) -> None:
    """Check, read how many will be told, publish."""
    press(page, "confirm")
    anyway = page.locator("input[name=unnamed][type=checkbox]")
    page.locator(".confirm-count").or_(anyway).first.wait_for()
    if anyway.is_visible():
        anyway.check()
        press(page, "confirm")
    expect(page.locator(".confirm-count")).to_contain_text(re.compile(r"\d"))
    press(page, "publish")


def statement_number(page: Page) -> int:
    """Return the number of the broadcast that the console shows after publishing."""
    page.wait_for_url(re.compile(r"/console/broadcasts/\d+/"))
    return int(re.search(r"/broadcasts/(\d+)/", page.url)[1])


def wait_for_delivery(page: Page) -> None:
    """The progress moves by itself up to every receipt."""
    progress = page.locator("#progress")
    expect(progress).not_to_have_attribute("hx-get", re.compile("."), timeout=60_000)
    assert progress.locator("progress").evaluate("one => one.value === one.max && one.value > 0")
    expect(progress).to_contain_text("已送达")


def write(page: Page, chinese: str) -> None:
    page.locator("textarea[name=body_zh]").fill(chinese)


def open_from_template(product: Product, desk: Page) -> int:
    """Open an incident as staff would; returns its statement's number."""
    desk.goto(f"{product.demo['console_url']}incidents/new/")
    desk.get_by_role("link", name=re.compile("到账延迟")).first.click()
    expect(desk.locator("#preview")).to_contain_text("【演示支付】")
    write(desk, "10:42起部分小微商户T+1到账延迟,资金安全,正在排查。")
    expect(desk.locator("#preview blockquote").first).to_contain_text("10:42起")
    expect(desk.locator("#preview")).to_contain_text(re.compile(r"\d+\s*(段|条)"))
    publish(desk)
    return statement_number(desk)


def resolve(product: Product, desk: Page, incident: str) -> int:
    desk.goto(f"{product.demo['console_url']}incidents/{incident}/update/")
    desk.locator("select[name=status]").select_option("resolved")
    write(desk, "到账延迟已恢复,受影响的款项今日内补划。")
    publish(desk)
    return statement_number(desk)


def correct(product: Product, desk: Page, number: int) -> None:
    desk.goto(f"{product.demo['console_url']}statements/{number}/correct/")
    write(desk, "款项将于明日补划,不是今日。")
    publish(desk)
    statement_number(desk)


def summary_of(product: Product) -> list[dict[str, str]]:
    return json.loads(fetch(f"{product.demo['url']}/api/v2/summary.json"))["incidents"]


def test_from_subscribing_to_the_last_correction(
    product: Product, visitor: Visitor, staff: Visitor
) -> None:
    demo = product.demo
    merchant, phone, desk = visitor.page(), visitor.page(), staff.page()
    subscribe(product, merchant, phone)
    sign_in(product, desk)

    opened = open_from_template(product, desk)
    text = sms_with(product, phone, "10:42起部分小微商户")
    assert text.startswith("【演示支付】")
    assert f"{opened}" in text
    merchant.goto(demo["url"])
    expect(merchant.locator("main")).to_contain_text("10:42起部分小微商户")
    incident = next(one for one in summary_of(product) if "10:42起" in str(one))
    assert incident["status"] == "investigating"
    assert "10:42起部分小微商户" in fetch(f"{demo['url']}/history.atom")
    wait_for_delivery(desk)

    resolved = resolve(product, desk, incident["id"])
    assert "补划" in sms_with(product, phone, "受影响的款项今日内补划")
    wait_for_delivery(desk)
    assert incident["id"] not in [one["id"] for one in summary_of(product)]

    correct(product, desk, resolved)
    assert "更正" in sms_with(product, phone, "款项将于明日补划")
    merchant.goto(f"{demo['url']}/incidents/{incident['id']}/")
    main = merchant.locator("main")
    for said in ("10:42起部分小微商户", "受影响的款项今日内补划", "款项将于明日补划", "更正"):
        expect(main).to_contain_text(said)


def test_the_page_is_complete_without_javascript(product: Product, chromium) -> None:
    someone = Visitor(chromium, java_script_enabled=False)
    page = someone.page()
    for path in ("/", "/en/", "/history/", "/notices/", "/subscribe/", "/log/"):
        page.goto(product.demo["url"] + path)
        expect(page.locator("h1")).to_have_count(1)
        assert len(page.locator("main").inner_text()) > 100, path
    assert someone.context.cookies(product.demo["url"]) == [] or all(
        cookie["name"] == "csrftoken" for cookie in someone.context.cookies(product.demo["url"])
    )
    someone.context.close()


def test_public_pages_fit_a_small_phone_in_both_languages(
    product: Product, visitor: Visitor
) -> None:
    page = visitor.page()
    for path in ("/", "/history/", "/notices/", "/subscribe/", "/log/", "/manage/"):
        for prefix in ("", "/en"):
            page.goto(f"{product.demo['url']}{prefix}{path}")
            assert page.evaluate("document.documentElement.scrollWidth") <= 360, prefix + path


def test_an_open_page_shows_a_new_statement_by_itself(product: Product, visitor: Visitor) -> None:
    demo = product.demo
    page = visitor.page()
    page.goto(demo["url"])
    said = "商户后台打开缓慢,收款与到账不受影响。"
    request = urllib.request.Request(
        f"{demo['url']}/api/v1/incidents/",
        data=json.dumps(
            {
                "name": {"zh-hans": "商户后台缓慢", "en": "The portal is slow"},
                "impact": "minor",
                "status": "investigating",
                "body": {"zh-hans": said},
                "components": {},
            }
        ).encode(),
        headers={
            "Authorization": f"Bearer {demo['api_token']}",
            "Content-Type": "application/json",
        },
    )
    urllib.request.urlopen(request, timeout=ANSWER_WITHIN_SECONDS).close()
    expect(page.locator("main")).to_contain_text(said, timeout=60_000)
