"""Draw lines of text below each other on a picture of fixed width, in Chinese and Latin script."""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import segno
from PIL import Image, ImageDraw

from statuspage.pages.pictures.signs import drawable, font

# Three times 360, the width of a small phone.
WIDTH: Final = 1080
MARGIN: Final = 60
QR_SIZE: Final = 270
# A Latin word, or a single sign of any other script, with the blanks after it.
UNIT: Final = re.compile(r"[!-~\u00a1-\u024f]+[ ]*|.[ ]*", re.DOTALL)
# Signs that may not begin a line.
CLOSING: Final = frozenset("，。；：！？、）》」”’%")
Colour = tuple[int, int, int]
INK: Final[Colour] = (25, 33, 30)
MUTED: Final[Colour] = (90, 100, 96)
GREEN: Final[Colour] = (23, 101, 62)
WHITE: Final[Colour] = (255, 255, 255)
PAPER: Final[Colour] = (243, 246, 244)
LINE: Final[Colour] = (216, 224, 220)


@dataclass(frozen=True)
class Style:
    """How a paragraph is set; sizes and spaces in pixels."""

    size: int
    colour: Colour = INK
    bold: bool = False
    after: int = 12

    @property
    def height(self) -> int:
        """The distance from one line to the next."""
        return round(self.size * 1.45)


class Canvas:
    """A picture that is drawn from top to bottom and cut to its length at the end."""

    def __init__(self, longest: int = 12_000) -> None:
        self.image = Image.new("RGB", (WIDTH, longest), PAPER)
        self.draw = ImageDraw.Draw(self.image)
        self.y = 0

    def bar(self, text: str, style: Style) -> None:
        """Draw a coloured bar with a line of text across the top."""
        lines = list(wrapped(text, style, WIDTH - 2 * MARGIN))
        height = len(lines) * style.height + 2 * 36
        self.draw.rectangle((0, self.y, WIDTH, self.y + height), fill=GREEN)
        self.y += 36
        self.text(text, style, MARGIN)
        self.y += 36 - style.after

    def text(self, text: str, style: Style, left: int = MARGIN, right: int = MARGIN) -> None:
        """Write a paragraph between two margins, broken into lines."""
        for line in wrapped(text, style, WIDTH - left - right):
            self.draw.text(
                (left, self.y),
                line,
                font=font(style.size),
                fill=style.colour,
                stroke_width=1 if style.bold else 0,
                stroke_fill=style.colour,
            )
            self.y += style.height
        self.y += style.after

    def row(self, left: str, right: str, style: Style, strong: Style, edge: int) -> None:
        """Write two texts of one line: on one line if they fit, else below each other."""
        room = WIDTH - 2 * edge
        if measure(left, style) + measure(right, strong) + 40 <= room:
            top = self.y
            self.text(left, style, edge)
            bottom, self.y = self.y, top
            self.text(right, strong, WIDTH - edge - round(measure(right, strong)) - 2, 0)
            self.y = max(bottom, self.y)
            return
        self.text(left, Style(style.size, style.colour, after=0), edge)
        self.text(right, strong, edge)

    def panel(self, top: int) -> None:
        """Put a white panel over all that was drawn since `top`, which is then drawn again."""
        box = (MARGIN - 24, top, WIDTH - MARGIN + 24, self.y)
        self.draw.rounded_rectangle(box, radius=24, fill=WHITE, outline=LINE, width=2)

    def code(self, address: str, top: int) -> None:
        """Draw an address as a QR code at the right edge."""
        made = io.BytesIO()
        segno.make(address, error="m", micro=False).save(made, kind="png", scale=12, border=4)
        picture = (
            Image.open(made).convert("RGB").resize((QR_SIZE, QR_SIZE), Image.Resampling.NEAREST)
        )
        self.image.paste(picture, (WIDTH - MARGIN - QR_SIZE, top))

    def png(self) -> bytes:
        """Return the picture, cut below what was drawn last, with few colours and few bytes."""
        cut = self.image.crop((0, 0, WIDTH, min(self.y, self.image.height)))
        made = io.BytesIO()
        few = cut.quantize(64, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
        few.save(made, "PNG", compress_level=9)
        return made.getvalue()


def measure(text: str, style: Style) -> float:
    """Return how wide a text is on one line."""
    return font(style.size).getlength(drawable(text))


def wrapped(text: str, style: Style, room: float) -> Iterator[str]:
    """Yield the lines of a text; a word that is wider than a line is broken."""
    for paragraph in drawable(text).split("\n"):
        line = ""
        for unit in _units(paragraph, style, room):
            if line and measure((line + unit).rstrip(), style) > room and unit[0] not in CLOSING:
                yield line.rstrip()
                line = ""
            line += unit
        yield line.rstrip()


def _units(text: str, style: Style, room: float) -> Iterator[str]:
    for found in UNIT.finditer(text):
        unit = found[0]
        yield from [unit] if measure(unit, style) <= room else list(unit)
