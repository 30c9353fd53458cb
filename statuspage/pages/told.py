"""Who was told of a statement, by channel: another house knows, and says so here."""

from collections.abc import Callable, Collection, Mapping, Sequence

from django.utils.functional import Promise

Told = Mapping[int, Sequence[tuple[str | Promise, int]]]
Source = Callable[[Collection[int]], Told]
_SOURCES: list[Source] = []


def tells_who_was_told(source: Source) -> None:
    """Ask `source` from now on: it is given the numbers of statements."""
    if source not in _SOURCES:
        _SOURCES.append(source)


def told(numbers: Collection[int]) -> Told:
    """How many each statement reached, by the names of channels."""
    found: dict[int, Sequence[tuple[str | Promise, int]]] = {}
    for source in _SOURCES if numbers else ():
        found.update(source(numbers))
    return found
