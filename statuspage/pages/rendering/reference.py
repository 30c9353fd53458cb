"""What pages are made from besides the log, as one digest: when it changes, all are made anew."""

import hashlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

from django.conf import settings
from django.db import connection
from django.utils import timezone

# What staff may change without saying anything in public, and pages show all the same.
ROWS: Final = """
    SELECT md5(concat(
        (SELECT string_agg(concat_ws('|', id, group_id, name, description, position, visible,
            showcase, only_show_if_degraded, start_date), '/' ORDER BY id)
         FROM components_component), '#',
        (SELECT string_agg(concat_ws('|', id, name, position), '/' ORDER BY id)
         FROM components_componentgroup), '#',
        (SELECT string_agg(concat_ws('|', code, name, position), '/' ORDER BY code)
         FROM settlement_product)))
"""
SPOKEN: Final = ("SITE_URL", "OPERATOR_NAME", "OPERATOR_HOTLINE", "CONTENT_SECURITY_POLICY")
SOURCES: Final = (
    ("templates", "**/*.*"),
    ("static", "**/*.*"),
    ("locale", "**/*.mo"),
    ("statuspage", "**/*.py"),
)


def reference() -> str:
    """The digest of names and order of components, of the code, and of the year.

    The year, because a moment of another year is written with it.
    """
    with connection.cursor() as cursor:
        cursor.execute(ROWS)
        rows = cursor.fetchone()[0]
    return _digest(f"{rows} {code()} {timezone.localdate().year}".encode())


@cache
def code() -> str:
    """The digest of everything that this process renders with."""
    said = hashlib.sha256()
    for path in _sources():
        said.update(path.read_bytes())
    said.update(repr([getattr(settings, name) for name in SPOKEN]).encode())
    return said.hexdigest()


def _sources() -> Iterator[Path]:
    for folder, pattern in SOURCES:
        found = (settings.BASE_DIR / folder).glob(pattern)
        yield from sorted(path for path in found if path.is_file())


def _digest(text: bytes) -> str:
    return hashlib.sha256(text).hexdigest()
