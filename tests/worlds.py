"""Rows that are written once for all tests of a module."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import transaction


@contextmanager
def kept_world(blocker: Any) -> Iterator[None]:
    """Keep what is written within; tests that use `db` see it, and take back only their own."""
    outer = transaction.atomic()
    outer._from_testcase = True  # as Django marks the transaction of a TestCase's class
    with blocker.unblock(), outer:
        yield
        transaction.set_rollback(True)
