"""Beat's schedule, which knows only how long this process has run, and not what time it is."""

import time
from datetime import UTC, datetime, timedelta
from select import select
from typing import Any, Final

from celery.beat import ScheduleEntry, Scheduler
from celery.schedules import schedule

from statuspage.operations.heartbeat import CLOCK, PULSE_TASK, seen
from statuspage.operations.queueing import offer, take

BEGINNING: Final = datetime(2000, 1, 1, tzinfo=UTC)
# Before any start: every task runs once when beat starts, however often it is restarted.
NEVER_RUN: Final = BEGINNING - timedelta(days=365)


def steady_now() -> datetime:
    """Return a moment that only ever moves on, by as much as time has passed."""
    return BEGINNING + timedelta(seconds=time.monotonic())


def every(seconds: float) -> schedule:
    """Return a schedule that a change of the clock does not touch."""
    return schedule(seconds, nowfun=steady_now)


class Beat(Scheduler):
    """Celery's scheduler without its file, asking for no run for which a request still waits."""

    def tick(self, *arguments: Any, **options: Any) -> float:
        """Ask for what is due, and wait for what comes next.

        Celery would wait by time.sleep, which fails under the libfaketime of our tests.
        """
        select([], [], [], max(0.0, super().tick(*arguments, **options)))
        return 0.0

    def apply_async(self, entry: ScheduleEntry, *arguments: Any, **options: Any) -> Any:
        """Send a request for an entry's task where none waits in the queue."""
        run = str(entry.task), entry.args or ()
        if entry.task == PULSE_TASK:
            seen(CLOCK)  # also where no worker takes its requests
        if not offer(*run):
            return None
        try:
            return super().apply_async(entry, *arguments, **options)
        except Exception:
            take(*run)  # it was not sent
            raise
