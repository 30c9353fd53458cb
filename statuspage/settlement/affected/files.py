"""The uploaded file, read as lines."""

import codecs
import csv
import io
from collections.abc import Iterator
from functools import partial
from typing import Final

from statuspage.pieces import Pieces
from statuspage.settlement.affected.models import Upload, UploadPart

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


class Lines:
    """Records of the CSV with the number of the line on which each begins."""

    def __init__(self, upload: Upload) -> None:
        self._parts = Pieces(partial(_piece, upload))
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


def _piece(upload: Upload, number: int) -> bytes:
    rows = UploadPart.objects.filter(upload=upload, number=number)
    return bytes(rows.values_list("data", flat=True).first() or b"")
