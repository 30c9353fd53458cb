"""Signed values that end after some time, by PostgreSQL's clock; Django's go by the process's."""

from datetime import timedelta
from typing import Any

from django.core import signing

from statuspage.lib.database_clock import database_now


def sign_now(value: Any, salt: str) -> str:
    """Return a value, and when it was signed, as text for URLs and cookies."""
    return signing.dumps([value, database_now().timestamp()], salt=salt)


def signed_within(text: str, salt: str, limit: timedelta) -> Any:
    """Return the value of a text that `sign_now` made no longer ago than `limit`.

    Raises:
        signing.BadSignature: nobody signed it so; its subclass SignatureExpired: too long ago.
    """
    found = signing.loads(text, salt=salt)
    if not (isinstance(found, list) and len(found) == 2):
        raise signing.BadSignature("made by an earlier release")
    value, at = found
    # One from the future is none either: the clock was set back.
    if abs(database_now().timestamp() - at) > limit.total_seconds():
        raise signing.SignatureExpired("signed too long ago")
    return value
