"""Count the codes asked for by SMS: ceilings, and how many of them were entered.

In PostgreSQL, by its clock, so that they hold whatever becomes of Redis. A stranger who earns from
numbers asks for codes that nobody enters; the marks of that are here for the watch to see.
"""

from collections.abc import Callable
from typing import Any, Final

from django.conf import settings
from django.db import connection, transaction
from django.db.models.functions import Now

from notifications.channels.addresses import AddressKind
from notifications.subscribers.contacts import Contact
from notifications.subscribers.models import CodeCeiling, CodeRequest, SignUp
from notifications.subscribers.services.codes import CodeRefused, SignupRefusal

# First half of an advisory lock: those who count wait for each other, a few milliseconds each.
COUNTING: Final = 0xC0DE
ALL: Final = ""
# Counts by whom they are of (all, or the country) and by window, before this one.
COUNT: Final = """
    SELECT count(*) FILTER (WHERE at > clock_timestamp() - interval '1 hour'),
           count(*),
           count(*) FILTER (
               WHERE country = %(country)s AND at > clock_timestamp() - interval '1 hour'),
           count(*) FILTER (WHERE country = %(country)s)
    FROM subscribers_coderequest
    WHERE at > clock_timestamp() - interval '1 day'
"""
# The last minutes are left out: those people are still typing.
ENTERED: Final = """
    SELECT coalesce(country, '') FROM subscribers_coderequest
    WHERE at > clock_timestamp() - make_interval(mins => %(minutes)s + 5)
      AND at < clock_timestamp() - interval '5 minutes'
    GROUP BY GROUPING SETS ((country), ())
    HAVING count(*) >= %(fewest)s AND count(entered_at) < %(share)s * count(*)
"""
HIT: Final = """
    SELECT DISTINCT country FROM subscribers_codeceiling
    WHERE hit_at > clock_timestamp() - interval '15 minutes'
"""


def code_book(contact: Contact, make: Callable[[], SignUp]) -> SignUp:
    """Count a code that `make` asks for, in its transaction, if no ceiling is reached.

    Raises:
        CodeRefused: one is; it is noted, and nothing else has changed.
    """
    with transaction.atomic():
        reached = _reached(contact)
        if reached is None:
            signup = make()
            if contact.kind == AddressKind.PHONE:
                CodeRequest.objects.create(country=contact.country, signup=signup)
            return signup
    CodeCeiling.objects.update_or_create(country=reached, defaults={"hit_at": Now()})
    raise CodeRefused(SignupRefusal.CEILING)


def code_entered(signup: SignUp) -> None:
    """Note that the newest code of a sign-up was entered."""
    newest = CodeRequest.objects.filter(signup=signup).order_by("-pk").values("pk")[:1]
    CodeRequest.objects.filter(pk__in=newest, entered_at=None).update(entered_at=Now())


def unentered() -> list[str]:
    """Return the countries (empty: all together) of whose codes too few were entered lately."""
    given = {
        "minutes": settings.SIGNUP_ENTERED_MINUTES,
        "fewest": settings.SIGNUP_ENTERED_OF,
        "share": settings.SIGNUP_ENTERED_SHARE,
    }
    return _names(ENTERED, given)


def ceilings_hit() -> list[str]:
    """Return the countries (empty: all together) whose ceiling refused somebody lately."""
    return _names(HIT, {})


def _names(query: str, given: dict[str, Any]) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(query, given)
        return sorted(name for (name,) in cursor.fetchall())


def _reached(contact: Contact) -> str | None:
    """Return whose ceiling is reached, holding the counts until the transaction ends."""
    if contact.kind != AddressKind.PHONE:
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, 0)", [COUNTING])
        cursor.execute(COUNT, {"country": contact.country})
        counts = cursor.fetchone()
    ceilings = (
        (ALL, settings.SIGNUP_CODES_HOUR),
        (ALL, settings.SIGNUP_CODES_DAY),
        (contact.country, _of(settings.SIGNUP_CODES_COUNTRY_HOUR, contact.country)),
        (contact.country, _of(settings.SIGNUP_CODES_COUNTRY_DAY, contact.country)),
    )
    pairs = zip(counts, ceilings, strict=True)
    return next((name for count, (name, most) in pairs if count >= most), None)


def _of(ceilings: dict[str, int], country: str) -> int:
    return ceilings.get(country, ceilings["*"])
