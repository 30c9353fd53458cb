"""What staff do at the console, in a browser: write, look, publish."""

import json
import re
import urllib.request
from typing import Any

from playwright.sync_api import Page, expect

from tests.product import ANSWER_WITHIN_SECONDS, Product

STICKING_OUT = """() => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return [];
  return [...document.body.querySelectorAll('*')]
    .filter(one => one.getBoundingClientRect().right > width)
    .map(one => one.outerHTML.slice(0, 200));
}"""
BROADCAST = re.compile(r"/console/broadcasts/(\d+)/")


def call(product: Product, path: str, values: dict[str, Any] | None = None) -> dict[str, Any]:
    """Return what another system reads from the API, or says through it."""
    request = urllib.request.Request(
        f"{product.demo['url']}/api/v1/{path}",
        data=json.dumps(values).encode() if values else None,
        headers={
            "Authorization": f"Bearer {product.demo['api_token']}",
            "Content-Type": "application/json",
        },
    )
    with urllib.request.urlopen(request, timeout=ANSWER_WITHIN_SECONDS) as response:
        return json.load(response)


def an_incident(product: Product, name: str, body: str = "正在排查,资金安全。") -> dict[str, Any]:
    """Opens one for a test to work with; its id, its number and the rest."""
    return call(
        product,
        "incidents/",
        {
            "name": {"zh-hans": name, "en": f"{name} (English)"},
            "body": {"zh-hans": body, "en": "We are looking into it. Funds are safe."},
            "impact": "minor",
            "status": "investigating",
            "components": {},
        },
    )


def statements_saying(product: Product, words: str) -> list[int]:
    """Return the numbers of the statements whose text has these words, newest first."""
    listed = call(product, "statements/")["results"]
    return [one["number"] for one in listed if words in json.dumps(one, ensure_ascii=False)]


def console(product: Product, path: str = "") -> str:
    """Return an address of the console."""
    return f"{product.demo['console_url']}{path}"


def press(page: Page, step: str) -> None:
    """The button of that step that can be seen: the hidden one takes the Enter key."""
    page.locator(f"button[name=step][value={step}]:not(.visually-hidden)").first.click()


def check(page: Page) -> None:
    """On to the last look; an incident that names no service is published anyway."""
    press(page, "confirm")
    anyway = page.locator("input[name=unnamed][type=checkbox]")
    page.locator(".confirm-count").or_(anyway).first.wait_for()
    if anyway.is_visible():
        anyway.check()
        press(page, "confirm")
    expect(page.locator(".confirm-count")).to_contain_text(re.compile(r"\d"))


def publish(page: Page) -> int:
    """Check and publish; the statement's number."""
    check(page)
    press(page, "publish")
    return number_shown(page)


def number_shown(page: Page) -> int:
    """Return the number of the statement whose broadcast the page shows."""
    page.wait_for_url(BROADCAST)
    found = BROADCAST.search(page.url)
    assert found
    return int(found[1])


def write(page: Page, chinese: str, english: str = "", *, field: str = "body") -> None:
    """A text in both languages."""
    page.locator(f"[name={field}_zh]").fill(chinese)
    page.locator(f"[name={field}_en]").fill(english)


def overflow(page: Page) -> list[str]:
    """Return what makes the page wider than its window: nothing, on a page that fits."""
    page.wait_for_load_state()  # with its styles
    return page.evaluate(STICKING_OUT)


def segments(page: Page) -> int:
    """For how many messages the first bubble's text is paid."""
    caption = page.locator("#preview figure.bubble figcaption").first.inner_text()
    found = re.search(r"(?:计费\s*(\d+)\s*条|(\d+)\s*segment)", caption)
    assert found, caption
    return int(found[1] or found[2])


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until the focus is there, and see that it can be seen."""
    for _stop in range(120):
        page.keyboard.press("Tab")
        if page.evaluate("wanted => document.activeElement.matches(wanted)", selector):
            focus = "getComputedStyle(document.activeElement).outlineStyle"
            assert page.evaluate(focus) != "none"
            return
    raise AssertionError(f"the keyboard does not reach {selector}")
