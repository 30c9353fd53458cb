"""A text as one reader sees it, with the language it is really in."""

from collections.abc import Mapping
from dataclasses import dataclass

from statuspage.statements.texts import CHINESE


@dataclass(frozen=True)
class Words:
    """What is shown, and its language: an English page says so where it has to fall back."""

    value: str
    language: str

    def __str__(self) -> str:
        return self.value


def words(text: Mapping[str, str], language: str) -> Words:
    """The text in `language`, or in Chinese where that is missing."""
    spoken = language if text.get(language) else CHINESE
    return Words(text.get(spoken, ""), spoken)
