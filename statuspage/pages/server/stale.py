"""Pages that can no longer be confirmed: they say so, and how old they are."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from django.template.loader import render_to_string
from django.utils.translation import override

from statuspage.pages.snapshots.pages import Page, compressed

MAIN: Final = b'<main id="content"'


def with_notice(page: Page, as_of: datetime) -> Page:
    """The page with a notice at the head of its main part; machines' answers stay as they are."""
    if not page.is_html:
        return page
    before, main, after = page.body.partition(MAIN)
    attributes, end, content = after.partition(b">")
    if not end:
        return page
    notice = _notice(page.headers, as_of)
    body = b"".join((before, main, attributes, end, notice, content))
    return compressed(page.key, page.headers, body, page.last_modified)


def _notice(headers: Mapping[str, str], as_of: datetime) -> bytes:
    with override(headers["Content-Language"]):
        return render_to_string("pages/parts/stale.html", {"as_of": as_of}).encode()
