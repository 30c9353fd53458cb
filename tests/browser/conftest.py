"""A running product, and a browser to use it with."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, StorageState, sync_playwright

from tests.product import ANSWER_WITHIN_SECONDS, Product, engines_folder, running_product
from tests.tools.browser import ARGUMENTS, find


@pytest.fixture(scope="package")
def product() -> Iterator[Product]:
    """One product for all browser tests: they only add to it.

    It waits long for a provider's answer: no message may be in doubt because a machine is slow.
    """
    patience = {"DELIVERY_TIMEOUT_SECONDS": "40", "DELIVERY_LEASE_SECONDS": "90"}
    with engines_folder() as folder, running_product(folder, **patience) as running:
        yield running


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """One browser; each test opens contexts of its own."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find(), args=list(ARGUMENTS))
        yield browser
        browser.close()


EXPECTED = re.compile(r"(40[03]|429) \(|^htmx:(sendAbort|afterRequest)\b")


class Visitor:
    """Someone with a browser of their own; collects what the browser complains of."""

    def __init__(self, browser: Browser, **options: object) -> None:
        settings = {"locale": "zh-CN", "viewport": {"width": 360, "height": 740}, **options}
        self.context = browser.new_context(**settings)
        self.context.set_default_timeout(ANSWER_WITHIN_SECONDS * 1_000)
        self.complaints: list[str] = []

    def page(self) -> Page:
        """Return a new tab."""
        page = self.context.new_page()
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", self._listen)
        return page

    def _listen(self, message: object) -> None:
        # A refusal is an answer, and the browser remarks on it. Leaving a page cuts short what it
        # had asked for; htmx says so, and first without the cause. Anything else is a fault.
        if message.type == "error" and not EXPECTED.search(message.text):
            self.complaints.append(message.text)

    def leave(self) -> list[str]:
        """Close the browser; return its complaints until then: what this cuts short is none."""
        self.context.cookies()  # what it said until here has arrived with the answer
        found = [*self.complaints]
        self.context.close()
        return found


@pytest.fixture
def visitor(chromium: Browser) -> Iterator[Visitor]:
    """Yield a merchant's phone: 360 px, Chinese."""
    someone = Visitor(chromium)
    yield someone
    assert someone.leave() == []


@pytest.fixture
def staff(chromium: Browser) -> Iterator[Visitor]:
    """Yield a member of staff at a desk, in Chinese."""
    someone = Visitor(chromium, viewport={"width": 1280, "height": 900})
    yield someone
    assert someone.leave() == []


@pytest.fixture(scope="package")
def badges(product: Product, chromium: Browser) -> dict[str, StorageState]:
    """Return what a browser remembers once each member of staff has signed in with it."""
    return {one: badge_of(product, chromium, one) for one in ("author", "approver", "admin")}


@pytest.fixture
def enter(chromium: Browser, badges: dict[str, StorageState]) -> Iterator[Callable[..., Visitor]]:
    """Opens browsers of staff who are signed in already; at the end none may have complained."""
    opened: list[Visitor] = []

    def open_for(badge: str | StorageState = "author", **options: object) -> Visitor:
        state = badges[badge] if isinstance(badge, str) else badge
        opened.append(Visitor(chromium, storage_state=state, **options))
        return opened[-1]

    yield open_for
    assert [complaint for one in opened for complaint in one.leave()] == []


def badge_of(
    product: Product, chromium: Browser, username: str, password: str = ""
) -> StorageState:
    """Sign in by hand, and keep what the browser remembers of it."""
    someone = Visitor(chromium)
    page = someone.page()
    page.goto(product.demo["console_url"])
    page.locator("input[name=username]").fill(username)
    page.locator("input[name=password]").fill(password or product.password(username))
    page.locator("input[name=password]").press("Enter")
    page.wait_for_url(product.demo["console_url"])
    state = someone.context.storage_state()
    someone.context.close()
    return state
