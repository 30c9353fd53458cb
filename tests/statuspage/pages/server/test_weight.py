"""What a reader downloads to see the first page."""

import gzip
import re
from pathlib import Path

from django.contrib.staticfiles import finders

from tests.factories import make_component
from tests.statuspage.pages.server.site import Site
from tests.statuspage.pages.story import ago, opened, resolved

MOST_BYTES = 30_000
LOADED = re.compile(r'<(?:link|script|img)[^>]+(?:href|src)="([^"]+)"[^>]*>')


def test_the_page_with_twenty_components_and_ten_incidents_is_light(site: Site) -> None:
    components = [make_component(f"服务{n}", f"Service {n}") for n in range(20)]
    for n in range(10):
        statement = opened(components[n], published_at=ago(days=n, hours=2))
        if n > 2:
            resolved(statement, published_at=ago(days=n, hours=1))
    site.render()
    page = site.get("/", accept_encoding="gzip")
    loads = {
        found[1]
        for found in LOADED.finditer(page.text)
        if not re.search(r'rel="(?:alternate|canonical)"', found[0])
    }
    assert loads
    assert all(one.startswith("/static/") for one in loads), "nothing from another host"
    assert len(page.body) + sum(map(weight, loads)) < MOST_BYTES


def weight(address: str) -> int:
    """Return what a file of ours weighs on the wire."""
    found = finders.find(address.removeprefix("/static/"))
    assert found, address
    return len(gzip.compress(Path(found).read_bytes(), 9))
