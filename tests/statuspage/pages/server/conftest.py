"""A page server to ask."""

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.core.management import call_command

from statuspage.pages.rendering.services import take_over
from tests.statuspage.pages.server.site import Site
from tests.statuspage.pages.story import NOW, noticed, opened, path_of, scheduled


@pytest.fixture
def site(transactional_db: None) -> Site:
    """Return a web process that has just started, on an empty database."""
    take_over()
    return Site()


@pytest.fixture(scope="module")
def news(django_db_setup: None, django_db_blocker: Any) -> Iterator[Site]:
    """Yield a page server on which something is going on; made once for tests that only read."""
    with django_db_blocker.unblock(), time_machine.travel(NOW, tick=False):
        take_over()
        one = Site()
        said = [opened(), scheduled(), noticed()]
        one.paths = [path_of(each, language) for each in said for language in ("en", "zh-hans")]
        one.render()
        yield one
        call_command("flush", verbosity=0, interactive=False)
