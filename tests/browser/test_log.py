"""The public log in a browser: what it remembers, what it warns of, and an SMS that is checked."""

import json
import re
import time
import urllib.request
from collections.abc import Callable

import psycopg
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visitor
from tests.product import ANSWER_WITHIN_SECONDS, Product, eventually

pytestmark = pytest.mark.browser

REMEMBERED = "JSON.parse(localStorage.getItem('candor.log') ?? 'null')"
WARNING = ".log-warning"


def remembered(page: Page) -> dict[str, object]:
    """Return what the browser keeps, once it keeps something."""
    return eventually(lambda: dict(page.evaluate(REMEMBERED) or {}), bool)


def checked_again(page: Page, url: str) -> None:
    """Open a page, and wait until its script has asked for the checkpoint and for a proof."""
    with page.expect_response(lambda one: "/log/" in one.url and one.url != url):
        page.goto(url)
    page.wait_for_load_state("networkidle")


@pytest.fixture
def page(visitor: Visitor, product: Product) -> Page:
    opened = visitor.page()
    opened.goto(product.demo["url"])
    return opened


def test_the_page_remembers_what_it_saw_and_is_quiet_while_the_log_only_grows(
    page: Page, product: Product, say: Callable[[], None]
) -> None:
    first = remembered(page)
    say()
    checked_again(page, f"{product.demo['url']}/en/notices/")
    grown = eventually(lambda: page.evaluate(REMEMBERED), lambda one: one["size"] > first["size"])
    assert grown["size"] > first["size"]
    expect(page.locator(WARNING)).to_have_count(0)


def test_a_history_that_does_not_fit_is_warned_of_in_the_readers_language(
    page: Page, product: Product
) -> None:
    seen = remembered(page)
    forged = {**seen, "root": "A" * 43 + "=", "size": int(str(seen["size"])) - 1}
    page.evaluate("seen => localStorage.setItem('candor.log', JSON.stringify(seen))", forged)
    page.goto(product.demo["url"])
    expect(page.locator(WARNING)).to_contain_text("不一致")
    expect(page.locator(WARNING).get_by_role("button")).to_have_count(0)
    page.goto(f"{product.demo['url']}/en/log/")
    warning = page.get_by_role("alert")
    expect(warning).to_contain_text(
        "This site no longer matches the public log that this browser saw on"
    )
    assert page.evaluate(REMEMBERED) == forged, "it does not get used to a rewritten history"
    page.set_viewport_size({"width": 360, "height": 740})
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    warning.get_by_role("button", name="Start again").click()
    expect(page.locator(WARNING)).to_have_count(0)
    assert remembered(page)["root"] == seen["root"]


def test_a_log_that_lost_its_last_statement_is_warned_of(
    page: Page, visitor: Visitor, product: Product
) -> None:
    seen = remembered(page)
    longer = {**seen, "size": int(str(seen["size"])) + 1, "root": "B" * 43 + "="}
    page.evaluate("seen => localStorage.setItem('candor.log', JSON.stringify(seen))", longer)
    page.goto(f"{product.demo['url']}/en/")
    expect(page.get_by_role("alert")).to_contain_text(f"statement No. {longer['size']}")
    [remark] = visitor.complaints  # a proof of what is not there is a 404
    assert "404" in remark
    visitor.complaints.clear()


def test_a_copy_of_a_moment_ago_is_no_shorter_log(
    page: Page, product: Product, say: Callable[[], None]
) -> None:
    note = page.request.get(f"{product.demo['url']}/log/checkpoint").text()
    say()
    page.goto(f"{product.demo['url']}/en/")
    old = int(note.splitlines()[1])
    seen = eventually(lambda: page.evaluate(REMEMBERED), lambda one: one["size"] > old)
    page.route("**/log/checkpoint", lambda route: route.fulfill(body=note))
    checked_again(page, f"{product.demo['url']}/en/notices/")
    expect(page.locator(WARNING)).to_have_count(0)
    assert page.evaluate(REMEMBERED)["root"] == seen["root"]


def test_an_odd_memory_and_a_network_that_is_away_say_nothing(page: Page, product: Product) -> None:
    for odd in ("nonsense", "null", "[]", '{"size": "12"}', json.dumps({"size": 1.5, "root": 7})):
        page.evaluate("odd => localStorage.setItem('candor.log', odd)", odd)
        checked_again(page, product.demo["url"])
        expect(page.locator(WARNING)).to_have_count(0)
        assert remembered(page)["size"] > 0
    page.evaluate("localStorage.removeItem('candor.log')")
    page.route("**/log/checkpoint", lambda route: route.fulfill(body="", status=200))
    page.goto(product.demo["url"])
    page.wait_for_load_state("networkidle")
    expect(page.locator(WARNING)).to_have_count(0)
    assert page.evaluate(REMEMBERED) is None


def test_a_merchant_checks_the_sms_on_the_phone(visitor: Visitor, product: Product) -> None:
    with psycopg.connect(product.demo["database_url"]) as connection:
        row = connection.execute(
            "SELECT text, statement_id FROM verification_senttext"
            " WHERE channel = 'twilio' AND language = 'zh-hans' LIMIT 1"
        ).fetchone()
    assert row
    said, number = row
    page = visitor.page()
    page.goto(product.demo["url"])
    page.get_by_role("link", name="短信验真").click()
    page.get_by_label("短信全文").fill(said)
    page.get_by_role("button", name="核对").press("Enter")
    expect(page.get_by_role("status")).to_contain_text("是的")
    expect(page.get_by_role("status")).to_be_focused()
    page.get_by_label("短信全文").fill(said.replace("【", "【假冒"))
    page.get_by_role("button", name="核对").click()
    expect(page.get_by_role("status")).to_contain_text("注意")
    expect(page.locator("mark")).to_have_text("假冒")
    page.get_by_role("link", name="在本站查看").click()
    page.wait_for_url(re.compile(rf"#statement-{number}$"))


@pytest.fixture
def say(product: Product) -> Callable[[], None]:
    """Says something by the API, as a monitor would."""

    def one() -> None:
        request = urllib.request.Request(
            f"{product.demo['url']}/api/v1/notices/",
            data=json.dumps(
                {
                    "kind": "general",
                    "title": {"zh-hans": "一则通知", "en": "A notice"},
                    "body": {"zh-hans": "无需操作。", "en": "Nothing to do."},
                }
            ).encode(),
            headers={
                "Authorization": f"Bearer {product.demo['api_token']}",
                "Content-Type": "application/json",
                "Idempotency-Key": f"log-{time.monotonic_ns()}",
            },
        )
        urllib.request.urlopen(request, timeout=ANSWER_WITHIN_SECONDS).close()

    return one
