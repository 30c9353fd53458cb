"""Ten times as many recipients: expanding takes ten times as long, and a claim no longer."""

import time
from statistics import median
from typing import Final

from django.db import connection

from benchmarks.claiming import BATCH, WARM_UP
from benchmarks.data import CHANNEL, announce, subscribe
from benchmarks.stage import Section, Stage
from notifications.channels.addresses import AddressKind
from notifications.delivery import broadcasts
from notifications.delivery.claim import claim
from notifications.subscribers.crypto import encrypt

RECIPIENTS: Final = (100_000, 1_000_000, 10_000_000)
CLAIMS: Final = 40
# All have the same number: nothing is sent here.
MORE: Final = (
    """
    INSERT INTO subscribers_subscriber
        (id, public_id, language, category, quiet, timezone, one_by_one, created_at)
    SELECT n, 'b' || n, 'zh-hans', '', true, 'Asia/Shanghai', false, now()
    FROM generate_series(%(first)s, %(last)s) AS n
    """,
    """
    INSERT INTO subscribers_address
        (id, subscriber_id, channel, kind, sealed, blind_index, masked, country, position,
         confirmed_at, suppressed_for, failures, created_at)
    SELECT n, n, %(channel)s, 'phone', %(sealed)s, 'bench-' || n, '138****0000', '86', 0,
           now(), '', 0, now()
    FROM generate_series(%(first)s, %(last)s) AS n
    """,
    """
    INSERT INTO subscribers_subscription (address_id, topics, components)
    SELECT n, '{incident}', '{}' FROM generate_series(%(first)s, %(last)s) AS n
    """,
)


def measure(stage: Stage) -> Section:
    """Nothing sends meanwhile: what is measured is PostgreSQL with so many rows."""
    section = Section(
        "Growing",
        "All recipients of a broadcast are found, and then claimed in batches of"
        f" {BATCH}; one process, nothing is sent. A chunk is {broadcasts.CHUNK:,} recipients.",
        ("recipients", "expanded in", "a chunk, median", "first : last", "a claim, median"),
    )
    subscribe(1)
    known = 1
    for count in RECIPIENTS:
        _subscribe_more(known + 1, count)
        known = count
        section.rows.append(_row(count))
    return section


def _subscribe_more(first: int, last: int) -> None:
    kind = AddressKind.PHONE
    values = {"first": first, "last": last, "channel": CHANNEL}
    with connection.cursor() as cursor:
        for statement in MORE:
            cursor.execute(statement, values | {"sealed": encrypt("+8613800000000", kind)})
        cursor.execute("TRUNCATE delivery_delivery")
        cursor.execute("VACUUM ANALYZE")
        # What filling leaves to be written must not be paid for by what is measured.
        cursor.execute("CHECKPOINT")


def _row(count: int) -> tuple[str, ...]:
    chunks = _expand()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE delivery_delivery")
        cursor.execute("CHECKPOINT")
    few = max(1, min(25, len(chunks) // 4))
    return (
        f"{count:,}",
        f"{sum(chunks):.1f} s",
        f"{median(chunks) * 1000:.0f} ms",
        f"{median(chunks[:few]) * 1000:.0f} : {median(chunks[-few:]) * 1000:.0f} ms",
        f"{median(_claims()) * 1000:.1f} ms",
    )


def _expand() -> list[float]:
    """Return how long each chunk of a broadcast to everyone took, in seconds."""
    number, times = announce().number, []
    began = time.perf_counter()
    while broadcasts._expand_chunk(number):
        times.append(time.perf_counter() - began)
        began = time.perf_counter()
    return times


def _claims() -> list[float]:
    times = []
    for _ in range(WARM_UP + CLAIMS):
        began = time.perf_counter()
        claimed, _taken = claim(CHANNEL, BATCH)
        times.append(time.perf_counter() - began)
        assert len(claimed) == BATCH
    return times[WARM_UP:]
