"""Pages are rendered by the database's clock: those of the web processes may differ."""

from datetime import timedelta

import pytest
from django.utils import timezone

from statuspage.pages.rendering.services import RenderResult, render_due
from tests.statuspage.pages.server.site import Site
from tests.statuspage.pages.story import NOW, opened

DIFFERENCES = (timedelta(hours=-1), timedelta(days=1), timedelta(days=366))


@pytest.mark.parametrize("wrong", DIFFERENCES)
def test_what_one_process_has_rendered_is_current_to_all(
    site: Site, monkeypatch: pytest.MonkeyPatch, wrong: timedelta
) -> None:
    opened()
    site.render()
    monkeypatch.setattr(timezone, "now", lambda: NOW + wrong)
    assert render_due() is RenderResult.NOTHING


def test_by_whatever_clock_the_same_is_rendered(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened()
    monkeypatch.setattr(timezone, "now", lambda: NOW + timedelta(days=366))
    site.render()
    page = site.get("/").text
    assert "<h1" in page
    assert "2026" not in page
