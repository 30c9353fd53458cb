"""A Python with the product loaded that forks Celery programs: `python -m tests.crash.nursery`.

Loading takes longer than most of what a test does with a worker. What is forked here is the head of
a process group with a pool of its own, as one started from a shell is.
"""

import gc
import json
import os
import signal
import sys
from importlib import import_module
from typing import Any, Final

from django.conf import settings
from django.core.checks import run_checks

from statuspage.celery import app
from tests.crash.instants import arm

# What a program else loads only when it has been told which it is.
LATER: Final = (
    *("celery.bin.celery", "celery.apps.worker", "celery.apps.beat", "celery.worker.consumer"),
    *("celery.concurrency.prefork", "celery.worker.components", "kombu.transport.redis"),
)
# Small enough for a few recipients to be expanded in several transactions, and waits that a test
# need not sit through; how long they are is no part of what is promised.
IN_SHORT: Final[dict[tuple[str, str], float]] = {
    ("broadcasts", "CHUNK"): 50,
    ("results", "BACKOFF_LIMIT_SECONDS"): 1.0,
    ("providers", "DOWN_SECONDS"): 1,
}


def main() -> None:
    """Fork a program for every line read, and write its process id."""
    app.loader.import_default_modules()
    run_checks()  # as every worker does when it starts
    for module in LATER:
        import_module(module)
    for (module, name), value in IN_SHORT.items():
        setattr(import_module(f"notifications.delivery.{module}"), name, value)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the dead are buried at once
    gc.freeze()  # what is loaded stays shared with all who are forked
    for line in sys.stdin:
        order = json.loads(line)
        pid = os.fork()
        if pid == 0:
            _live(order)
        # Both do it: whoever reads the answer may kill the whole group.
        os.setpgid(pid, pid)
        print(pid, flush=True)


def _live(order: dict[str, Any]) -> None:
    """Be the program that was ordered, until its end."""
    os.setpgid(0, 0)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    _redirect(order["log"])
    if order["clock"]:
        os.environ["FAKETIME"] = order["clock"]  # libfaketime is loaded, and reads it each time
    for name, value in order["settings"].items():
        setattr(settings, name, value)
    if order["instant"]:
        arm(order["instant"])
    app.start(order["arguments"])
    os._exit(0)


def _redirect(log: str) -> None:
    nothing = os.open(os.devnull, os.O_RDONLY)
    output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for descriptor, stands_for in ((nothing, 0), (output, 1), (output, 2)):
        os.dup2(descriptor, stands_for)


if __name__ == "__main__":
    main()
