"""The product's own processes, each the head of a group so that it can be killed whole."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from tests.product import ROOT, eventually
from tests.tools import faketime

CELERY: Final[Mapping[str, tuple[str, ...]]] = {
    "worker": (
        *("worker", "--concurrency", "2", "--loglevel", "INFO"),
        *("--without-mingle", "--without-gossip", "--without-heartbeat"),
    ),
    "beat": ("beat", "--pidfile="),
}
NURSERY: Final = ["tests.crash.nursery"]
GRANIAN: Final = (
    *(
        "granian",
        "--interface",
        "rsgi",
        "--no-ws",
        "--http",
        "1",
        "--host",
        "127.0.0.1",
        "--workers",
        "1",
    ),
    *("--log-level", "warning", "--backpressure", "4096", "--http1-buffer-size", "65536"),
)
APPLICATION: Final = "tests.crash.web:application"


class Process:
    """One running program with all its children; `odd` says what is to happen to it, if anything.

    That is the instant at which it is to die, or by how much its clock is wrong.
    """

    def __init__(self, kind: str, odd: str, pid: int, alive: Callable[[], bool]) -> None:
        self.kind = kind
        self.odd = odd
        self._pid = pid
        self._alive = alive

    @property
    def ended(self) -> bool:
        """Whether its head has ended."""
        return not self._alive()

    def children(self) -> list[int]:
        """Return the process ids of its direct children, such as a worker's pool."""
        with suppress(FileNotFoundError):  # it has ended
            listed = Path(f"/proc/{self._pid}/task/{self._pid}/children").read_text()
            return [int(pid) for pid in listed.split()]
        return []

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to it and all its children."""
        os.killpg(self._pid, number)

    def ask_to_end(self) -> None:
        """Ask its head, as a supervisor does; it ends its children when they have finished."""
        os.kill(self._pid, signal.SIGTERM)

    def kill(self) -> None:
        """End it and its children at once; nothing is said goodbye to."""
        with suppress(ProcessLookupError):  # all of it has ended already
            self.signal(signal.SIGKILL)
        assert eventually(lambda: self.ended, bool), f"{self.kind} survived"


class Processes:
    """Starts programs with one environment, and ends whatever still runs."""

    def __init__(self, folder: Path, environment: Mapping[str, str], port: int) -> None:
        self._folder = folder
        self._environment = dict(environment)
        self.port = port
        self.url = f"http://127.0.0.1:{port}"
        self._started: list[Process] = []
        self._nurseries = {False: self._run("nursery", NURSERY, stdin=subprocess.PIPE)}

    def start(
        self,
        kind: str,
        instant: str = "",
        clock: str = "",
        environment: Mapping[str, str] = MappingProxyType({}),
        **settings: Any,
    ) -> Process:
        """Start one, with variables and settings of its own; it may not be ready yet then.

        `clock` is by how much its clock is wrong, such as "-1h".
        """
        begin = self._web if kind == "web" else self._celery
        wrong = faketime.environment(clock) if clock else {}
        process = begin(kind, instant, {**environment, **wrong}, settings)
        self._started.append(process)
        return process

    def workers(self) -> list[Process]:
        """Return the workers that run, oldest first."""
        return [one for one in self._started if one.kind == "worker" and not one.ended]

    def ensure(self, kind: str) -> None:
        """Have one of a kind running that is not to die."""
        if not any(one.kind == kind and not one.odd and not one.ended for one in self._started):
            self.kill(kind)
            self.start(kind)

    def kill(self, *kinds: str) -> None:
        """End every process of these kinds."""
        for process in self._started:
            if process.kind in kinds:
                process.kill()
        self._started = [one for one in self._started if not one.ended]

    def kill_all(self) -> None:
        """End every process, for good."""
        self.kill("worker", "beat", "web")
        for nursery in self._nurseries.values():
            nursery.kill()
            nursery.communicate()

    def logs(self) -> str:
        """Return the end of every log, for a failing test to show."""
        files = sorted(self._folder.glob("*.log"))
        return "\n".join(
            f"-- {one.name}\n{one.read_text(errors='replace')[-3000:]}" for one in files
        )

    def _celery(
        self, kind: str, instant: str, environment: Mapping[str, str], settings: dict[str, Any]
    ) -> Process:
        log = str(self._folder / f"{kind}.log")
        what = {"arguments": CELERY[kind], "instant": instant, "environment": dict(environment)}
        order = {**what, "settings": settings, "log": log}
        nursery = self._nursery(wrong_clocks="FAKETIME" in environment)
        assert nursery.stdin
        assert nursery.stdout
        nursery.stdin.write(f"{json.dumps(order)}\n".encode())
        nursery.stdin.flush()
        answer = nursery.stdout.readline()
        assert answer, f"the nursery has ended\n{self.logs()}"
        pid, odd = int(answer), instant or environment.get("FAKETIME", "")
        return Process(kind, odd, pid, Path(f"/proc/{pid}").exists)

    def _web(
        self, kind: str, instant: str, environment: Mapping[str, str], settings: dict[str, Any]
    ) -> Process:
        command = [*GRANIAN, "--port", str(self.port), APPLICATION]
        popen = self._run(kind, command, CRASH_INSTANT=instant, **environment, **settings)
        odd = instant or environment.get("FAKETIME", "")
        return Process(kind, odd, popen.pid, lambda: popen.poll() is None)

    def _nursery(self, *, wrong_clocks: bool) -> subprocess.Popen[bytes]:
        """Return the nursery, or a second one whose children may be given wrong clocks."""
        if wrong_clocks not in self._nurseries:
            right = faketime.environment("+0")
            self._nurseries[True] = self._run("nursery", NURSERY, stdin=subprocess.PIPE, **right)
        return self._nurseries[wrong_clocks]

    def _run(
        self, kind: str, command: list[str], stdin: int = subprocess.DEVNULL, **settings: str
    ) -> subprocess.Popen[bytes]:
        with (self._folder / f"{kind}.log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", *command],
                cwd=ROOT,
                env={**self._environment, **settings},
                stdin=stdin,
                stdout=subprocess.PIPE if stdin == subprocess.PIPE else log,
                stderr=log,
                start_new_session=True,
            )
