"""A million recipients: how soon all is expanded, the first SMS leaves, and in what memory."""

import time
from typing import Final

from benchmarks.data import announce, subscribe
from benchmarks.provider import free_provider
from benchmarks.stage import PYTHON, Section, Stage, memory_bytes, until
from notifications.delivery.models import Broadcast, Delivery

RECIPIENTS: Final = 1_000_000
WORKER: Final = (*PYTHON, "celery", "-A", "statuspage", "worker", "-c", "4", "-l", "ERROR")
MEGABYTE: Final = 1024 * 1024


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
    return Section(
        "Expanding",
        f"{RECIPIENTS:,} recipients, one Celery worker with four processes that expands and sends"
        " at once, PostgreSQL as it comes.",
        ("", "measured", "wanted"),
        [
            ["all deliveries are there", f"{expanded:.1f} s ({sent:,} sent by then)", "12 s"],
            ["the first SMS has left", f"{first:.2f} s", "2 s"],
            ["largest of our processes", f"{max(most.values()) / MEGABYTE:.0f} MB", "300 MB"],
            ["largest PostgreSQL process", f"{engine / MEGABYTE:.0f} MB", "300 MB"],
        ],
    )


def _note(most: dict[int, int], pid: int) -> None:
    for one, size in memory_bytes([pid]).items():
        most[one] = max(most.get(one, 0), size)
