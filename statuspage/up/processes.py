"""The programs that make up the product on one machine, and how to tell that each is ready."""

import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from statuspage.up.supervisor import Program, Supervisor

READY_WITHIN_SECONDS: Final = 90
WORKER_PROCESSES: Final = 4


@dataclass(frozen=True)
class Ports:
    """Where the web server and the simulator listen; its mail server is one above."""

    web: int
    simulator: int

    @property
    def smtp(self) -> int:
        """The simulator's mail server."""
        return self.simulator + 1


def programs(ports: Ports, data_dir: Path) -> list[Program]:
    """In the order in which they start; they stop in the reverse order."""
    return [
        Program("simulator", _python("notifications.simulator", *_simulator(ports, data_dir))),
        Program("web", _python("granian", *_granian(ports.web))),
        Program("worker", _python("celery", "-A", "statuspage", "worker", *_worker())),
        Program("beat", _python("celery", "-A", "statuspage", "beat", *_beat(data_dir))),
    ]


def wait_until_ready(supervisor: Supervisor, ports: Ports) -> None:
    """Return when web, simulator and worker answer.

    Raises:
        SystemExit: one of them died, or did not answer in time; the line names its log.
    """
    checks: dict[str, Callable[[], bool]] = {
        "simulator": lambda: _answers(f"http://127.0.0.1:{ports.simulator}/healthz"),
        "web": lambda: _answers(f"http://127.0.0.1:{ports.web}/readyz"),
        "worker": lambda: _worker_answers(supervisor),
    }
    deadline = time.monotonic() + READY_WITHIN_SECONDS
    for name, check in checks.items():
        while not check():
            supervisor.check_alive()
            if time.monotonic() > deadline:
                raise SystemExit(f"candor: {name} does not answer; see {supervisor.log_of(name)}")
            time.sleep(0.1)


def _python(module: str, *arguments: str) -> list[str]:
    return [sys.executable, "-m", module, *arguments]


def _simulator(ports: Ports, data_dir: Path) -> list[str]:
    journal = data_dir / "simulator.jsonl"
    return [
        *("--port", str(ports.simulator)),
        *("--smtp-port", str(ports.smtp)),
        *("--journal", str(journal)),
    ]


def _granian(port: int) -> list[str]:
    return [
        *("--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)),
        *("--workers", "1", "--blocking-threads", "8", "--log-level", "warning"),
        "statuspage.wsgi:application",
    ]


def _worker() -> list[str]:
    return [
        *("--concurrency", str(WORKER_PROCESSES), "--loglevel", "WARNING"),
        *("--without-mingle", "--without-gossip", "--hostname", "worker@candor"),
    ]


def _beat(data_dir: Path) -> list[str]:
    return ["--schedule", str(data_dir / "beat-schedule"), "--pidfile=", "--loglevel", "WARNING"]


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as response:  # noqa: S310
            return bool(response.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _worker_answers(supervisor: Supervisor) -> bool:
    """Celery's own ping: the process may be there and not yet listen."""
    done = subprocess.run(  # noqa: S603
        _python("celery", "-A", "statuspage", "inspect", "ping", "--timeout", "1"),
        env=supervisor.environment,
        capture_output=True,
        check=False,
    )
    return done.returncode == 0
