"""Find our components by the names that a source uses."""

import unicodedata
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from statuspage.components.models import Component
from statuspage.components.statuses import worst
from statuspage.importing.entries import Unusable
from statuspage.importing.files import LARGEST_PAGE, text_of

COMMENT: Final = "#"


class Components:
    """Our components by id and name, and those that the operator named for others."""

    def __init__(self, named: Mapping[str, str]) -> None:
        """Take `named`: our id or name by the source's name; empty leaves that one out.

        Raises:
            Unusable: one of ours is unknown, or two of ours have that name.
        """
        self._ours: dict[str, list[str]] = {}
        for one in Component.objects.all():
            for name in {one.public_id, *map(_folded, one.name.values())}:
                self._ours.setdefault(name, []).append(one.public_id)
        self._named = {
            _folded(name): self._id(ours) if ours else "" for name, ours in named.items()
        }

    def states(self, by_name: Mapping[str, str]) -> dict[str, str]:
        """Return the states by our public ids; of two names for one component, the worse.

        Raises:
            Unusable: a name is not known.
        """
        found: dict[str, list[str]] = {}
        for name, state in by_name.items():
            if ours := self._of(name):
                found.setdefault(ours, []).append(state)
        return {ours: str(worst(states)) for ours, states in found.items()}

    def _of(self, name: str) -> str:
        if _folded(name) in self._named:
            return self._named[_folded(name)]
        try:
            return self._id(name)
        except Unusable as error:
            hint = f"add --components '{name}=ID', or '{name}=' to leave it out"
            raise Unusable(f"{error}; {hint}") from error

    def _id(self, name: str) -> str:
        ours = self._ours.get(name) or self._ours.get(_folded(name)) or []
        if not ours:
            raise Unusable(f"there is no component “{name}” here")
        if len(set(ours)) > 1:
            raise Unusable(f"{len(ours)} components here are called “{name}”")
        return ours[0]


def named_by(written: Iterable[str]) -> dict[str, str]:
    """Return what the operator named: each is NAME=ID, or a file with one such line after another.

    Raises:
        Unusable: one is neither, or a file cannot be read.
    """
    found = {}
    for one in written:
        lines = [one] if "=" in one else _lines(Path(one))
        for line in lines:
            name, equals, ours = line.rpartition("=")
            if not equals or not name.strip():
                raise Unusable(f"“{line}” is not NAME=ID")
            found[name.strip()] = ours.strip()
    return found


def _lines(path: Path) -> list[str]:
    try:
        text = text_of(path.resolve(), LARGEST_PAGE)
    except Unusable as error:
        raise Unusable(f"{path}: {error}") from error
    return [one for line in text.splitlines() if (one := line.strip()) and one[0] != COMMENT]


def _folded(name: str) -> str:
    """Return the name as people compare it: ＋ is +, and a space more or less is none."""
    return "".join(unicodedata.normalize("NFKC", name).split()).casefold()
