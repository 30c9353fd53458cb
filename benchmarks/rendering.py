"""Rendering: all that one statement changes, with 200 components and five years of history."""

import time
from typing import Final

from django.db import connection
from django.test.utils import CaptureQueriesContext

from benchmarks.data import build, say_more
from benchmarks.stage import Section, Stage
from statuspage.pages.rendering.services import RenderResult, render_due, take_over

COMPONENTS: Final = 200
INCIDENTS: Final = 500
YEARS: Final = 5
STATEMENTS: Final = 5


def measure(stage: Stage) -> Section:
    """Return the first rendering of everything, and then one statement at a time."""
    section = Section(
        "Rendering",
        f"{COMPONENTS} components, {INCIDENTS} incidents of six updates over {YEARS} years;"
        " everything in Chinese and English, stored with gzip and brotli. The best of"
        f" {STATEMENTS} statements, because the machine is shared.",
        ("what", "seconds", "CPU seconds", "queries"),
    )
    statement = build(COMPONENTS, INCIDENTS, YEARS)
    take_over()
    began, cpu = time.perf_counter(), time.process_time()
    while render_due() is RenderResult.MORE:
        pass
    took = f"{time.perf_counter() - began:.1f}"
    section.rows.append(("everything, once", took, f"{time.process_time() - cpu:.1f}", ""))
    section.rows.append(("one statement", *min(_one(statement) for _ in range(STATEMENTS))))
    return section


def _one(statement: object) -> tuple[str, str, str]:
    say_more(statement)
    with CaptureQueriesContext(connection) as queries:
        began, cpu = time.perf_counter(), time.process_time()
        assert render_due() is RenderResult.DONE
        took, cpu = time.perf_counter() - began, time.process_time() - cpu
    return f"{took:.2f}", f"{cpu:.2f}", str(len(queries))
