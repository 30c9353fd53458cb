"""Wakes every web process with a statement, and remembers it for the publisher's answer."""

import threading
from typing import Final

from django.db import transaction

from statuspage.pages.snapshots.store import tell
from statuspage.statements.models import Statement

_published: Final = threading.local()


def announce(statement: Statement) -> None:
    """For every new statement, inside its transaction."""
    tell(f"statement {statement.number}")
    transaction.on_commit(lambda: _remember(statement.number))


def published_here() -> int:
    """The newest number that this thread has published since it was last asked; 0 for none."""
    number: int = getattr(_published, "number", 0)
    _published.number = 0
    return number


def _remember(number: int) -> None:
    _published.number = number
