"""Read a page's query string: filters, row numbers, and the page of a list."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from django.core.exceptions import ValidationError
from django.core.paginator import Page, Paginator
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest, QueryDict
from django.shortcuts import get_object_or_404
from django.utils.http import urlencode

from notifications.channels import media
from notifications.channels.outcomes import Reason
from notifications.delivery.ledger import LedgerFilter
from notifications.delivery.states import DeliveryState
from notifications.subscribers.selectors import is_search

# A group of dead letters: its state and its reason.
GROUP_SEPARATOR: Final = ":"
LONGEST_NUMBER: Final = 18
REASONS: Final = frozenset(Reason) | {""}
M = TypeVar("M", bound=Model)


def wanted_of(query: QueryDict) -> LedgerFilter:
    """Return the filters in the query string of a page."""
    state, separator, reason = query.get("group", "").partition(GROUP_SEPARATOR)
    grouped = bool(separator) and state in DeliveryState.values and reason in REASONS
    channels = {one.name for one in media()}
    return LedgerFilter(
        state=state if grouped else _among(query.get("state", ""), DeliveryState.values),
        reason=reason if grouped else None,
        channel=_among(query.get("channel", ""), channels),
        who=who if is_search(who := query.get("who", "")) else "",
        statement=number_of(query.get("statement", "")),
        delivery=number_of(query.get("delivery", "")),
    )


def query_of(wanted: LedgerFilter) -> str:
    """Return the query string of these filters."""
    grouped = wanted.reason is not None
    values = {
        "state": "" if grouped else wanted.state,
        "group": f"{wanted.state}{GROUP_SEPARATOR}{wanted.reason}" if grouped else "",
        "channel": wanted.channel,
        "who": wanted.who,
        "statement": wanted.statement,
        "delivery": wanted.delivery,
    }
    return urlencode({name: value for name, value in values.items() if value})


def number_of(value: str) -> int | None:
    """Return the number if it fits the database's integers, otherwise None."""
    fits = value.isascii() and value.isdigit() and len(value) <= LONGEST_NUMBER
    return int(value) if fits else None


def chosen_row(request: HttpRequest, name: str, rows: QuerySet[M]) -> M | None:
    """Return the row whose number the query string gives under that name, or None without one."""
    wanted = request.GET.get(name, "")
    return get_object_or_404(rows, pk=number_of(wanted)) if wanted else None


def _among(value: str, known: Collection[str]) -> str:
    return value if value in known else ""


PER_PAGE: Final = 50
# Occurs in no number and in no time.
SEPARATOR: Final = "_"


def page_of(request: HttpRequest, rows: QuerySet[M]) -> Page[M]:
    """Return the requested page of a list, or the nearest existing one."""
    return Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))


@dataclass(frozen=True)
class Slice(Generic[M]):
    """Some rows of a list too long to count; `after` is the start of the next slice, if any."""

    rows: Sequence[M]
    after: str
    first: bool


def slice_of(request: HttpRequest, rows: QuerySet[M], keys: tuple[str, str]) -> Slice[M]:
    """Return the rows after the position in the query string, in falling order of two columns.

    No row before them is read or counted. An invalid position means the first rows.
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
        # Redundant, but lets the index start at the right place.
        **{f"{keys[0]}__lte": major},
    )


def _place(row: Model, keys: tuple[str, str]) -> str:
    values = (getattr(row, key) for key in keys)
    return SEPARATOR.join(
        value.isoformat() if hasattr(value, "isoformat") else str(value) for value in values
    )
