"""Every page that the URL configuration has, as HTML."""

from collections.abc import Iterable, Iterator, Mapping

from django.http import HttpResponse
from django.test import Client

from tests.statuspage.test_permission_matrix import PUBLIC, path_of, routes

Page = tuple[str, str]


def public_paths(examples: Mapping[str, Iterable[str]]) -> Iterator[str]:
    """Yield the public addresses; `examples` are those of routes that name something.

    What nobody gives an example of is asked for with one that does not exist.
    """
    assert set(examples) <= set(routes(PUBLIC))
    for route in routes(PUBLIC):
        yield from examples.get(route, [path_of(route)])


def as_pages(client: Client, paths: Iterable[str]) -> Iterator[Page]:
    """Yield what is a page of these addresses: neither a file, nor a part, nor another address."""
    for path in paths:
        if html := html_of(client.get(path)):
            yield path, html


def html_of(answer: HttpResponse) -> str:
    """Return a page's source; empty where the answer is none."""
    if not answer.headers.get("Content-Type", "").startswith("text/html"):
        answer.close()
        return ""
    html = answer.getvalue().decode()
    return html if "<html" in html else ""
