"""Where other rooms hook into publishing: they run inside its transaction."""

from collections.abc import Callable
from typing import Final

from statuspage.statements.models import Statement

Handler = Callable[[Statement], None]
_HANDLERS: Final[list[Handler]] = []


def on_publish(handler: Handler) -> Handler:
    """Call `handler` with every new statement, before the publishing transaction commits.

    A handler that raises undoes the statement: nothing is said that cannot be told.
    """
    if handler not in _HANDLERS:
        _HANDLERS.append(handler)
    return handler


def hand_over(statement: Statement) -> None:
    """Give a fresh statement to every handler."""
    for handler in _HANDLERS:
        handler(statement)
