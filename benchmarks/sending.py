"""Sending: our whole path, the naive way, and the most that HTTP allows, on the same provider."""

import re
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from subprocess import Popen
from typing import Final

from django.db import connection

from benchmarks.debian import need
from benchmarks.people import subscribe
from benchmarks.provider import free_provider
from benchmarks.stage import Section, Stage, cpu_seconds, postmaster, until
from notifications.delivery.expand import expand
from notifications.delivery.models import Delivery
from statuspage.incidents.services.incidents import incident_open
from statuspage.statements.models import Statement

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


@dataclass(frozen=True)
class Figure:
    """Messages a second, and CPU seconds per 1,000 messages of ours with PostgreSQL."""

    per_second: float
    cpu: float = 0.0


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
        with free_provider(stage.folder, delay) as provider:
            section.rows.append(_row(stage, provider, delay))
    return section


def _row(stage: Stage, provider: str, delay: int) -> list[str]:
    naive = _naively(stage, provider, NAIVE[delay])
    ours = _ours(stage, provider)
    most = _wrk(stage, provider)
    times, part = ours.per_second / naive.per_second, ours.per_second / most
    return [
        f"{delay} ms",
        f"{times:.1f} ({ours.per_second:,.0f} : {naive.per_second:,.0f} /s)",
        f"{part:.0%} ({most:,.0f} /s)",
        f"{ours.cpu:.2f}",
        f"{naive.cpu:.2f}",
    ]


def _ours(stage: Stage, provider: str) -> Figure:
    _publish(RECIPIENTS)
    commands = [("-m", "benchmarks.sender")] * PROCESSES
    with stage.programs(*commands, TWILIO_BASE_URL=provider) as senders:
        _hear(senders, "ready")
        measured = [*(one.pid for one in senders), postmaster(stage.folder)]
        cpu, began = cpu_seconds(measured), time.perf_counter()
        _say(senders, "go")
        _hear(senders, "done")
        took, cpu = time.perf_counter() - began, cpu_seconds(measured) - cpu
    sent = Delivery.objects.filter(state="sent").count()
    assert sent == RECIPIENTS, f"{sent} of {RECIPIENTS} were sent"
    return Figure(sent / took, cpu / sent * 1000)


def _say(programs: Sequence[Popen[str]], word: str) -> None:
    for one in programs:
        assert one.stdin
        one.stdin.write(f"{word}\n")
        one.stdin.flush()


def _hear(programs: Sequence[Popen[str]], word: str) -> None:
    for one in programs:
        assert one.stdout
        assert one.stdout.readline() == f"{word}\n"


def _naively(stage: Stage, provider: str, count: int) -> Figure:
    _publish(count)
    worker = ("-m", "celery", "-A", "benchmarks.naive", "worker", "-c", str(PROCESSES), "-Q")
    quiet = ("naive", "--without-mingle", "--without-gossip", "-l", "ERROR")
    with stage.programs((*worker, *quiet), TWILIO_BASE_URL=provider) as (celery,):
        from benchmarks.naive import app, send

        until(lambda: app.control.ping(timeout=0.5))
        ids = [*Delivery.objects.order_by("id").values_list("id", flat=True)]
        measured = [celery.pid, postmaster(stage.folder)]
        cpu, began = cpu_seconds(measured), time.perf_counter()
        for one in ids:
            send.delay(one)
        until(lambda: not Delivery.objects.filter(state="pending").exists())
        took, cpu = time.perf_counter() - began, cpu_seconds(measured) - cpu
    return Figure(count / took, cpu / count * 1000)


def _wrk(stage: Stage, provider: str) -> float:
    script = stage.folder / "post.lua"
    script.write_text(WRK_POST)
    command = ["wrk", f"-c{CONNECTIONS}", "-t1", f"-d{WRK_SECONDS}s", "-s", str(script), provider]
    out = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found = re.search(r"Requests/sec:\s+([\d.]+)", out)
    assert found, out
    return float(found[1])


def _publish(recipients: int) -> Statement:
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE delivery_delivery")
    subscribe(recipients)
    statement = incident_open(
        name={"zh-hans": "T+1 到账延迟", "en": "T+1 payouts late"},
        body={
            "zh-hans": "10:42起，部分小微商户T+1到账延迟，资金安全，正在排查。",
            "en": "Since 10:42 payouts to some micro merchants (T+1) are late. Funds are safe.",
        },
        components={},
        author=None,
    )
    expand(statement.number)
    return statement
