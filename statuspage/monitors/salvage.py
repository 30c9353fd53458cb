"""Read the first elements of `alerts` in a JSON body that may be cut off, too long, or broken."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Final

# A string, or what opens, closes or separates: enough to find where an element ends, however deeply
# it is nested. A string that does not end reaches to the end: nothing is looked at twice.
TOKEN: Final = re.compile(r'"(?:[^"\\]|\\.)*"?|[\[\]{},]', re.DOTALL)
# More are not counted one by one.
COUNTED: Final = 20_000
SPACE: Final = " \t\r\n"
KEY: Final = re.compile(r'[\s{,]*("(?:[^"\\]|\\.)*")\s*:\s*', re.DOTALL)


@dataclass
class Salvaged:
    """What was found: None in place of alerts where there is no such list at all."""

    alerts: list[Any] | None
    left_out: int = 0
    # The rest was not read: `left_out` is reckoned from its length.
    cut: bool = False
    # What else the object says, as far as it was read.
    others: Mapping[str, Any] = field(default_factory=dict)


def salvaged(body: bytes, most: int, length: int | None = None) -> Salvaged:
    """Return the first `most` alerts of the body; `length` is that of the whole, where it was cut.

    Numbers become texts, so that none is too long or is no JSON.
    """
    text = body.decode("utf-8", errors="replace").lstrip("\ufeff")
    cut = length is not None and length > len(body)
    if not cut:
        try:
            return _of_whole(_parsed(text), most)
        except (ValueError, RecursionError):
            pass
    return _of_parts(text, most, (length or len(body)) / max(1, len(body)), cut=cut)


def _parsed(text: str) -> Any:
    return json.loads(text, parse_int=str, parse_float=str, parse_constant=str)


def _of_whole(value: Any, most: int) -> Salvaged:
    alerts = value.get("alerts") if isinstance(value, dict) else None
    if not isinstance(alerts, list):
        return Salvaged(None)
    others = {name: one for name, one in value.items() if name != "alerts"}
    return Salvaged(alerts[:most], max(0, len(alerts) - most), others=others)


def _of_parts(text: str, most: int, factor: float, *, cut: bool) -> Salvaged:
    """Read element by element; `factor` is how much longer the whole is than the text."""
    start = _start_of_alerts(text)
    if start is None:
        return Salvaged(None, cut=cut)
    alerts: list[Any] = []
    counted, end, closed = 0, start, False
    for element in islice(_elements(text, start), COUNTED):
        counted, end, closed = counted + 1, element.end, element.is_last
        if len(alerts) < most:
            alerts.append(element.value(text))
    if not closed and not text[start + 1 :].lstrip().startswith("]"):
        cut = True
        reckoned = counted * (len(text) * factor - start) / max(1, end - start)
        counted = max(counted + 1, round(reckoned))
    return Salvaged(alerts, counted - len(alerts), cut=cut)


@dataclass(frozen=True)
class _Element:
    start: int
    end: int
    is_last: bool

    def value(self, text: str) -> Any:
        """Return the value, or None for one that is no JSON: it is one odd alert."""
        try:
            return _parsed(text[self.start : self.end])
        except (ValueError, RecursionError):
            return None


def _elements(text: str, start: int) -> Iterator[_Element]:
    """Yield the elements of the array that opens at `start`, as far as each is complete."""
    depth, begins = 0, start + 1
    for token in TOKEN.finditer(text, start + 1):
        mark = token[0]
        if mark in "[{":
            depth += 1
        elif mark in "]}" and depth:
            depth -= 1
        elif mark in ",]}" and not depth:
            if text[begins : token.start()].strip(SPACE):
                yield _Element(begins, token.start(), mark != ",")
            if mark != ",":
                return
            begins = token.end()


def _start_of_alerts(text: str) -> int | None:
    """Return where the array named `alerts` of the outermost object opens; None without one."""
    place = len(text) - len(text.lstrip(SPACE))
    if not text.startswith("{", place):
        return None
    while found := KEY.match(text, place):
        if found[1] == '"alerts"':
            return found.end() if text.startswith("[", found.end()) else None
        place = _end_of_value(text, found.end())
        if place < 0:
            return None
    return None


def _end_of_value(text: str, start: int) -> int:
    """Return where the comma after a value is; -1 where the text ends before."""
    depth = 0
    for token in TOKEN.finditer(text, start):
        if token[0] in "[{":
            depth += 1
        elif token[0] in "]}":
            depth -= 1
        if depth < 0:
            return -1
        if token[0] == "," and not depth:
            return token.start()
    return -1
