"""The list of withdrawals outside the database: it survives the restore of an older one.

One line for each: moment, act, channel, keyed hash, reason. The first line tells under which
ADDRESS_INDEX_KEY the hashes were made. Several lists are one by union: a line never changes.
"""

import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from fcntl import LOCK_EX, flock
from pathlib import Path
from typing import Final, NamedTuple

from django.conf import settings

from notifications.media import current_name
from notifications.subscribers.crypto import blind_index

NAME: Final = "erased.list"
SUFFIX: Final = ".erased"
FORMAT: Final = "candor-withdrawals/1"
LINE: Final = re.compile(
    r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?\+00:00) (erased|stopped|resumed)"
    r" ([a-z0-9_]{1,20}) ([0-9a-f]{64}) ([a-z0-9_-]{1,30})"
)
OWNER_ONLY: Final = 0o600


class UnusableList(Exception):
    """A list cannot be read, is damaged, or was written under another key."""


class Listed(NamedTuple):
    """One line; `at` is in UTC, as ISO 8601 writes it."""

    at: str
    act: str
    channel: str
    blind_index: str
    reason: str


def own_list() -> Path:
    """Return where this machine keeps its list."""
    return settings.DATA_DIR / NAME


def list_read(path: Path) -> set[Listed]:
    """Return what a list holds.

    A last line that was cut short by a crash counts as not written.

    Raises:
        UnusableList: it cannot be read, is damaged, or belongs to another ADDRESS_INDEX_KEY.
    """
    try:
        head, *lines = path.read_text(encoding="ascii").split("\n")[:-1] or [""]
    except (OSError, UnicodeDecodeError) as error:
        raise UnusableList(f"{path} cannot be read: {error}") from error
    if head != _head():
        what = "another ADDRESS_INDEX_KEY" if head.startswith(FORMAT) else "something else"
        raise UnusableList(f"{path} is a list of {what}")
    return {_parsed(path, number, line) for number, line in enumerate(lines, start=2)}


def list_add(new: Iterable[Listed]) -> None:
    """Add lines to this machine's list; they are on the disk when this returns.

    Raises:
        OSError: the disk is full or read-only.
        UnusableList: what is there is no list of ours; it is left as it is.
    """
    with _alone():
        path = own_list()
        if not path.exists():
            list_write(path, new)
            return
        with path.open("r+b") as file:
            if file.readline() != f"{_head()}\n".encode("ascii"):
                raise UnusableList(f"{path} is no list under this ADDRESS_INDEX_KEY")
            _cut_short(file.fileno(), path)
            file.seek(0, os.SEEK_END)
            file.write("".join(map(_line, new)).encode("ascii"))
            file.flush()
            os.fsync(file.fileno())


def list_keep(known: set[Listed], oldest: str) -> None:
    """Have this machine's list hold what the table holds, and nothing older than `oldest`.

    Raises:
        OSError: the disk is full or read-only.
        UnusableList: what is there is no list of ours; it is left as it is.
    """
    with _alone():
        path = own_list()
        present = list_read(path) if path.exists() else set()
        wanted = {one for one in present | known if one.at >= oldest}
        if wanted != present or not path.exists():
            list_write(path, wanted)


def list_write(path: Path, lines: Iterable[Listed]) -> None:
    """Write a whole list; it appears under its name only once it is on the disk."""
    partial = path.with_name(f".{path.name}.partial")
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(
        partial, "w", encoding="ascii", opener=lambda name, flags: os.open(name, flags, OWNER_ONLY)
    ) as file:
        file.write(f"{_head()}\n" + "".join(map(_line, sorted(lines))))
        file.flush()
        os.fsync(file.fileno())
    partial.rename(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def listed(at: datetime, act: str, channel: str, index: str, reason: str) -> Listed:
    """Return a line; `at` must be in UTC."""
    return Listed(at.isoformat(), act, channel, index, reason or "-")


def _head() -> str:
    return f"{FORMAT} {blind_index('', 'withdrawals')[:16]}"


def _line(one: Listed) -> str:
    return " ".join(one) + "\n"


def _parsed(path: Path, number: int, line: str) -> Listed:
    found = LINE.fullmatch(line)
    if not found:
        raise UnusableList(f"line {number} of {path} is damaged")
    one = Listed(*found.groups())
    return one._replace(channel=current_name(one.channel))


def _cut_short(file: int, path: Path) -> None:
    """Remove a last line that a crash left unfinished."""
    content = path.read_bytes()
    if not content.endswith(b"\n"):
        os.ftruncate(file, content.rfind(b"\n") + 1)


@contextmanager
def _alone() -> Iterator[None]:
    """Keep other processes of this machine from writing."""
    settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
    with (settings.DATA_DIR / f".{NAME}.lock").open("a") as lock:
        flock(lock, LOCK_EX)
        yield
