"""Where a benchmark runs: engines of its own, other programs, a meter for CPU and memory."""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import psutil

PYTHON: Final = (sys.executable, "-m")
# Longest that any one wait may take: a benchmark ends by itself, whatever happens.
DEADLINE_SECONDS: Final = 300.0


@dataclass
class Section:
    """One part of the results: a heading, a sentence on what was done, and a table."""

    title: str
    about: str
    head: Sequence[str]
    rows: list[Sequence[str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def as_markdown(self) -> str:
        """Return the section as it is kept."""
        lines = [self.head, ["---"] * len(self.head), *self.rows]
        table = "\n".join(f"| {' | '.join(line)} |" for line in lines)
        return "\n\n".join([f"## {self.title}", self.about, table, *self.notes])


@dataclass(frozen=True)
class Figure:
    """Calls a second, and CPU seconds per 1,000 of them."""

    per_second: float
    cpu: float


@dataclass(frozen=True)
class Stage:
    """What a benchmark is given: a folder, and the environment in which programs run."""

    folder: Path
    environment: dict[str, str]

    @contextmanager
    def programs(
        self, *commands: Sequence[str], **environment: str
    ) -> Iterator[list[subprocess.Popen[str]]]:
        """Run programs until the block ends."""
        log = (self.folder / "programs.log").open("a")
        started = [
            subprocess.Popen(
                command,
                env={**self.environment, **environment},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
            for command in commands
        ]
        try:
            yield started
        finally:
            for one in started:
                one.terminate()
            for one in started:
                one.communicate()
            log.close()

    @property
    def postmaster(self) -> int:
        """The process id of the engine's PostgreSQL."""
        file = self.folder / "postgres" / "postmaster.pid"
        return int(file.read_text(encoding="ascii").split()[0])


def measure_calls(count: int, pids: Sequence[int], work: Callable[[], object]) -> Figure:
    """Do some work of so many calls, with the CPU time of these processes."""
    cpu, began = cpu_seconds(pids), time.perf_counter()
    work()
    took, cpu = time.perf_counter() - began, cpu_seconds(pids) - cpu
    return Figure(count / took, cpu / count * 1000)


def say(programs: Sequence[subprocess.Popen[str]], word: str) -> None:
    """Write a line to each of these programs."""
    for one in programs:
        assert one.stdin
        one.stdin.write(f"{word}\n")
        one.stdin.flush()


def hear(programs: Sequence[subprocess.Popen[str]], word: str) -> None:
    """Wait until each of these programs has written this line."""
    for one in programs:
        assert one.stdout
        assert one.stdout.readline() == f"{word}\n"


def until(true: Callable[[], object], pause: float = 0.02) -> float:
    """Wait for something; returns the moment at which it was seen.

    Raises:
        SystemExit: it did not come.
    """
    end = time.perf_counter() + DEADLINE_SECONDS
    while not true():
        if time.perf_counter() > end:
            raise SystemExit("candor: the benchmark waits for something that does not come")
        time.sleep(pause)
    return time.perf_counter()


def cpu_seconds(pids: Sequence[int]) -> float:
    """User and system time of these processes and all below them, the ended ones included."""
    total = 0.0
    for process in _family(pids):
        with suppress(psutil.NoSuchProcess):
            # User and system time, and the same of children that have ended.
            total += sum(process.cpu_times()[:4])
    return total


def memory_bytes(pids: Sequence[int]) -> dict[int, int]:
    """Resident memory that belongs to each process alone or is shared, by pid."""
    sizes = {}
    for process in _family(pids):
        with suppress(psutil.NoSuchProcess):
            sizes[process.pid] = process.memory_info().rss
    return sizes


def _family(pids: Sequence[int]) -> list[psutil.Process]:
    parents = [psutil.Process(pid) for pid in pids]
    return parents + [child for one in parents for child in one.children(recursive=True)]


def free_port() -> int:
    """Return a port of this machine on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def listens(port: int) -> bool:
    """Whether a program listens on a port of this machine."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def need(program: str, *packages: str) -> None:
    """Have a program of Debian's, installing its packages where that is possible.

    Raises:
        SystemExit: it is missing and cannot be installed from here.
    """
    if shutil.which(program) and all(_installed(package) for package in packages):
        return
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise SystemExit(f"candor: the benchmarks need Debian's {' '.join(packages)}")
    subprocess.run(["apt-get", "update", "-qq"], check=True)
    subprocess.run(
        ["apt-get", "install", "-y", "-qq", *packages], check=True, stdout=subprocess.DEVNULL
    )


def _installed(package: str) -> bool:
    if not shutil.which("dpkg-query"):
        return True
    command = ["dpkg-query", "-W", "-f", "${Status}", package]
    asked = subprocess.run(command, capture_output=True, text=True, check=False)
    return asked.stdout.startswith("install ok")


def run_wrk(url: str, connections: int, seconds: int, *options: str) -> tuple[float, float]:
    """Return requests a second, and the 99th percentile of an answer's time in milliseconds."""
    load = (f"-c{connections}", "-t1", f"-d{seconds}s", "--latency")
    out = subprocess.run(
        ["wrk", *load, *options, url], capture_output=True, text=True, check=True
    ).stdout
    rate = re.search(r"Requests/sec:\s+([\d.]+)", out)
    slow = re.search(r"99%\s+([\d.]+)(us|ms|s)", out)
    assert rate, out
    assert slow, out
    assert "Non-2xx" not in out, out
    return float(rate[1]), float(slow[1]) * {"us": 0.001, "ms": 1, "s": 1000}[slow[2]]
