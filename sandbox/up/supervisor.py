"""Keeps the programs and engines running, and ends all programs cleanly."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import FrameType
from typing import Final, Self

from sandbox.up.engines import Engine

STOP_WITHIN_SECONDS: Final = 15.0
# A program that dies this soon after its start, this many times in a row, is broken for good.
TOO_SOON_SECONDS: Final = 5.0
TRIES: Final = 5
PR_SET_PDEATHSIG: Final = 1


class _Stop(Exception):
    """Raised by SIGINT and SIGTERM."""


class Supervisor:
    """Starts programs, restarts one that dies, stops all; their output goes to log files."""

    def __init__(self, logs: Path) -> None:
        self._logs = logs
        self._commands: dict[str, Sequence[str]] = {}
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._started: dict[str, float] = {}
        self._early_deaths: dict[str, int] = {}
        self.environment: dict[str, str] = {}

    def __enter__(self) -> Self:
        """Make SIGINT and SIGTERM end `watch` and everything before it."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, _raise_stop)
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> bool:
        """Suppress the exception that a request to stop raises."""
        return kind is not None and issubclass(kind, _Stop)

    def start(self, commands: Mapping[str, Sequence[str]], environment: dict[str, str]) -> None:
        """Start the command of each program, in order."""
        self._logs.mkdir(parents=True, exist_ok=True)
        self.environment = environment
        self._commands |= commands
        for name in commands:
            self._spawn(name)

    def pids(self) -> dict[str, int]:
        """Return the process id of each program."""
        return {name: process.pid for name, process in self._running.items()}

    def log_of(self, name: str) -> Path:
        """Return the file with a program's output."""
        return self._logs / f"{name}.log"

    def check_alive(self) -> None:
        """Pass while everything runs.

        Raises:
            SystemExit: a program has ended; the line names its log.
        """
        for name, process in self._running.items():
            if process.poll() is not None:
                raise SystemExit(f"candor: {name} did not start; see {self.log_of(name)}")

    def watch(
        self, restarted: Callable[[dict[str, int]], None], engines: Sequence[Engine] = ()
    ) -> None:
        """Restart what dies, until a signal comes; `restarted` gets the new process ids.

        Raises:
            SystemExit: something keeps dying, or an engine does not start; the line names its log.
        """
        while True:
            time.sleep(0.5)
            for engine in engines:
                if engine.has_died():
                    self._count_death(engine.name, engine.log)
                    self._start_again(engine)
            dead = [name for name, process in self._running.items() if process.poll() is not None]
            for name in dead:
                self._count_death(name, self.log_of(name))
                self._spawn(name)
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

    def _spawn(self, name: str) -> None:
        with self.log_of(name).open("ab") as log:
            # A session of its own: Ctrl-C reaches us alone, and we end them in order.
            self._running[name] = subprocess.Popen(  # noqa: S603
                self._commands[name],
                env=self.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
                preexec_fn=_die_with_parent if sys.platform == "linux" else None,
            )
        self._started[name] = time.monotonic()

    def _start_again(self, engine: Engine) -> None:
        try:
            engine.start_again()
        except OSError as error:
            raise SystemExit(f"candor: {engine.name} does not start; see {engine.log}") from error
        self._started[engine.name] = time.monotonic()

    def _count_death(self, name: str, log: Path) -> None:
        """Say that it has died; give up on what dies again and again soon after its start."""
        early = time.monotonic() - self._started.get(name, 0.0) < TOO_SOON_SECONDS
        self._early_deaths[name] = self._early_deaths.get(name, 0) + 1 if early else 0
        if self._early_deaths[name] >= TRIES:
            raise SystemExit(f"candor: {name} keeps ending; see {log}")
        print(f"candor: {name} ended and is started again", file=sys.stderr, flush=True)


def _raise_stop(number: int, frame: FrameType | None) -> None:
    raise _Stop


def _die_with_parent() -> None:
    """Have the kernel end this child when its parent is killed (Linux, prctl(2))."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() == 1:
        os._exit(1)
