"""Keeps the programs running, and ends all of them cleanly."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Final, Self

STOP_WITHIN_SECONDS: Final = 15.0
# A program that dies this soon after its start, this many times in a row, is broken for good.
TOO_SOON_SECONDS: Final = 5.0
TRIES: Final = 5
PR_SET_PDEATHSIG: Final = 1


@dataclass(frozen=True)
class Program:
    """A name and the command that runs it."""

    name: str
    command: Sequence[str]


class _Stop(Exception):
    """Someone asked us to end."""


class Supervisor:
    """Starts programs, restarts one that dies, stops all; their output goes to log files."""

    def __init__(self, logs: Path) -> None:
        self._logs = logs
        self._programs: dict[str, Program] = {}
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._started: dict[str, float] = {}
        self._early_deaths: dict[str, int] = {}
        self.environment: dict[str, str] = {}

    def __enter__(self) -> Self:
        """From now on SIGINT and SIGTERM end `watch` and whatever comes before it."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, _raise_stop)
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> bool:
        """Being asked to end is no error."""
        return kind is not None and issubclass(kind, _Stop)

    def start(self, programs: Sequence[Program], environment: dict[str, str]) -> None:
        """Start all, in order."""
        self._logs.mkdir(parents=True, exist_ok=True)
        self.environment = environment
        for program in programs:
            self._programs[program.name] = program
            self._spawn(program)

    def pids(self) -> dict[str, int]:
        """The process id of each program."""
        return {name: process.pid for name, process in self._running.items()}

    def log_of(self, name: str) -> Path:
        """The file with a program's output."""
        return self._logs / f"{name}.log"

    def check_alive(self) -> None:
        """Pass while everything runs.

        Raises:
            SystemExit: a program has ended; the line names its log.
        """
        for name, process in self._running.items():
            if process.poll() is not None:
                raise SystemExit(f"candor: {name} did not start; see {self.log_of(name)}")

    def watch(self, restarted: Callable[[dict[str, int]], None]) -> None:
        """Restart what dies, until a signal comes; `restarted` gets the new process ids."""
        while True:
            time.sleep(0.5)
            dead = [name for name, process in self._running.items() if process.poll() is not None]
            for name in dead:
                self._count_death(name)
                print(f"candor: {name} ended and is started again", file=sys.stderr, flush=True)
                self._spawn(self._programs[name])
            if dead:
                restarted(self.pids())

    def stop(self) -> None:
        """End every program, the last started first; kill what does not end in time."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)
        for process in reversed(self._running.values()):
            process.terminate()
            try:
                process.wait(STOP_WITHIN_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._running.clear()

    def _spawn(self, program: Program) -> None:
        with self.log_of(program.name).open("ab") as log:
            # A session of its own: Ctrl-C reaches us alone, and we end them in order.
            self._running[program.name] = subprocess.Popen(  # noqa: S603
                program.command,
                env=self.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
                preexec_fn=_die_with_parent if sys.platform == "linux" else None,
            )
        self._started[program.name] = time.monotonic()

    def _count_death(self, name: str) -> None:
        early = time.monotonic() - self._started[name] < TOO_SOON_SECONDS
        self._early_deaths[name] = self._early_deaths.get(name, 0) + 1 if early else 0
        if self._early_deaths[name] >= TRIES:
            raise SystemExit(f"candor: {name} keeps ending; see {self.log_of(name)}")


def _raise_stop(number: int, frame: FrameType | None) -> None:
    raise _Stop


def _die_with_parent() -> None:
    """Should we be killed outright, the kernel ends our children for us (Linux, prctl(2))."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() == 1:
        os._exit(1)
