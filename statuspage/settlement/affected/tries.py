"""A ceiling on look-ups of one merchant's transactions that keeps no owner out.

Only what finds nothing counts. A stranger can use up what is free; an owner then proves that they
hold the phone on file, and is counted by themselves from there on.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from statuspage.lib.database_clock import database_now
from statuspage.settlement.affected.hashes import origin_key, tried_key
from statuspage.settlement.lookup_tries import LookupTry

ANY: Final = b""
# The row is locked whether it is new or not: nobody else counts until the transaction ends.
LOCK: Final = """
    INSERT INTO settlement_lookuptry (day, merchant, origin, count) VALUES (%s, %s, %s, 0)
    ON CONFLICT (day, merchant, origin) DO UPDATE SET count = settlement_lookuptry.count
    RETURNING count
"""
MOVE: Final = """
    UPDATE settlement_lookuptry SET count = greatest(0, count + %s)
    WHERE day = %s AND merchant = %s AND origin = %s
"""


@dataclass(frozen=True)
class Ceiling:
    """At most so many tries a day about a merchant and from an origin, as keyed hashes."""

    merchant: bytes
    origin: bytes
    most: int


def ceilings_of(*, merchant: str, client_ip: str) -> list[Ceiling]:
    """Return the ceilings for somebody of whom nothing is known."""
    key = tried_key(merchant)
    return [
        Ceiling(key, ANY, settings.TRANSACTIONS_PER_MERCHANT_DAY),
        Ceiling(key, origin_key(client_ip), settings.TRANSACTIONS_PER_ADDRESS_DAY),
    ]


def ceilings_of_phone(phone: str) -> list[Ceiling]:
    """Return the ceilings for somebody who has proven a phone, by any name of it."""
    return [Ceiling(ANY, origin_key(phone), settings.TRANSACTIONS_PER_PHONE_DAY)]


def try_take(ceilings: Sequence[Ceiling]) -> bool:
    """Count one try against all of them, or none if one is reached; return whether it was."""
    today = _today()
    with transaction.atomic(), connection.cursor() as cursor:
        for one in ceilings:
            cursor.execute(LOCK, [today, one.merchant, one.origin])
            if cursor.fetchone()[0] >= one.most:
                return False
        for one in ceilings:
            cursor.execute(MOVE, [1, today, one.merchant, one.origin])
    return True


def try_give_back(ceilings: Sequence[Ceiling]) -> None:
    """Subtract a try that found what it looked for: its owner may ask as often as they like."""
    with transaction.atomic(), connection.cursor() as cursor:
        for one in ceilings:
            cursor.execute(MOVE, [-1, _today(), one.merchant, one.origin])


def tries_forget() -> None:
    """Delete the counts of days that are over."""
    LookupTry.objects.filter(day__lt=_today()).delete()


def _today() -> date:
    return timezone.localdate(database_now())
