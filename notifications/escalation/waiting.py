"""Tell approvers what waits for them, and authors what was sent back, by robot and e-mail.

What waits is read from the tables of the apps themselves: it was written in the transaction that
submitted it, so nothing is lost with a process. A row of `Told` keeps each person from hearing of
an item twice, and is claimed before its message is sent.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import F, Max

from notifications.channels import medium as find_medium
from notifications.channels.media import Medium
from notifications.delivery.staff_words import recipients as staff_recipients
from notifications.delivery.staff_words import send_to_staff
from notifications.escalation.models import Told
from notifications.escalation.waiting_texts import Item, content
from statuspage.approvals.waiting import may_decide
from statuspage.lib.database_clock import database_now
from statuspage.lib.env import EMAIL
from statuspage.lib.waiting import ReturnedItem, WaitingItem, all_returned, all_waiting
from statuspage.staff.models import Staff
from statuspage.statements.texts import LANGUAGES

# A message not answered for so long was never sent, or its process was killed.
LEASE: Final = timedelta(minutes=2)
# What was sent back earlier is no news any more.
NEWS: Final = timedelta(days=3)
KEPT: Final = timedelta(days=90)


@dataclass(frozen=True)
class Recipient:
    """One person, or the group (`staff` is None), with their addresses and what concerns them."""

    staff: int | None
    to: Sequence[tuple[Medium, str]]
    languages: Sequence[str]
    items: Sequence[Item] = field(default_factory=tuple)


def waiting_tell(now: datetime | None = None) -> int:
    """Tell each recipient what is due for them, in one message; return how many were told."""
    moment = now or database_now()
    waiting, returned = all_waiting(), all_returned(moment - NEWS)
    if not waiting and not returned:
        return 0
    return sum(_tell(one, moment) for one in _recipients(waiting, returned))


def told_forget(now: datetime | None = None) -> None:
    """Delete old records of what no longer waits."""
    still = [one.key for one in all_waiting()]
    old = Told.objects.filter(told_at__lt=(now or database_now()) - KEPT)
    old.exclude(item__in=still).delete()


def _recipients(
    waiting: Sequence[WaitingItem], returned: Sequence[ReturnedItem]
) -> list[Recipient]:
    """Return the approvers and authors with an e-mail address, and the group.

    The robot hears of everything that waits. The mailboxes of ALARM_EMAILS get what no approver
    with an address could decide, so that somebody hears of it.
    """
    mail = find_medium("email")
    people = []
    reached: set[str] = set()
    for one in _with_address() if mail.configured() else ():
        theirs = [item for item in waiting if may_decide(one, item)]
        reached |= {item.key for item in theirs}
        back = [item for item in returned if item.author == one.pk]
        people.append(
            Recipient(one.pk, [(mail, one.email.strip())], [one.language], [*back, *theirs])
        )
    unheard = [item for item in waiting if item.key not in reached]
    group = [to for to in staff_recipients() if to[0] is not mail]
    boxes = [to for to in staff_recipients() if to[0] is mail] if unheard else []
    shared = waiting if group else unheard
    return [*people, Recipient(None, [*group, *boxes], LANGUAGES, shared)]


def _with_address() -> list[Staff]:
    found = Staff.objects.filter(is_active=True).exclude(email="").order_by("pk")
    return [one for one in found if EMAIL.fullmatch(one.email.strip())]


def _tell(recipient: Recipient, now: datetime) -> bool:
    if not recipient.items or not recipient.to:
        return False
    items, attempt = _claim(recipient, now)
    if not items:
        return False
    told = send_to_staff("what waits", recipient.to, content(items, recipient.languages), attempt)
    if told:
        rows = Told.objects.filter(staff=recipient.staff, attempt=attempt)
        rows.update(told_at=now, times=F("times") + 1, claimed_at=None, attempt=None)
    # Else it reached nobody: the claim lapses, and a later round sends the same attempt.
    return told


def _claim(recipient: Recipient, now: datetime) -> tuple[list[Item], UUID]:
    """Claim what is due for one message; nothing while another process sends them one."""
    attempt = uuid4()
    with transaction.atomic():
        rows = _rows(recipient)
        if any(one.claimed_at and now - one.claimed_at < LEASE for one in rows.values()):
            return [], attempt
        due = _due(recipient, rows, now)
        lapsed = [one.attempt for one in rows.values() if one.attempt]
        attempt = lapsed[0] if lapsed else attempt
        Told.objects.filter(pk__in=[rows[one.key].pk for one in due]).update(
            claimed_at=now, attempt=attempt
        )
    return due, attempt


def _rows(recipient: Recipient) -> dict[str, Told]:
    """Return the locked rows of all items, making those that are new."""
    keys = [one.key for one in recipient.items]
    Told.objects.bulk_create(
        [Told(item=key, staff_id=recipient.staff) for key in keys], ignore_conflicts=True
    )
    rows = Told.objects.select_for_update().filter(item__in=keys, staff=recipient.staff)
    return {one.item: one for one in rows.order_by("pk")}


def _due(recipient: Recipient, rows: Mapping[str, Told], now: datetime) -> list[Item]:
    """Return the items to tell now; none within APPROVAL_BATCH_SECONDS of the last message.

    A claim that has lapsed is due whatever else: its message may not have been sent.
    """
    known = [(one, rows[one.key]) for one in recipient.items if one.key in rows]
    lapsed = [one for one, row in known if row.claimed_at]
    told = Told.objects.filter(staff=recipient.staff).aggregate(last=Max("told_at"))
    last: datetime | None = told["last"]
    if last and now - last < timedelta(seconds=settings.APPROVAL_BATCH_SECONDS):
        return lapsed
    return [one for one, row in known if row.claimed_at or _is_due(one, row, now)]


def _is_due(item: Item, row: Told, now: datetime) -> bool:
    if isinstance(item, ReturnedItem) or item.prepares:
        return row.times == 0
    patience = timedelta(minutes=settings.APPROVAL_REMINDER_MINUTES)
    if row.told_at is None:
        return item.at_once or item.since + patience <= now
    again: datetime = row.told_at + patience * 2 ** (row.times - 1)
    return again <= now
