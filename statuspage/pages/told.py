"""Who was told of a statement, by channel: another house knows, and says so here."""

from collections.abc import Callable, Collection, Mapping, Sequence

from django.utils.functional import Promise

from statuspage.once import once

Told = Mapping[int, Sequence[tuple[str | Promise, int]]]
Source = Callable[[Collection[int]], Told]
_SOURCES: list[Source] = []


def tells_who_was_told(source: Source) -> None:
    """Ask `source` from now on: it is given the numbers of statements."""
    if source not in _SOURCES:
        _SOURCES.append(source)


@once
def told(numbers: tuple[int, ...]) -> Told:
    """How many each statement reached, by the names of channels; one query for all of them."""
    found: dict[int, Sequence[tuple[str | Promise, int]]] = {}
    for source in _SOURCES if numbers else ():
        found.update(source(numbers))
    return found
