"""At 360 px no table has a column below 64 px or scrolls sideways: every page there is."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from django.test.signals import template_rendered
from playwright.sync_api import Browser

from statuspage.staff.roles import Role
from tests.factories import make_staff
from tests.statuspage.console.browser import browser_of
from tests.statuspage.console.paths import example_paths
from tests.statuspage.pages import wide_world
from tests.statuspage.pages.every_page import as_pages, public_paths
from tests.statuspage.pages.phone import Phone
from tests.statuspage.pages.test_in_a_browser import chromium

__all__ = ["chromium"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TEMPLATES: Final = Path(settings.BASE_DIR) / "templates"
EIGHT: Final = f"<table><tr>{'<td>结算周期</td>' * 8}</tr></table>"


@pytest.fixture
def phone(chromium: Browser) -> Iterator[Phone]:
    """Yield a phone that shows what it is given."""
    phone = Phone(chromium)
    yield phone
    phone.page.context.close()


@pytest.fixture
def rendered() -> Iterator[set[str]]:
    """Yield the names of the templates that are rendered from now on."""
    names: set[str] = set()

    def note(template: Any, **_kwargs: Any) -> None:
        names.add(str(template.name))

    template_rendered.connect(note)
    yield names
    template_rendered.disconnect(note)


@pytest.mark.parametrize(
    "content", [EIGHT, f'<div style="overflow-x: auto">{EIGHT}</div>', EIGHT.replace("td>", "th>")]
)
def test_the_measure_finds_a_table_that_does_not_fit(phone: Phone, content: str) -> None:
    assert phone.measure("/", content)


def with_tables(*folders: str) -> set[str]:
    """Return the templates below these folders that have a table."""
    return {
        str(one.relative_to(TEMPLATES))
        for folder in folders
        for one in (TEMPLATES / folder).rglob("*.html")
        if "<table" in one.read_text(encoding="utf-8")
    }


def test_no_public_table_is_narrow_or_scrolls(phone: Phone, rendered: set[str]) -> None:
    with time_machine.travel(wide_world.AT, tick=False):
        paths = [*public_paths(wide_world.public_examples())]
        languages = [*paths, *(f"/en{one}" for one in paths), *(f"/elder{one}" for one in paths)]
        pages = [*as_pages(Client(), languages)]
    assert phone.faults(pages) == []
    assert with_tables("pages", "notifications", "api") - rendered == set()


def test_no_table_of_the_console_is_narrow_or_scrolls(phone: Phone, rendered: set[str]) -> None:
    # Reference data is edited in Django's own pages (/admin/), whose lists scroll on a phone.
    with time_machine.travel(wide_world.AT, tick=False):
        paths, pages = [*wide_world.console_examples(), *example_paths().values()], []
        staff = make_staff(Role.ADMIN, username=wide_world.ACCOUNT)
        for language in ("zh-hans", "en"):
            client = browser_of(staff, language)
            pages += [*as_pages(client, paths), *wide_world.looked_at(client)]
    assert phone.faults(pages) == []
    assert with_tables("console") - rendered == set()
