"""Links to our own pages, in the reader's language."""

from typing import Final

from django.conf import settings

MANAGE: Final = "/manage/"
# Without a reader's own address it leads to the page above.
STOP: Final = "/unsubscribe/"


def link(path: str, language: str) -> str:
    """Return the URL of a public page in a language."""
    prefix = "" if language.startswith("zh") else f"/{language}"
    return f"{settings.SITE_URL}{prefix}{path}"
