"""The fields of CMPP's frames: their widths by version, and how they are read and written."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from notifications.channels.carriers.cmpp_frames import Version
from notifications.channels.carriers.dialect import MalformedFrame


@dataclass(frozen=True)
class Layout:
    """The widths in which the versions differ."""

    number: int
    result: int
    # What follows a number to say whether it is a real or a false one.
    number_type: int
    tail: int


LAYOUTS: Final[Mapping[int, Layout]] = {
    Version.V2: Layout(number=21, result=1, number_type=0, tail=8),
    Version.V3: Layout(number=32, result=4, number_type=1, tail=20),
}


def layout_of(version: int) -> Layout:
    """Return the widths of a version."""
    return LAYOUTS[Version.V3 if version >= Version.V3 else Version.V2]


class Reader:
    """Takes fields from a frame; none may lie beyond its end, nor may anything be left over."""

    def __init__(self, data: bytes, at: int = 0) -> None:
        self._data, self._at = data, at

    def take(self, count: int) -> bytes:
        """Return the next octets."""
        end = self._at + count
        if end > len(self._data):
            raise MalformedFrame("ends within a field")
        taken, self._at = self._data[self._at : end], end
        return taken

    def number(self, count: int) -> int:
        """Return the next octets as an unsigned number."""
        return int.from_bytes(self.take(count), "big")

    def text(self, count: int) -> str:
        """Return the next octets as text up to the first NUL; gateways also pad with blanks."""
        return self.take(count).split(b"\0", 1)[0].decode("ascii", "replace").strip()

    @property
    def left(self) -> int:
        """How many octets are left."""
        return len(self._data) - self._at

    def end(self) -> None:
        """Pass where nothing is left."""
        if self.left:
            raise MalformedFrame(f"{self.left} octets too long")


def text_field(value: str, width: int) -> bytes:
    """Return a text field: left-aligned, the rest NUL."""
    try:
        packed = value.encode("ascii")
    except UnicodeEncodeError as error:
        raise MalformedFrame("a field is not ASCII") from error
    if len(packed) > width:
        raise MalformedFrame(f"a field of {width} octets cannot hold {len(packed)}")
    return packed.ljust(width, b"\0")


def md5(*parts: bytes) -> bytes:
    """Return the digest of the parts together."""
    # The protocol's own digest: nobody may choose another one.
    return hashlib.md5(b"".join(parts), usedforsecurity=False).digest()
