"""Act as the role that owns the tables: for migrations, backups and restores, and nothing else."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from django.conf import settings
from django.db import connection

# What says who connects and how; the database's name stays, as tests have one of their own.
WHO: Final = ("USER", "PASSWORD", "HOST", "PORT", "OPTIONS")


def owner() -> dict[str, Any] | None:
    """Return the connection of DATABASE_OWNER_URL; None where one role does everything."""
    found: dict[str, Any] | None = settings.DATABASE_OWNER
    return found


@contextmanager
def as_owner() -> Iterator[None]:
    """Have this thread's connection be the owner's; the same as before where there is no other.

    Raises:
        RuntimeError: a transaction is open, which would be lost.
    """
    role = owner()
    if role is None:
        yield
        return
    if connection.in_atomic_block:
        raise RuntimeError("the owner's connection is another one, which sees no open transaction")
    before: dict[str, Any] = connection.settings_dict
    connection.close()
    connection.settings_dict = {**before, **{key: role[key] for key in WHO}}
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict = before
