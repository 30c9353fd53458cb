"""Importing a million subscribers from a CSV file."""

import time
from collections.abc import Iterator
from typing import Final

from django.db import connection

from benchmarks.stage import Section, Stage
from notifications.subscribers.models import Address, Import
from notifications.subscribers.services.importing import IMPORTS

COUNTS: Final = (100_000, 1_000_000)
LINES_AT_ONCE: Final = 1_000


def measure(stage: Stage) -> Section:
    """As new ones, and once more as known ones."""
    return Section(
        "Importing",
        "A list of phone numbers with language, category and consent, stored, read, checked,"
        " encrypted and written by one process; then the same list again, which changes each.",
        ("subscribers", "new", "known", "wanted"),
        [_row(count) for count in COUNTS],
    )


def _row(count: int) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE subscribers_subscriber CASCADE")
    new, known = _take_in(count), _take_in(count)
    assert Address.objects.count() == count
    return [f"{count:,}", f"{new:.1f} s", f"{known:.1f} s", "90 s for 1,000,000"]


def _take_in(count: int) -> float:
    began = time.perf_counter()
    IMPORTS.receive(name="list.csv", chunks=_file(count), author=None)
    IMPORTS.read_all()
    took = time.perf_counter() - began
    done = Import.objects.latest("pk")
    assert (done.state, done.created + done.updated) == ("done", count)
    return took


def _file(count: int) -> Iterator[bytes]:
    yield b"phone,language,category,consent_source\n"
    for start in range(0, count, LINES_AT_ONCE):
        numbers = range(start, min(count, start + LINES_AT_ONCE))
        yield "".join(f"138{n:08},zh-hans,micro,contract\n" for n in numbers).encode()
