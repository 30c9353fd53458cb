"""Reactivate stopped addresses and send their failed messages again, in the background."""

import json
import time
from datetime import datetime
from functools import partial
from typing import Any, Final

from django.db import IntegrityError, connection, transaction
from django.db.models.functions import Now

from notifications.delivery.acts import Resending
from notifications.delivery.ledger import RESET, broadcasts_reopen
from notifications.delivery.models import Delivery
from notifications.delivery.resendable import LOST, REPLACED, ROWS, Chosen, Numbers, stopped_for
from notifications.hints import hint, wake_send
from notifications.subscribers.services.subscriptions import addresses_reactivate

TASK: Final = "delivery.work_on_resendings"
# One transaction each, so that a press of a button holds nothing up, and a crash loses nothing.
CHUNK: Final = 1_000
SLICE_SECONDS: Final = 5.0

OF_ADDRESSES: Final = f"""
    SELECT d.id, d.published_at, d.statement_id, d.channel
    FROM {ROWS}
    WHERE {LOST} AND a.id = ANY(%(ids)s) AND d.published_at >= %(fresh)s AND NOT ({REPLACED})
    FOR UPDATE OF d SKIP LOCKED
"""
OF_MESSAGES: Final = f"""
    SELECT d.id, d.published_at, d.statement_id, d.channel, d.address_id
    FROM {ROWS}
    WHERE {LOST} AND {{which}} AND d.published_at >= %(fresh)s AND NOT ({REPLACED})
      AND (d.statement_id, d.address_id) > (%(at_statement)s, %(at_address)s)
    ORDER BY d.statement_id, d.address_id
    LIMIT %(limit)s
    FOR UPDATE OF d
"""


def resending_begin(chosen: Chosen, numbers: Numbers) -> Resending | None:
    """Begin an act and wake a worker for it; None while the same one is under way.

    `numbers` are what the person was shown. Call it in the transaction that records who decided.
    """
    about = {name: value for name, value in vars(chosen).items() if value not in ("", None)}
    key = json.dumps(about, sort_keys=True, ensure_ascii=False)
    try:
        with transaction.atomic():
            begun = Resending.objects.create(
                about=about,
                key=key,
                addresses_expected=numbers.addresses,
                messages_expected=numbers.messages,
            )
    except IntegrityError:
        return None
    transaction.on_commit(partial(hint, TASK))
    return begun


def resendings_work() -> None:
    """Go on with every act that is under way, for one slice of time."""
    until = time.monotonic() + SLICE_SECONDS
    for number in Resending.objects.filter(finished_at=None).values_list("pk", flat=True):
        while time.monotonic() < until and _chunk(number):
            pass
    if Resending.objects.filter(finished_at=None).exists():
        hint(TASK)


@transaction.atomic
def _chunk(number: int) -> bool:
    """Do one chunk of an act; False when there is no more, or another worker is at it."""
    waiting = Resending.objects.select_for_update(skip_locked=True)
    act = waiting.filter(pk=number, finished_at=None).first()
    if act is None:
        return False
    chosen = Chosen(**act.about)
    values = chosen.parameters(act.asked_at)
    more = _addresses(act, chosen, values) if chosen.stopped else _messages(act, chosen, values)
    if not more:
        act.finished_at = Now()
    act.save()
    return more


def _addresses(act: Resending, chosen: Chosen, values: dict[str, Any]) -> bool:
    """Reactivate the next addresses, and send again what they did not get."""
    rows = stopped_for(chosen, act.asked_at).filter(pk__gt=act.at_address).order_by("pk")
    ids = [*rows.select_for_update().values_list("pk", flat=True)[:CHUNK]]
    if not ids:
        return False
    with connection.cursor() as cursor:
        cursor.execute(OF_ADDRESSES, {**values, "ids": ids})
        found = cursor.fetchall()
    act.messages += _put_back(found)
    act.addresses += addresses_reactivate(ids)
    act.at_address = ids[-1]
    return True


def _messages(act: Resending, chosen: Chosen, values: dict[str, Any]) -> bool:
    """Send the next messages again, and reactivate their addresses."""
    place = {"at_statement": act.at_statement, "at_address": act.at_address, "limit": CHUNK}
    with connection.cursor() as cursor:
        # Not by format(): what is put together here has braces of its own.
        cursor.execute(OF_MESSAGES.replace("{which}", chosen.which), {**values, **place})
        found = cursor.fetchall()
    if not found:
        return False
    act.messages += _put_back([row[:4] for row in found])
    act.addresses += addresses_reactivate([row[4] for row in found])
    act.at_statement, act.at_address = found[-1][2], found[-1][4]
    return True


def _put_back(rows: list[tuple[int, datetime, int, str]]) -> int:
    """Make messages due as if they had never been tried, and reopen their broadcasts."""
    if not rows:
        return 0
    ids, moments, statements, channels = zip(*rows, strict=True)
    Delivery.objects.filter(pk__in=ids, published_at__in=set(moments)).update(**RESET)
    broadcasts_reopen(set(statements))
    for name in set(channels):
        transaction.on_commit(partial(wake_send, name))
    return len(rows)
