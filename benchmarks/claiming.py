"""What a claim costs in a small table and in a huge one: it must not matter."""

import re
import time
from statistics import median
from typing import Any, Final

from django.conf import settings
from django.db import connection, transaction

from benchmarks.data import CHANNEL, announce, subscribe
from benchmarks.stage import Section, Stage
from notifications.delivery.broadcasts import expand
from notifications.delivery.claim import CLAIM, IN_ORDER, claim
from notifications.delivery.matching import quiet_parameters
from statuspage.statements.models import Statement

WAITING: Final = 100_000
OLD: Final = 9_900_000
CLAIMS: Final = 60
BATCH: Final = 500
WARM_UP: Final = 10

FILL: Final = """
    INSERT INTO delivery_delivery
        (statement_id, published_at, address_id, channel, language, state, provider_id, due_at)
    SELECT %s, %s, 1000000 + n, 'sms', 'zh-hans', 'delivered', 'SM' || md5(n::text), now()
    FROM generate_series(1, %s) AS n
"""


def measure(stage: Stage) -> Section:
    """Return the same claims at 100,000 rows and at 10,000,000, all in one month's partition."""
    subscribe(WAITING)
    small = _claims(_publish())
    small_plan = _plan()
    statement = _publish()
    _fill(statement)
    huge = _claims(statement)
    plan = _plan()
    return Section(
        "Claiming",
        f"{CLAIMS} claims of {BATCH} among {WAITING:,} waiting deliveries, alone in the table and"
        f" with {OLD:,} delivered ones in the same partition.",
        ("rows in the table", "a claim, median", "times the small table", "pages a claim touches"),
        [
            [f"{WAITING:,}", f"{small * 1000:.1f} ms", "1.00", _pages(small_plan)],
            [
                f"{WAITING + OLD:,}",
                f"{huge * 1000:.1f} ms",
                f"{huge / small:.2f} (wanted: 1.15)",
                _pages(plan),
            ],
        ],
        ["The plan in the huge table:", f"```\n{plan}\n```"],
    )


def _publish() -> Statement:
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE delivery_delivery")
    statement = announce()
    expand(statement.number)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE delivery_delivery")
    return statement


def _fill(statement: Statement) -> None:
    with connection.cursor() as cursor:
        cursor.execute(FILL, [statement.number, statement.published_at, OLD])
        cursor.execute("VACUUM ANALYZE delivery_delivery")
        # What filling leaves to be written must not be paid for by the claims.
        cursor.execute("CHECKPOINT")


def _claims(statement: Statement) -> float:
    times = []
    for number in range(WARM_UP + CLAIMS):
        began = time.perf_counter()
        claimed, _taken = claim(CHANNEL, BATCH)
        if number >= WARM_UP:
            times.append(time.perf_counter() - began)
        assert len(claimed) == BATCH, statement
    return median(times)


def _plan() -> str:
    parameters: dict[str, Any] = {
        "channel": CHANNEL,
        "provider": CHANNEL,
        "limit": BATCH,
        "lease": settings.DELIVERY_LEASE_SECONDS,
        **quiet_parameters(),
    }
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(IN_ORDER)
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, COSTS OFF, TIMING OFF) {CLAIM}", parameters)
        return "\n".join(line for (line,) in cursor.fetchall())


def _pages(plan: str) -> str:
    found = re.search(r"Buffers: shared (.*)", plan)
    return found[1] if found else ""
