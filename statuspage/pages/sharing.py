"""The QR code of a page, and what it says of itself to whoever shows a preview of it."""

from functools import lru_cache
from typing import Final

import segno
from django.conf import settings
from django.utils.safestring import SafeString, mark_safe

# Modules of white around; four are asked for, and the page adds the rest as padding.
QUIET_ZONE: Final = 2
# Many pages are rendered every minute, and a code takes some milliseconds.
REMEMBERED: Final = 2000


def page_url(path: str) -> str:
    """Where a page stands, with scheme and host."""
    return settings.SITE_URL + path


@lru_cache(REMEMBERED)
def qr_code(url: str) -> SafeString:
    """An address as an SVG, black on white in every theme: a scanner expects it so."""
    picture = segno.make(url, error="m", micro=False).svg_inline(
        border=QUIET_ZONE, omitsize=True, light="#fff", svgclass=None, lineclass=None
    )
    picture = picture.replace("<svg ", '<svg class="qr" shape-rendering="crispEdges" ', 1)
    return mark_safe(picture)  # noqa: S308 - made of squares alone
