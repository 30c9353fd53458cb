"""Telling merchants that transactions of theirs have arrived."""

from collections.abc import Callable, Collection
from typing import Final

from django.db import connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from statuspage.settlement.notices.settled import SETTLED
from statuspage.settlement.services import notice_publish
from statuspage.statements.models import Statement
from statuspage.statements.texts import LANGUAGES, Text

NAME: Final = """
    INSERT INTO settlement_settledmerchant (statement_number, merchant_key)
    SELECT %s, unnest(%s::bytea[])
"""


def settled_tell(
    *,
    incident_id: str,
    merchants: Collection[bytes],
    categories: Collection[str],
    transactions: int,
) -> Statement:
    """Publish that so many transactions have arrived; told only to the merchants whose they are.

    In public it is a number. Whose they are is kept beside the log, as keyed hashes, and in the
    same transaction.
    """
    with transaction.atomic():
        statement = notice_publish(
            kind=SETTLED.name,
            title=_spoken(_title),
            body=_spoken(_body),
            author=None,
            payload={"transactions": transactions},
            audience={"categories": sorted(categories), "agents": False},
            incident_id=incident_id,
        )
        with connection.cursor() as cursor:
            cursor.execute(NAME, [statement.number, [*merchants]])
    return statement


def _spoken(text: Callable[[], str]) -> Text:
    said = {}
    for language in LANGUAGES:
        with override(language):
            said[language] = text()
    return said


def _title() -> str:
    return _("Affected transactions have arrived")


def _body() -> str:
    return _(
        "If you have this as a message: money of transactions of yours that this incident held up"
        " has arrived on your settlement account. You can look each of them up on our page, with"
        " its reference."
    )
