"""The picture of a holiday's schedule: a panel for each kind of merchant, and how to check it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from django.utils.translation import gettext as _

from statuspage.pages.pictures.canvas import (
    GREEN,
    MARGIN,
    MUTED,
    QR_SIZE,
    WHITE,
    Canvas,
    Style,
)
from statuspage.settlement.holiday.cards import CardPart, MerchantCard

OPERATOR: Final = Style(40, WHITE, bold=True)
TITLE: Final = Style(54, bold=True, after=16)
MERCHANTS: Final = Style(46, bold=True)
CYCLE: Final = Style(38, GREEN, bold=True)
ROW: Final = Style(38)
ARRIVAL: Final = Style(38, GREEN, bold=True)
NOTE: Final = Style(32, MUTED)
WARNING: Final = Style(34, (147, 64, 10), bold=True)
EDGE: Final = MARGIN + 12


@dataclass(frozen=True)
class SchedulePicture:
    """What the picture says, in one language; `source` is empty before it is published."""

    operator: str
    title: str
    cards: Sequence[MerchantCard]
    source: str
    address: str
    hint: str = ""

    def png(self) -> bytes:
        """Return the picture."""
        canvas = Canvas()
        canvas.bar(self.operator, OPERATOR)
        canvas.y += 40
        canvas.text(self.title, TITLE)
        if self.hint:
            canvas.text(self.hint, WARNING)
        for card in self.cards:
            _panel(canvas, partial(_card, canvas, card))
        self._foot(canvas)
        return canvas.png()

    def _foot(self, canvas: Canvas) -> None:
        top = canvas.y + 20
        canvas.y = top
        right = MARGIN + QR_SIZE + 40
        if self.source:
            canvas.text(self.source, Style(34, bold=True), MARGIN, right)
        canvas.text(
            _("Scan the code for the notice itself and any later correction: %(address)s")
            % {"address": self.address},
            NOTE,
            MARGIN,
            right,
        )
        canvas.text(_("If this picture and the page differ, the page counts."), NOTE, MARGIN, right)
        canvas.code(self.address, top)
        canvas.y = max(canvas.y, top + QR_SIZE) + 50


def _panel(canvas: Canvas, draw: Callable[[], None]) -> None:
    """Draw something once to learn its height, then its panel, and it again on top."""
    top = canvas.y
    canvas.y += 28
    draw()
    canvas.y += 16
    bottom = canvas.y
    canvas.panel(top)
    canvas.y = top + 28
    draw()
    canvas.y = bottom + 28


def _card(canvas: Canvas, card: MerchantCard) -> None:
    canvas.text(card.title, MERCHANTS, EDGE, EDGE)
    for part in card.parts:
        _part(canvas, part)
    for note in (card.usual, card.cutoff):
        if note:
            canvas.text(note, NOTE, EDGE, EDGE)


def _part(canvas: Canvas, part: CardPart) -> None:
    if part.title:
        canvas.text(part.title, CYCLE, EDGE, EDGE)
    for row in part.rows:
        canvas.row(row.transactions, f"→ {row.arrival}", ROW, ARRIVAL, EDGE)
    if part.others:
        canvas.text(part.others, NOTE, EDGE, EDGE)
