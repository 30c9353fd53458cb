"""This machine's copy of every checkpoint, outside the database: a file that only ever grows.

A line is written once its checkpoint is committed, and is on the disk before the next one. One
that a crash kept from being written is made up for by `guard.log_follow`.
"""

import errno
import fcntl
import json
import logging
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from secrets import token_hex
from typing import Final

from django.conf import settings

from statuspage.lib.troubles import trouble_note, trouble_over
from statuspage.statements.models import Checkpoint
from statuspage.statements.notes import signed_by_us

# The kind of alarm while the file cannot be read or written.
TROUBLE: Final = "log_copy"
# More than one line can have.
TAIL_BYTES: Final = 1 << 16
# A process that was stopped while it wrote must not hold up those that publish.
LOCK_SECONDS: Final = 2.0
LOCK_PAUSE_SECONDS: Final = 0.02

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class KeptCheckpoint:
    """One line; with `accepted`, the log from which the operator decided to go on."""

    size: int
    root: str
    note: str
    accepted: bool = False

    def stands_for(self, size: int, root: str) -> bool:
        """Return whether it is the operator's decision, signed, for exactly this tree."""
        same = (self.size, self.root) == (size, root)
        return self.accepted and same and signed_by_us(size, root, self.note)


def kept_of(checkpoint: Checkpoint) -> KeptCheckpoint:
    """Return the line of a checkpoint."""
    return KeptCheckpoint(checkpoint.size, checkpoint.root, checkpoint.note)


def copy_path() -> Path:
    """Return where the copy is."""
    return _folder() / "checkpoints.jsonl"


def machine() -> str:
    """Return the name by which findings tell this machine from others; it is made up once."""
    path = _folder() / "machine"
    try:
        if not path.exists():
            _make_up(path)
        return path.read_text(encoding="ascii").strip()
    except OSError:
        return socket.gethostname()


def copy_last() -> KeptCheckpoint | None:
    """Return the newest line; None on a machine that has none yet, or that cannot read it.

    Of what cannot be read staff are told. It keeps nobody from publishing: a broken disk must not.
    """
    try:
        with copy_path().open("rb") as file:
            return _last_of(file.fileno())
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError) as error:
        _trouble(error)
        return None


def copy_append(kept: KeptCheckpoint) -> None:
    """Write a line, unless the copy has got further already. Raises nothing: staff are told."""
    try:
        with _locked() as handle:
            last = _last_of(handle)
            if kept.accepted or last is None or last.size < kept.size:
                _write(handle, json.dumps(asdict(kept)).encode() + b"\n")
    except (OSError, ValueError, TypeError) as error:
        _trouble(error)
    else:
        trouble_over(TROUBLE)


def copy_lines() -> Iterator[KeptCheckpoint]:
    """Yield the lines since the last one that the operator accepted, oldest first."""
    start = 0
    try:
        with copy_path().open("rb") as file:
            for line in iter(file.readline, b""):
                if b'"accepted": true' in line:
                    start = file.tell() - len(line)
            file.seek(start)
            for line in iter(file.readline, b""):
                if line.endswith(b"\n"):
                    yield _read(line)
    except FileNotFoundError:
        return


def _folder() -> Path:
    return settings.LOG_COPY_DIR or settings.DATA_DIR / "log"


def _make_up(path: Path) -> None:
    """Write a random name; where another process was first, its name stays."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".machine.{os.getpid()}")
    part.write_text(token_hex(8), encoding="ascii")
    with suppress(FileExistsError):
        path.hardlink_to(part)
    part.unlink()


@contextmanager
def _locked() -> Iterator[int]:
    """Open the file for appending, alone; what was not written to its end by a crash is cut off."""
    path = copy_path()
    path.parent.mkdir(parents=True, exist_ok=True)
    new = not path.exists()
    handle = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o644)
    try:
        _lock(handle)
        _cut_torn(handle)
        if new:
            _sync_folder(path.parent)
        yield handle
    finally:
        os.close(handle)


def _lock(handle: int) -> None:
    until = time.monotonic() + LOCK_SECONDS
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= until:
                raise
            time.sleep(LOCK_PAUSE_SECONDS)
        else:
            return


def _write(handle: int, line: bytes) -> None:
    size = os.fstat(handle).st_size
    if os.write(handle, line) != len(line):
        os.ftruncate(handle, size)
        raise OSError(errno.ENOSPC, "the disk is full")
    os.fsync(handle)


def _cut_torn(handle: int) -> None:
    tail, start = _tail(handle)
    if tail and not tail.endswith(b"\n"):
        os.ftruncate(handle, start + tail.rfind(b"\n") + 1)


def _last_of(handle: int) -> KeptCheckpoint | None:
    """Return the last line that was written to its end."""
    tail, _start = _tail(handle)
    whole = tail[: tail.rfind(b"\n") + 1].splitlines()
    return _read(whole[-1]) if whole else None


def _tail(handle: int) -> tuple[bytes, int]:
    start = max(0, os.fstat(handle).st_size - TAIL_BYTES)
    return os.pread(handle, TAIL_BYTES, start), start


def _read(line: bytes) -> KeptCheckpoint:
    return KeptCheckpoint(**json.loads(line))


def _sync_folder(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _trouble(error: Exception) -> None:
    trouble_note(TROUBLE)
    logger.error("the copy of the log cannot be used: %s", error)
