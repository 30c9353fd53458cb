"""A large file stored in pieces, and read as one stream."""

import io
from collections.abc import Callable, Iterable, Iterator
from typing import Final

PIECE_BYTES: Final = 1 << 20


def pieces(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the same bytes in pieces of one megabyte; the last one may be shorter."""
    buffer = bytearray()
    for chunk in chunks:
        buffer += chunk
        while len(buffer) >= PIECE_BYTES:
            yield bytes(buffer[:PIECE_BYTES])
            del buffer[:PIECE_BYTES]
    if buffer:
        yield bytes(buffer)


class ChunkStream(io.RawIOBase):
    """A stream over the pieces, with never more than one of them in memory.

    `piece` returns a piece by its number, counted from 0, and b"" after the last. `position` is
    the number of bytes read.
    """

    def __init__(self, piece: Callable[[int], bytes]) -> None:
        self._piece = piece
        self._number = 0
        self._left = b""
        self.position = 0

    def readable(self) -> bool:
        """Return True: the stream can be read."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Fill the buffer from the present piece; return the number of bytes, 0 at the end."""
        if not self._left:
            self._left = self._piece(self._number)
            self._number += 1
        count = min(len(buffer), len(self._left))
        buffer[:count] = self._left[:count]
        self._left = self._left[count:]
        self.position += count
        return count
