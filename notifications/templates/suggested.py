"""Texts that an operator may have approved, for every kind and moment: read from suggested.toml."""

import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

FILE: Final = Path(__file__).with_name("suggested.toml")


@dataclass(frozen=True)
class Suggestion:
    """A text with `{fact}` for each fact, for what a template in the registry is for."""

    kind: str
    moment: str
    language: str
    text: str
    # No statement: a code, an answer to a reply.
    note: bool = False


@cache
def suggestions() -> Sequence[Suggestion]:
    """Return every suggested text, those of statements with the number by which they are checked.

    Cached: the file is part of the program.
    """
    data = tomllib.loads(FILE.read_text(encoding="utf-8"))
    return [one for entry in data["template"] for one in _of(entry, data["tail"])]


def _of(entry: dict[str, Any], tails: dict[str, str]) -> Iterator[Suggestion]:
    note = bool(entry.get("note"))
    for language, tail in tails.items():
        # English has a space between sentences.
        ending = "" if note else f"{' ' if language == 'en' else ''}{tail}"
        for text in entry[language]:
            yield Suggestion(
                kind=entry.get("kind", ""),
                moment=entry.get("moment", ""),
                language=language,
                text=f"{text}{ending}",
                note=note,
            )
