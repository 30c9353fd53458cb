"""The programs that make up the product on one machine, and how to tell that each is ready."""

import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sandbox.up.supervisor import Supervisor

READY_WITHIN_SECONDS: Final = 300
CELERY: Final = (sys.executable, "-m", "celery", "-A", "statuspage")


@dataclass(frozen=True)
class Ports:
    """Where the web server and the simulator listen; its other servers are just above."""

    web: int
    simulator: int

    @property
    def smtp(self) -> int:
        """The simulator's mail server."""
        return self.simulator + 1

    @property
    def cmpp(self) -> int:
        """The simulator's SMS gateway that speaks CMPP."""
        return self.simulator + 2

    @property
    def smpp(self) -> int:
        """The simulator's message centre that speaks SMPP."""
        return self.simulator + 3


def programs(ports: Ports, data_dir: Path) -> dict[str, list[str]]:
    """Return each program's command, in the order in which they start."""
    python = (sys.executable, "-m")
    return {
        "simulator": [
            *(*python, "sandbox.simulator", "--port", str(ports.simulator)),
            *("--smtp-port", str(ports.smtp), "--cmpp-port", str(ports.cmpp)),
            *("--smpp-port", str(ports.smpp)),
            *("--journal", str(data_dir / "simulator.jsonl")),
        ],
        "web": [
            *(
                *python,
                "granian",
                "--interface",
                "rsgi",
                "--no-ws",
                "--http",
                "1",
                "--host",
                "127.0.0.1",
            ),
            *("--port", str(ports.web)),
            *("--workers", "1", "--log-level", "warning"),
            *("--backpressure", "4096", "--http1-buffer-size", "65536"),
            "statuspage.rsgi:application",
        ],
        "worker": [
            *(*CELERY, "worker", "--concurrency", "4", "--loglevel", "WARNING"),
            *("--without-mingle", "--without-gossip", "--hostname", "worker@candor"),
        ],
        "beat": [*CELERY, "beat", "--pidfile=", "--loglevel", "WARNING"],
    }


def wait_until_ready(supervisor: Supervisor, ports: Ports, *names: str) -> None:
    """Return when each of these programs answers: simulator, web, worker.

    Raises:
        SystemExit: one of them died, or did not answer in time; the line names its log.
    """
    checks: dict[str, Callable[[], bool]] = {
        "simulator": lambda: _answers(f"http://127.0.0.1:{ports.simulator}/healthz"),
        "web": lambda: _answers(f"http://127.0.0.1:{ports.web}/readyz"),
        "worker": lambda: _worker_answers(supervisor),
    }
    deadline = time.monotonic() + READY_WITHIN_SECONDS
    for name in names:
        while not checks[name]():
            supervisor.check_alive()
            if time.monotonic() > deadline:
                raise SystemExit(f"candor: {name} does not answer; see {supervisor.log_of(name)}")
            time.sleep(0.1)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as response:  # noqa: S310
            return bool(response.status == 200)
    except OSError:
        return False


def _worker_answers(supervisor: Supervisor) -> bool:
    """Return whether Celery answers a ping: a running worker may not listen yet."""
    done = subprocess.run(  # noqa: S603
        [*CELERY, "inspect", "ping", "--timeout", "1"],
        env=supervisor.environment,
        capture_output=True,
        check=False,
    )
    return done.returncode == 0
