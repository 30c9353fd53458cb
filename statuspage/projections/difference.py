"""One finding of the comparison."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Difference:
    """One thing that pages show and no statement says, or the other way round."""

    # A short name of the place, such as "incident bcdfghjkmnpq name".
    place: str
    shown: Any
    said: Any
    # The statement that says otherwise; 0 where none says anything.
    number: int = 0

    def __str__(self) -> str:
        by = f"statement {self.number} says" if self.number else "the statements say"
        return f"{self.place}: shown {self.shown!r}, but {by} {self.said!r}"
