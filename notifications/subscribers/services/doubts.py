"""Numbers that a carrier does not know: doubted at first, and stopped on another day.

A number that is switched off, ported or abroad is now and then reported as unknown, and works the
next day. So the first report is only remembered, with its day in China.
"""

from collections.abc import Collection
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet

from notifications.channels.outcomes import Reason
from notifications.subscribers.contacts import contact_on
from notifications.subscribers.models import Address
from statuspage.lib.database_clock import database_now

CHINA: Final = ZoneInfo("Asia/Shanghai")
DOUBTED: Final = frozenset({Reason.UNKNOWN_NUMBER})
# What a provider said of a number that a message to it, or from it, disproves.
DISPROVED: Final = (Reason.UNKNOWN_NUMBER, Reason.BAD_ADDRESS, Reason.UNREACHABLE)
ALIVE: Final = {"suppressed_at": None, "suppressed_for": "", "doubted_on": None}


def is_only_doubted(address: Address, reason: str, moment: datetime | None) -> bool:
    """Remember the day of a first report, and return whether it stops nothing yet.

    `moment` is when the message went out that it is about: a copy of the report, or another report
    on the same message, may come on another day. Lock the address before.
    """
    if reason not in DOUBTED:
        return False
    day = _day(moment)
    if address.doubted_on not in (None, day):
        return False
    address.doubted_on = day
    address.save(update_fields=["doubted_on"])
    return True


def numbers_answer(ids: Collection[int]) -> int:
    """Clear the addresses that a message has reached of every doubt; return how many had one."""
    return _revive(Address.objects.filter(pk__in=ids)) if ids else 0


def number_writes(*, channel: str, clear_address: str) -> int:
    """Clear the address that a message came from, as far as it is known, of every doubt.

    Raises:
        ValidationError: it is no address of that channel.
    """
    contact = contact_on(channel, clear_address)
    return _revive(Address.objects.filter(channel=channel, blind_index=contact.index))


def _revive(addresses: QuerySet[Address]) -> int:
    stopped = Q(suppressed_at__isnull=False, suppressed_for__in=DISPROVED)
    revived = addresses.filter(stopped).update(**ALIVE)
    doubted = addresses.filter(doubted_on__isnull=False).update(doubted_on=None)
    return int(revived + doubted)


def _day(moment: datetime | None) -> date:
    return (moment or database_now()).astimezone(CHINA).date()
