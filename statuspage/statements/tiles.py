"""The tree and its leaves as static resources (c2sp.org/tlog-tiles): their paths and bytes."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

WIDTH: Final = 256
LEVELS: Final = 8  # of the tree, to one level of tiles
HIGHEST: Final = 63
ENTRIES: Final = "entries"
# Each entry follows its length in two bytes.
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
        """Its path below `tile/`."""
        level = ENTRIES if self.level is None else str(self.level)
        partial = "" if self.full else f".p/{self.width}"
        return f"{level}/{_index_path(self.index)}{partial}"


def read_path(path: str) -> Tile:
    """Return the tile that a path names, or raise NoSuchTile; there is one way to write each."""
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
    """Return the entries one after the other, each after its length in two bytes."""
    return b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)


def _index_path(index: int) -> str:
    *above, last = f"{index:,}".split(",")
    return "/".join([*(f"x{group:0>3}" for group in above), f"{last:0>3}"])
