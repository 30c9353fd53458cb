"""The uploaded file: kept in pieces, read as lines."""

import codecs
import csv
import io
from collections.abc import Iterable, Iterator
from typing import Final

from statuspage.settlement.affected.models import Upload, UploadPart

PART_BYTES: Final = 1 << 20
# Characters. What has no line ends is no list, and must not be read into memory as one line.
LONGEST_LINE: Final = 1 << 17
CHINESE_EXCEL: Final = "gb18030"


class Encoding:
    """Finds out, piece by piece, whether a file is UTF-8; Chinese Excel still writes GB18030."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")()
        self._utf8 = True

    def feed(self, data: bytes, *, last: bool = False) -> None:
        """The next piece."""
        try:
            if self._utf8:
                self._decoder.decode(data, last)
        except UnicodeDecodeError:
            self._utf8 = False

    @property
    def name(self) -> str:
        """The encoding to read it in."""
        return "utf-8-sig" if self._utf8 else CHINESE_EXCEL


def pieces(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in pieces of one megabyte."""
    buffer = bytearray()
    for chunk in chunks:
        buffer += chunk
        while len(buffer) >= PART_BYTES:
            yield bytes(buffer[:PART_BYTES])
            del buffer[:PART_BYTES]
    if buffer:
        yield bytes(buffer)


class _Parts(io.RawIOBase):
    """The stored pieces as one stream; never more than one of them in memory."""

    def __init__(self, upload: Upload) -> None:
        self._upload = upload
        self._number = 0
        self._left = b""
        self.position = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        if not self._left:
            rows = UploadPart.objects.filter(upload=self._upload, number=self._number)
            self._left = bytes(rows.values_list("data", flat=True).first() or b"")
            self._number += 1
        count = min(len(buffer), len(self._left))
        buffer[:count] = self._left[:count]
        self._left = self._left[count:]
        self.position += count
        return count


class Lines:
    """Records of the CSV with the number of the line on which each begins."""

    def __init__(self, upload: Upload) -> None:
        self._parts = _Parts(upload)
        text = io.TextIOWrapper(
            io.BufferedReader(self._parts), upload.encoding, errors="replace", newline=""
        )
        # A NUL is no character of any list; csv would refuse the whole file for it.
        lines = iter(lambda: text.readline(LONGEST_LINE), "")
        self._reader = csv.reader(line.replace("\0", "\ufffd") for line in lines)

    def __iter__(self) -> Iterator[tuple[int, list[str] | None]]:
        """None stands for a record that is not CSV."""
        while True:
            first = self._reader.line_num + 1
            try:
                yield first, next(self._reader)
            except StopIteration:
                return
            except csv.Error:
                yield first, None

    @property
    def number(self) -> int:
        """Lines read so far."""
        return self._reader.line_num

    @property
    def offset(self) -> int:
        """Bytes read so far, about."""
        return self._parts.position
