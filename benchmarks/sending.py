"""Sending: our whole path, the naive way, and the most that HTTP allows, on the same provider."""

from collections.abc import Sequence
from subprocess import Popen
from typing import Final

from benchmarks.data import announce, subscribe
from benchmarks.provider import free_provider
from benchmarks.stage import (
    PYTHON,
    Figure,
    Section,
    Stage,
    hear,
    measure_calls,
    need,
    run_wrk,
    say,
    until,
)
from notifications.delivery.broadcasts import expand
from notifications.delivery.models import Delivery

PROCESSES: Final = 4
RECIPIENTS: Final = 40_000
NAIVE: Final = {0: 1_500, 50: 800}
CONNECTIONS: Final = 256
WRK_SECONDS: Final = 5
WRK_POST: Final = """
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/x-www-form-urlencoded"
wrk.body = string.rep("x", 400)
"""


def measure(stage: Stage) -> Section:
    """At 0 ms and at 50 ms."""
    need("wrk", "wrk")
    section = Section(
        "Sending",
        f"{RECIPIENTS:,} recipients by {PROCESSES} processes of ours ({CONNECTIONS} connections in"
        f" all): claim, decrypt, compose, limit, send through the `twilio` package, write results."
        f" The naive way: a Celery worker of {PROCESSES} processes, a task, a call and a saved row"
        f" each. wrk posts as many bytes over {CONNECTIONS} connections.",
        ("provider", "ours, times naive", "ours, part of wrk", "CPU s per 1,000: ours", "naive"),
    )
    for delay in NAIVE:
        with free_provider(stage, delay) as provider:
            section.rows.append(_row(stage, provider, delay))
    return section


def _row(stage: Stage, provider: str, delay: int) -> list[str]:
    naive = _naively(stage, provider, NAIVE[delay])
    subscribe(RECIPIENTS)
    expand(announce().number)
    ours = send_waiting(stage, provider, PROCESSES)
    script = stage.folder / "post.lua"
    script.write_text(WRK_POST)
    most, _ = run_wrk(provider, CONNECTIONS, WRK_SECONDS, "-s", str(script))
    times, part = ours.per_second / naive.per_second, ours.per_second / most
    return [
        f"{delay} ms",
        f"{times:.1f} ({ours.per_second:,.0f} : {naive.per_second:,.0f} /s)",
        f"{part:.0%} ({most:,.0f} /s)",
        f"{ours.cpu:.2f}",
        f"{naive.cpu:.2f}",
    ]


def send_waiting(stage: Stage, provider: str, processes: int) -> Figure:
    """Have processes of ours send all that waits; each says when it is ready, and when done."""
    count = Delivery.objects.filter(state="pending").count()
    commands = [(*PYTHON, "benchmarks.sender")] * processes
    with stage.programs(*commands, TWILIO_BASE_URL=provider) as senders:
        hear(senders, "ready")
        pids = [*(one.pid for one in senders), stage.postmaster]
        figure = measure_calls(count, pids, lambda: _send_all(senders))
    sent = Delivery.objects.filter(state="sent").count()
    assert sent == count, f"{sent} of {count} were sent"
    return figure


def _send_all(senders: Sequence[Popen[str]]) -> None:
    say(senders, "go")
    hear(senders, "done")


def _naively(stage: Stage, provider: str, count: int) -> Figure:
    subscribe(count)
    expand(announce().number)
    worker = (*PYTHON, "celery", "-A", "benchmarks.naive", "worker", "-c", str(PROCESSES), "-Q")
    quiet = ("naive", "--without-mingle", "--without-gossip", "-l", "ERROR")
    with stage.programs((*worker, *quiet), TWILIO_BASE_URL=provider) as (celery,):
        from benchmarks.naive import app, send

        until(lambda: app.control.ping(timeout=0.5))
        ids = [*Delivery.objects.order_by("id").values_list("id", flat=True)]

        def send_all() -> None:
            for one in ids:
                send.delay(one)
            until(lambda: not Delivery.objects.filter(state="pending").exists())

        return measure_calls(count, [celery.pid, stage.postmaster], send_all)
