"""Which part of the ledger a web address asks for; what it asks for in vain is not asked."""

from collections.abc import Collection
from typing import Final

from django.http import QueryDict
from django.utils.http import urlencode

from notifications.channels import reachable_channels
from notifications.channels.outcomes import Reason
from notifications.delivery.ledger import Wanted
from notifications.delivery.states import DeliveryState
from notifications.subscribers.search import is_search

# A group of dead letters: its state and its reason.
GROUP_SEPARATOR: Final = ":"
LONGEST_NUMBER: Final = 18
REASONS: Final = frozenset(Reason) | {""}


def wanted_of(query: QueryDict) -> Wanted:
    """What the query string of a page names."""
    state, separator, reason = query.get("group", "").partition(GROUP_SEPARATOR)
    grouped = bool(separator) and state in DeliveryState.values and reason in REASONS
    channels = {one.name for one in reachable_channels()}
    return Wanted(
        state=state if grouped else _among(query.get("state", ""), DeliveryState.values),
        reason=reason if grouped else None,
        channel=_among(query.get("channel", ""), channels),
        who=who if is_search(who := query.get("who", "")) else "",
        statement=number_of(query.get("statement", "")),
        delivery=number_of(query.get("delivery", "")),
    )


def query_of(wanted: Wanted) -> str:
    """The query string that names it."""
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
    """A number that the database's integers hold; None for anything else."""
    fits = value.isascii() and value.isdigit() and len(value) <= LONGEST_NUMBER
    return int(value) if fits else None


def _among(value: str, known: Collection[str]) -> str:
    return value if value in known else ""
