"""Keep people's names out of the audit log: it names an account by its id."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from statuspage.staff.models import Staff

# That they changed is recorded, not to what.
PERSONAL_FIELDS: Final = frozenset({"username", "first_name", "last_name", "email"})
HIDDEN: Final = "•••"
# Values that may happen to be spelt like somebody's user name, and mean something else.
NEVER_NAMES: Final = frozenset({"role", "scopes", "kind", "status", "state", "name"})
# An e-mail address, or as many digits in a row as a telephone number has.
REACHABLE: Final = re.compile(r"[^\s@/]+@[\w-]+(?:\.[\w-]+)+|\+?\d(?:[ -]?\d){10,}")


def account(pk: int | None) -> str:
    """Return how an entry names an account."""
    return f"account {pk}"


def impersonal(
    act: str, target: str, *states: Mapping[str, Any] | None
) -> tuple[str, tuple[dict[str, Any] | None, ...]]:
    """Return target and states with ids for user names, and without addresses of any kind.

    The name of a token stays: a token is no person.
    """
    named = [] if act.startswith("token.") else [target]
    for state in states:
        named += _texts(state or {})
    ids = dict(Staff.objects.filter(username__in=named).values_list("username", "pk"))
    if act.startswith("token."):
        shown = target
    else:
        shown = account(ids[target]) if target in ids else REACHABLE.sub(HIDDEN, target)
    return shown, tuple(None if one is None else _without(one, ids) for one in states)


def _texts(state: Mapping[str, Any]) -> Iterator[str]:
    for key, value in state.items():
        if key not in NEVER_NAMES:
            yield from _leaves(value)


def _leaves(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield from _texts(value)
    elif isinstance(value, list | tuple | set):
        for one in value:
            yield from _leaves(one)


def _without(state: Mapping[str, Any], ids: Mapping[str, int]) -> dict[str, Any]:
    return {
        key: HIDDEN
        if key in PERSONAL_FIELDS
        else value
        if key in NEVER_NAMES
        else _shown(value, ids)
        for key, value in state.items()
    }


def _shown(value: Any, ids: Mapping[str, int]) -> Any:
    if isinstance(value, str):
        return account(ids[value]) if value in ids else REACHABLE.sub(HIDDEN, value)
    if isinstance(value, Mapping):
        return _without(value, ids)
    if isinstance(value, list | tuple | set):
        return [_shown(one, ids) for one in value]
    return value
