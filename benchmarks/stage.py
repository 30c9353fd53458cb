"""Where a benchmark plays: engines of its own, our programs, a meter for CPU and memory."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

CLOCK: Final = os.sysconf("SC_CLK_TCK")
PAGE: Final = os.sysconf("SC_PAGE_SIZE")
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
        """The section as it is kept."""
        lines = [self.head, ["---"] * len(self.head), *self.rows]
        table = "\n".join(f"| {' | '.join(line)} |" for line in lines)
        return "\n\n".join([f"## {self.title}", self.about, table, *self.notes])


@dataclass(frozen=True)
class Stage:
    """What a benchmark is given: a folder, and the environment in which our programs run."""

    folder: Path
    environment: dict[str, str]

    @contextmanager
    def programs(
        self, *commands: Sequence[str], **environment: str
    ) -> Iterator[list[subprocess.Popen[str]]]:
        """Run Python programs of ours until the block ends."""
        log = (self.folder / "programs.log").open("a")
        started = [
            subprocess.Popen(
                [sys.executable, *command],
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
    total = 0
    for pid in _family(pids):
        values = _stat(pid)
        # utime, stime, and the same of children that have ended and been waited for.
        total += sum(int(value) for value in values[11:15]) if values else 0
    return total / CLOCK


def memory_bytes(pids: Sequence[int]) -> dict[int, int]:
    """Resident memory that belongs to each process alone or is shared, by pid."""
    sizes = {}
    for pid in _family(pids):
        try:
            text = Path(f"/proc/{pid}/statm").read_text(encoding="ascii")
        except OSError:
            continue
        sizes[pid] = int(text.split()[1]) * PAGE
    return sizes


def postmaster(folder: Path) -> int:
    """The process id of the engine's PostgreSQL."""
    return int((folder / "postgres" / "postmaster.pid").read_text(encoding="ascii").split()[0])


def _family(pids: Sequence[int]) -> list[int]:
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (values := _stat(int(entry.name))):
            children.setdefault(int(values[1]), []).append(int(entry.name))
    family, following = [], [*pids]
    while following:
        pid = following.pop()
        family.append(pid)
        following += children.get(pid, [])
    return family


def _stat(pid: int) -> list[str]:
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except OSError:
        return []
    return text.rpartition(")")[2].split()
