"""A running product, and a browser to use it with."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.product import Product, running_product
from tests.tools.browser import ARGUMENTS, find


@pytest.fixture(scope="package")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """One product for all browser tests: they only add to it."""
    with running_product(Path(tmp_path_factory.mktemp("product"))) as running:
        yield running


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """One browser; each test opens contexts of its own."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find(), args=list(ARGUMENTS))
        yield browser
        browser.close()


class Visitor:
    """Someone with a browser of their own; collects what the browser complains of."""

    def __init__(self, browser: Browser, **options: object) -> None:
        settings = {"locale": "zh-CN", "viewport": {"width": 360, "height": 740}, **options}
        self.context = browser.new_context(**settings)
        self.context.set_default_timeout(15_000)
        self.complaints: list[str] = []

    def page(self) -> Page:
        """A new tab."""
        page = self.context.new_page()
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", self._listen)
        return page

    def _listen(self, message: object) -> None:
        # A refused form is an answer, and the browser remarks on it; anything else is a fault.
        if message.type == "error" and "400 (Bad Request)" not in message.text:
            self.complaints.append(message.text)


@pytest.fixture
def visitor(chromium: Browser) -> Iterator[Visitor]:
    """A merchant's phone: 360 px, Chinese."""
    someone = Visitor(chromium)
    yield someone
    someone.context.close()
    assert someone.complaints == []


@pytest.fixture
def staff(chromium: Browser) -> Iterator[Visitor]:
    """A member of staff at a desk, in Chinese."""
    someone = Visitor(chromium, viewport={"width": 1280, "height": 900})
    yield someone
    someone.context.close()
    assert someone.complaints == []
