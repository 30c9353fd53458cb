"""The tree and its leaves as static resources (c2sp.org/tlog-tiles): their paths and bytes."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

WIDTH: Final = 256
LEVELS: Final = 8  # of the tree, to one level of tiles
HIGHEST: Final = 63
ENTRIES: Final = "entries"
# An entry is written behind its length in two bytes.
MAX_LEAF_BYTES: Final = 0xFFFF
# Numbers end at 2**63: more groups of three digits than these name no leaf.
PATH: Final = re.compile(
    r"(?P<level>entries|[0-9]{1,2})/(?P<index>(?:x[0-9]{3}/){0,6}[0-9]{3})"
    r"(?:\.p/(?P<width>[0-9]{1,3}))?",
    re.ASCII,
)


class NoSuchTile(ValueError):
    """The path is not written as the specification says."""


@dataclass(frozen=True)
class Tile:
    """`width` consecutive hashes of one level, or, where `level` is None, that many entries."""

    level: int | None
    index: int
    width: int = WIDTH

    @property
    def full(self) -> bool:
        """Whether nothing will ever be added."""
        return self.width == WIDTH

    @property
    def begin(self) -> int:
        """The position of its first hash, or entry, on its level."""
        return self.index * WIDTH

    @property
    def path(self) -> str:
        """As it is asked for, below `tile/`."""
        level = ENTRIES if self.level is None else str(self.level)
        partial = "" if self.full else f".p/{self.width}"
        return f"{level}/{_index_path(self.index)}{partial}"


def read_path(path: str) -> Tile:
    """The tile that a path names.

    Raises:
        NoSuchTile: it names none, or names one in another than the one way allowed.
    """
    match = PATH.fullmatch(path)
    if not match:
        raise NoSuchTile(path)
    level = None if match["level"] == ENTRIES else int(match["level"])
    index = int(match["index"].replace("x", "").replace("/", ""))
    tile = Tile(level, index, int(match["width"] or WIDTH))
    if not 0 < tile.width <= WIDTH or (level or 0) > HIGHEST or tile.path != path:
        raise NoSuchTile(path)
    return tile


def bundle(entries: Iterable[bytes]) -> bytes:
    """Entries one after the other, each behind its length in two bytes."""
    return b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)


def _index_path(index: int) -> str:
    digits = f"{index:03d}"
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    groups = [digits[start : start + 3] for start in range(0, len(digits), 3)]
    return "/".join([*(f"x{group}" for group in groups[:-1]), groups[-1]])
