"""The product's own processes, each the head of a session so that it can be killed whole."""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

from tests.product import ROOT

WORKER: Final = (
    *("worker", "--concurrency", "2", "--loglevel", "INFO"),
    *("--without-mingle", "--without-gossip", "--without-heartbeat"),
)
COMMANDS: Final[Mapping[str, tuple[str, ...]]] = {
    "worker": ("celery", "-A", "statuspage", *WORKER),
    "beat": ("celery", "-A", "statuspage", "beat", "--pidfile="),
    # Its first argument names the instant at which it dies; see instants.py.
    "doomed": ("tests.crash.doomed",),
    "web": (
        *("granian", "--interface", "wsgi", "--host", "127.0.0.1", "--workers", "1"),
        *("--blocking-threads", "4", "--log-level", "warning", "statuspage.wsgi:application"),
    ),
}


class Process:
    """One running program with all its children."""

    def __init__(
        self, kind: str, arguments: tuple[str, ...], log: Path, environment: dict[str, str]
    ):
        self.kind = kind
        self._log = log
        with log.open("ab") as output:
            self._popen = subprocess.Popen(
                [sys.executable, "-m", *COMMANDS[kind], *arguments],
                cwd=ROOT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def ended(self) -> bool:
        """Whether its head has ended."""
        return self._popen.poll() is not None

    def children(self) -> list[int]:
        """The process ids of its direct children, such as a worker's pool."""
        listed = Path(f"/proc/{self._popen.pid}/task/{self._popen.pid}/children")
        return [int(pid) for pid in listed.read_text().split()]

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to it and all its children."""
        os.killpg(self._popen.pid, number)

    def kill(self) -> None:
        """End it and its children at once; nothing is said goodbye to."""
        with suppress(ProcessLookupError):  # all of it has ended already
            self.signal(signal.SIGKILL)
        self._popen.wait()

    def log(self) -> str:
        """The end of what it and others of its kind have printed."""
        return self._log.read_text(errors="replace")[-4000:]


class Processes:
    """Starts programs with one environment, and ends whatever still runs."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self._folder = folder
        self.environment = dict(environment)
        self._started: list[Process] = []

    def start(self, kind: str, *arguments: str, **settings: str) -> Process:
        """Start one; it may not be ready yet when this returns."""
        if kind == "beat":
            arguments = ("--schedule", str(self._folder / "beat-schedule"), *arguments)
        log = self._folder / f"{kind}.log"
        process = Process(kind, arguments, log, {**self.environment, **settings})
        self._started.append(process)
        return process

    def kill(self, *kinds: str) -> None:
        """End every process of these kinds; of every kind when none is named."""
        for process in self._started:
            if not kinds or process.kind in kinds:
                process.kill()
        self._started = [one for one in self._started if not one.ended]

    def logs(self) -> str:
        """The end of every log, for a failing test to show."""
        files = sorted(self._folder.glob("*.log"))
        return "\n".join(
            f"-- {one.name}\n{one.read_text(errors='replace')[-3000:]}" for one in files
        )
