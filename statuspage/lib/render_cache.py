"""A cache for one rendering: read data once for all pages rendered together."""

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from functools import wraps
from typing import Any, Final, ParamSpec, TypeVar

from django.utils import timezone

What = ParamSpec("What")
Found = TypeVar("Found")

PRESENT: Final = "present"
_shared: Final[ContextVar[dict[Hashable, Any] | None]] = ContextVar("shared", default=None)
_said_at: Final[ContextVar[datetime | None]] = ContextVar("said_at", default=None)


@contextmanager
def sharing(now: datetime) -> Iterator[None]:
    """Share the results of functions marked with `once`, by their arguments, within this context.

    `now` is the present moment for all of it.

    Use it inside one snapshot of the database, where a second read finds the same data.
    """
    token = _shared.set({PRESENT: now})
    try:
        yield
    finally:
        _shared.reset(token)


def once(function: Callable[What, Found]) -> Callable[What, Found]:
    """Share the function's results within `sharing`; callers must not change them."""

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


@contextmanager
def saying_at(moment: datetime) -> Iterator[None]:
    """Word everything in this context as at that moment, at which it is published."""
    token = _said_at.set(moment)
    try:
        yield
    finally:
        _said_at.reset(token)


def present() -> datetime:
    """Return the present moment, the same for all pages rendered together."""
    if said_at := _said_at.get():
        return said_at
    known = _shared.get()
    moment: datetime = timezone.now() if known is None else known[PRESENT]
    return moment
