"""The day on which every test of the pages stands: 21 February 2025, 14:30 in Beijing."""

from collections.abc import Iterator

import pytest
import time_machine

from tests.statuspage.pages.story import NOW


@pytest.fixture(autouse=True)
def _at_half_past_two(request: pytest.FixtureRequest) -> Iterator[None]:
    """Time stands still, save for tests that drive a browser."""
    if request.node.get_closest_marker("browser"):
        yield
        return
    with time_machine.travel(NOW, tick=False):
        yield
