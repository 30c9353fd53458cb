"""A large file kept in pieces, and read again as one stream."""

import io
from collections.abc import Callable, Iterable, Iterator
from typing import Final

PIECE_BYTES: Final = 1 << 20


def pieces(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in pieces of one megabyte, the last one shorter."""
    buffer = bytearray()
    for chunk in chunks:
        buffer += chunk
        while len(buffer) >= PIECE_BYTES:
            yield bytes(buffer[:PIECE_BYTES])
            del buffer[:PIECE_BYTES]
    if buffer:
        yield bytes(buffer)


class Pieces(io.RawIOBase):
    """The pieces as one stream, never more than one of them in memory.

    `piece` gives one by its number, counted from 0, and nothing behind the last. `position` is how
    many bytes have been read.
    """

    def __init__(self, piece: Callable[[int], bytes]) -> None:
        self._piece = piece
        self._number = 0
        self._left = b""
        self.position = 0

    def readable(self) -> bool:
        """It is for reading."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Fill the buffer, as far as the present piece goes; 0 at the end."""
        if not self._left:
            self._left = self._piece(self._number)
            self._number += 1
        count = min(len(buffer), len(self._left))
        buffer[:count] = self._left[:count]
        self._left = self._left[count:]
        self.position += count
        return count
