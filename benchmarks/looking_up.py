"""Taking in a million affected transactions, and looking one of them up."""

import time
from collections.abc import Iterator
from statistics import median
from typing import Final

from django.db import connection

from benchmarks.data import announce
from benchmarks.stage import Section, Stage
from statuspage.settlement.affected.rows import COLUMNS
from statuspage.settlement.affected.selectors import transaction_find
from statuspage.settlement.affected.services import UPLOADS, upload_receive
from statuspage.settlement.models import AffectedTransaction

FEW: Final = 10_000
MANY: Final = 1_000_000
LOOK_UPS: Final = 500
LINES_AT_ONCE: Final = 1_000


def measure(stage: Stage) -> Section:
    """In a small table and in a large one."""
    rows = [_row(count) for count in (FEW, MANY)]
    return Section(
        "Looking up",
        f"A list of transactions uploaded, read, checked and taken over; then {LOOK_UPS} look-ups"
        " by merchant number, reference and phone digits.",
        ("rows", "taken in", "a look-up, median", "slowest", "wanted"),
        rows,
    )


def _row(count: int) -> list[str]:
    AffectedTransaction.objects.all()._raw_delete("default")
    began = time.perf_counter()
    upload_receive(
        incident_id=announce().subject_id,
        name="list.csv",
        chunks=_file(count),
        whole=True,
        author=None,
    )
    UPLOADS.read_all()
    took = time.perf_counter() - began
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE settlement_affectedtransaction")
    assert AffectedTransaction.objects.count() == count
    times = sorted(_look_up(number * (count // LOOK_UPS)) for number in range(LOOK_UPS))
    return [
        f"{count:,}",
        f"{took:.1f} s",
        f"{median(times) * 1000:.2f} ms",
        f"{times[-1] * 1000:.2f} ms",
        "5 ms",
    ]


def _look_up(number: int) -> float:
    began = time.perf_counter()
    found = transaction_find(
        merchant=_merchant(number), reference=f"REF{number:09}", last_four="8001"
    )
    took = time.perf_counter() - began
    assert found
    return took


def _file(count: int) -> Iterator[bytes]:
    yield (",".join(COLUMNS) + "\n").encode()
    for start in range(0, count, LINES_AT_ONCE):
        yield "".join(map(_line, range(start, min(count, start + LINES_AT_ONCE)))).encode()


def _line(number: int) -> str:
    return f"{_merchant(number)},REF{number:09},8001,micro,2025-02-20 10:42,1000.00,pending,,\n"


def _merchant(number: int) -> str:
    """Ten transactions each."""
    return f"88829005{number // 10:07}"
