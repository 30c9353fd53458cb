"""Long lists, a page at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from django.core.exceptions import ValidationError
from django.core.paginator import Page, Paginator
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest

PER_PAGE: Final = 50
# Stands in no number and no time.
SEPARATOR: Final = "_"
M = TypeVar("M", bound=Model)


def page_of(request: HttpRequest, rows: QuerySet[M]) -> Page[M]:
    """The page that the address asks for; the nearest there is when it asks for nonsense."""
    return Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))


@dataclass(frozen=True)
class Slice(Generic[M]):
    """Some rows of a list too long to be counted; `after` is where the next ones begin, if any."""

    rows: Sequence[M]
    after: str
    first: bool


def slice_of(request: HttpRequest, rows: QuerySet[M], keys: tuple[str, str]) -> Slice[M]:
    """The rows behind those that the address names, in falling order of two columns.

    No row before them is read or counted. Nonsense in the address is the beginning.
    """
    ordered = rows.order_by(*(f"-{key}" for key in keys))
    try:
        found = list(_behind(ordered, keys, request.GET.get("after", ""))[: PER_PAGE + 1])
        first = "after" not in request.GET
    except (ValueError, ValidationError):
        found, first = list(ordered[: PER_PAGE + 1]), True
    after = _place(found[PER_PAGE - 1], keys) if len(found) > PER_PAGE else ""
    return Slice(found[:PER_PAGE], after, first)


def _behind(rows: QuerySet[M], keys: tuple[str, str], after: str) -> QuerySet[M]:
    if not after:
        return rows
    major, _, minor = after.partition(SEPARATOR)
    return rows.filter(
        Q(**{f"{keys[0]}__lt": major}) | Q(**{keys[0]: major, f"{keys[1]}__lt": minor}),
        # Says nothing new, and lets the index begin in the right place.
        **{f"{keys[0]}__lte": major},
    )


def _place(row: Model, keys: tuple[str, str]) -> str:
    values = (getattr(row, key) for key in keys)
    return SEPARATOR.join(
        value.isoformat() if hasattr(value, "isoformat") else str(value) for value in values
    )
