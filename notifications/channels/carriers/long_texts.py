"""Texts of readers that come in several parts: put together while all of them come at once."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Final

from notifications.channels.carriers.intake import Take
from notifications.channels.keywords import action_of
from notifications.channels.outcomes import Callback, Inbound, TextPart

# A gateway that waits for the answer to one part before it sends the next waits so long for each.
PATIENCE_SECONDS: Final = 2.0
# 3GPP TS 23.040, 9.2.3.24.1: the header of a part, its reference in one byte or in two.
PART_ELEMENTS: Final = {0x00: 3, 0x08: 4}


@dataclass
class _Text:
    """The parts of one text so far, by their place, and whether the whole is stored."""

    stored: asyncio.Future[None] = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )
    parts: dict[int, Inbound] = field(default_factory=dict)
    given_up: bool = False

    def whole(self) -> Inbound:
        """Return the text as its writer wrote it, under the name of its first part."""
        text = "".join(self.parts[place].text for place in sorted(self.parts)).strip()
        first = self.parts[min(self.parts)]
        return replace(first, text=text, action=action_of(text), part=None)


class LongTexts:
    """The texts that are not whole yet, of one provider in one process.

    A part is answered once it is stored: as part of the whole, or by itself where the others have
    not come in time, as when another process has got them.
    """

    def __init__(self) -> None:
        self._open: dict[tuple[str, int, int], _Text] = {}

    async def take(self, one: Inbound, part: TextPart, store: Take) -> None:
        """Return when a part is stored.

        Raises:
            Exception: it is not.
        """
        key = (one.address, part.reference, part.total)
        text = self._open.get(key) or self._open.setdefault(key, _Text())
        text.parts[part.place] = one
        if len(text.parts) == part.total:
            del self._open[key]
            await self._store(text, store)
        elif await self._stays_alone(key, text):
            await store(Callback(inbound=[replace(one, part=None)]))

    async def _stays_alone(self, key: tuple[str, int, int], text: _Text) -> bool:
        """Return whether the others have not come in time; False once the whole is stored."""
        await asyncio.wait([text.stored], timeout=PATIENCE_SECONDS)
        if self._open.get(key) is text:
            del self._open[key]
            text.given_up = True
        if not text.given_up:
            await asyncio.wait([text.stored])
            text.stored.result()
        return text.given_up

    async def _store(self, text: _Text, store: Take) -> None:
        try:
            await store(Callback(inbound=[text.whole()]))
        except BaseException:
            # The other parts are not answered either, and come again.
            text.stored.set_exception(NotStored())
            text.stored.exception()  # nobody may be waiting
            raise
        text.stored.set_result(None)


class NotStored(Exception):
    """The whole text could not be stored."""


def in_header(header: bytes) -> TextPart | None:
    """Return which part a text is, by the elements of its header; None for a whole one."""
    for element, value in _elements(header):
        if PART_ELEMENTS.get(element) == len(value) and 0 < value[-1] <= value[-2] > 1:
            return TextPart(int.from_bytes(value[:-2], "big"), value[-1], value[-2])
    return None


def _elements(header: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at + 2 <= len(header):
        element, length = header[at], header[at + 1]
        yield element, header[at + 2 : at + 2 + length]
        at += 2 + length
