"""A million recipients: how soon all is expanded, the first SMS leaves, and in what memory."""

import time
from typing import Final

from django.db import connection

from benchmarks.data import announce, subscribe
from benchmarks.provider import free_provider
from benchmarks.stage import PYTHON, Section, Stage, memory_bytes, until
from notifications.delivery.models import Broadcast, Delivery
from statuspage.statements.models import Statement

RECIPIENTS: Final = 1_000_000
WORKER: Final = (*PYTHON, "celery", "-A", "statuspage", "worker", "-c", "4", "-l", "ERROR")
MEGABYTE: Final = 1024 * 1024
# The same rows, without asking who wants them and without chunks.
BARE: Final = """
    INSERT INTO delivery_delivery
        (statement_id, published_at, address_id, channel, language, state, due_at)
    SELECT %s, %s, a.id, a.channel, p.language, 'pending', now()
    FROM subscribers_address a JOIN subscribers_subscriber p ON p.id = a.subscriber_id
"""


def measure(stage: Stage) -> Section:
    """With real workers that send while it is being expanded."""
    subscribe(RECIPIENTS)
    with (
        free_provider(stage, 0) as provider,
        stage.programs((*WORKER, "--without-mingle"), TWILIO_BASE_URL=provider) as (worker,),
    ):
        from statuspage.celery import app

        until(lambda: app.control.ping(timeout=0.5))
        began = time.perf_counter()
        statement = announce()
        most: dict[int, int] = {}
        left = Delivery.objects.exclude(sent_at=None)
        first = until(lambda: left.exists() or _note(most, worker.pid)) - began
        done = Broadcast.objects.filter(pk=statement.number).exclude(expanded_at=None)
        expanded = until(lambda: _note(most, worker.pid) or done.exists(), pause=0.1) - began
        sent = Delivery.objects.filter(state="sent").count()
        engine = max(memory_bytes([stage.postmaster]).values())
    bare = _bare(statement)
    return Section(
        "Expanding",
        f"{RECIPIENTS:,} recipients, one Celery worker with four processes that expands and sends"
        " at once, PostgreSQL as it comes.",
        ("", "measured", "wanted"),
        [
            ["all deliveries are there", f"{expanded:.1f} s ({sent:,} sent by then)", "8 s"],
            ["times a bare INSERT … SELECT", f"{expanded / bare:.2f} ({bare:.1f} s)", "2.50"],
            ["the first SMS has left", f"{first:.2f} s", "2 s"],
            ["largest of our processes", f"{max(most.values()) / MEGABYTE:.0f} MB", "300 MB"],
            ["largest PostgreSQL process", f"{engine / MEGABYTE:.0f} MB", "300 MB"],
        ],
    )


def _bare(statement: Statement) -> float:
    """Return how many seconds PostgreSQL takes for the rows alone, when nothing else runs."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE delivery_delivery")
        cursor.execute("CHECKPOINT")
        began = time.perf_counter()
        cursor.execute(BARE, [statement.number, statement.published_at])
        return time.perf_counter() - began


def _note(most: dict[int, int], pid: int) -> None:
    for one, size in memory_bytes([pid]).items():
        most[one] = max(most.get(one, 0), size)
