"""Reading a thing once for all pages that are rendered together."""

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from functools import wraps
from typing import Any, Final, ParamSpec, TypeVar

from django.utils import timezone

What = ParamSpec("What")
Found = TypeVar("Found")

_shared: Final[ContextVar[dict[Hashable, Any] | None]] = ContextVar("shared", default=None)


@contextmanager
def sharing() -> Iterator[None]:
    """Within, a function marked with `once` is called once for each set of arguments.

    For use inside one snapshot of the database, where reading again would find the same.
    """
    token = _shared.set({})
    try:
        yield
    finally:
        _shared.reset(token)


def once(function: Callable[What, Found]) -> Callable[What, Found]:
    """Share what the function finds, where `sharing` is on; its callers must not change it."""

    @wraps(function)
    def shared(*args: What.args, **kwargs: What.kwargs) -> Found:
        known = _shared.get()
        if known is None:
            return function(*args, **kwargs)
        key = (function, args, tuple(kwargs.items()))
        if key not in known:
            known[key] = function(*args, **kwargs)
        found: Found = known[key]
        return found

    return shared


@once
def present() -> datetime:
    """The present moment, the same one for all pages that are rendered together."""
    return timezone.now()
