"""Which of a medium's messages each provider sends, and what waits for a template.

A provider without an approved template for a statement leaves it to the next one in order. What
none of them can send waits; it is put off, so that no claim reads it again and again, with an alarm
that names the kind and the provider, and is due again as soon as anything is approved.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from django.conf import settings
from django.db import connection, transaction
from django.db.models import QuerySet

from notifications.channels.base import Provider
from notifications.channels.media import Medium, media
from notifications.channels.outcomes import Reason
from notifications.delivery.alarms import alarm_over, alarm_raise
from notifications.delivery.claim import IS_ONE_OF, DeliveryKey, fall_back
from notifications.delivery.models import Alarm, Broadcast, BroadcastState, Delivery
from notifications.delivery.states import DeliveryState
from notifications.delivery.templating import Key, Message, Templates, messages_under_way
from notifications.hints import wake_send
from statuspage.statements.models import Statement

# What has waited for as long as anything is tried has failed: it is not sent days later without
# anybody's asking.
PUT_OFF: Final = f"""
    WITH waiting AS (
        SELECT id, published_at, created_at < now() - make_interval(hours => %(hours)s) AS over
        FROM delivery_delivery
        WHERE state = 'pending' AND channel = %(channel)s AND route = %(route)s
          AND due_at <= now() AND {IS_ONE_OF}
        ORDER BY due_at, id
        LIMIT %(limit)s
        FOR UPDATE SKIP LOCKED
    )
    UPDATE delivery_delivery d
    SET state = CASE WHEN NOT over THEN 'pending' WHEN d.may_be_sent THEN 'unconfirmed'
                     ELSE 'failed' END,
        due_at = now() + make_interval(secs => %(seconds)s), reason = %(reason)s,
        sent_at = CASE WHEN over AND d.may_be_sent THEN d.first_tried_at ELSE d.sent_at END,
        settled_at = CASE WHEN over THEN now() END, updated_at = now()
    FROM waiting
    WHERE d.id = waiting.id AND d.published_at = waiting.published_at
    RETURNING d.statement_id, d.id, d.published_at, d.state
"""
DUE_AGAIN: Final = """
    WITH waiting AS (
        SELECT id, published_at FROM delivery_delivery
        WHERE state = 'pending' AND reason = %(reason)s AND statement_id = ANY(%(statements)s)
          AND due_at > now()
        ORDER BY id
        LIMIT %(limit)s
        FOR UPDATE SKIP LOCKED
    )
    UPDATE delivery_delivery d
    SET due_at = now(), reason = '', updated_at = now()
    FROM waiting
    WHERE d.id = waiting.id AND d.published_at = waiting.published_at
"""
AT_ONCE: Final = 5000
# An approval makes them due at once; this is for when its hint is lost.
LOOK_AGAIN: Final = timedelta(minutes=10)


@dataclass(frozen=True)
class Share:
    """What a provider claims: these messages only, or, as the first of its route, all but these.

    `handed_on` are deliveries that the providers before it did not send just now, by id and
    published_at: it claims none but those, whenever they are due.
    """

    provider: Provider
    first: bool = True
    keys: Sequence[Key] = ()
    handed_on: Sequence[DeliveryKey] = ()

    def parameters(self) -> dict[str, Any]:
        """Return the parameters of a claim."""
        if not self.keys:
            return {}
        return {"only": not self.first, **key_parameters(self.keys)}


def key_parameters(keys: Iterable[Key]) -> dict[str, Any]:
    """Return messages as arrays for SQL."""
    columns = list(zip(*keys, strict=True)) or [(), (), ()]
    return {
        name: list(column)
        for name, column in zip(("statements", "languages", "abroad"), columns, strict=True)
    }


def shares_of(medium: Medium, route: str, up: Sequence[Provider]) -> list[Share]:
    """Divide what is under way between the providers that are up, in their order.

    Asks nothing where the first one sends free text. What no provider of the route has a template
    for is put off; what only one that is down has waits for it.
    """
    if not up or not up[0].uses_templates:
        return [Share(one) for one in up[:1]]
    left = {one.key: one for one in messages_under_way(medium.name, medium.address_kind)}
    found: list[Share] = []
    for provider in up:
        if found and not left:
            break
        sendable = _sendable(provider, left.values())
        rest = {key: one for key, one in left.items() if key not in sendable}
        keys = rest if not found else sendable
        if not found or keys:
            found.append(Share(provider, first=not found, keys=_together(keys)))
        left = rest
    able = medium.able(route)
    for provider in able:
        if left and provider not in up:
            sendable = _sendable(provider, left.values())
            left = {key: one for key, one in left.items() if key not in sendable}
    if left:
        _put_off(medium, route, able[0], left.values())
    return found


def handed_on(medium: Medium, provider: Provider, rest: Sequence[DeliveryKey]) -> Share | None:
    """Return what a provider takes over of what those before it did not send; None for nothing."""
    if not provider.uses_templates:
        return Share(provider, first=False, handed_on=rest)
    sendable = _sendable(provider, messages_under_way(medium.name, medium.address_kind))
    if not sendable:
        return None
    return Share(provider, first=False, keys=_together(sendable), handed_on=rest)


def _sendable(provider: Provider, messages: Collection[Message]) -> set[Key]:
    templates = Templates(provider)
    return {one.key for one in messages if templates.can_send(one)}


def _together(keys: Collection[Key]) -> list[Key]:
    """Return the messages, those for both sides as one: then no address need be read."""
    chosen = set(keys)
    both = {one._replace(abroad=None) for one in chosen if _other(one) in chosen}
    return sorted(
        both | {one for one in chosen if _other(one) not in chosen},
        key=lambda one: (one.statement, one.language, bool(one.abroad)),
    )


def _other(key: Key) -> Key:
    return key if key.abroad is None else key._replace(abroad=not key.abroad)


def _put_off(medium: Medium, route: str, provider: Provider, messages: Collection[Message]) -> None:
    """Put off what waits for a template, and raise an alarm for each kind of it."""
    kinds = {one.key.statement: one.kind for one in messages}
    keys = _together({one.key for one in messages})
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            PUT_OFF,
            {
                "channel": medium.name,
                "route": route,
                "limit": AT_ONCE,
                "seconds": LOOK_AGAIN.total_seconds(),
                "hours": settings.DELIVERY_GIVE_UP_HOURS,
                "reason": Reason.NO_TEMPLATE,
                **key_parameters(keys),
            },
        )
        rows = cursor.fetchall()
        fall_back([(one, at) for _, one, at, state in rows if state == DeliveryState.FAILED])
    for kind in sorted({kinds[number] for number, *_ in rows}):
        alarm_raise(Alarm.Kind.NO_TEMPLATE, f"{provider.name}:{kind}")


def templates_approved() -> int:
    """Have what waits for a template tried again, and return how many messages that were."""
    unfinished = Broadcast.objects.exclude(state=BroadcastState.FINISHED)
    numbers = list(unfinished.values_list("statement_id", flat=True))
    parameters: dict[str, Any] = {
        "reason": Reason.NO_TEMPLATE,
        "statements": numbers,
        "limit": AT_ONCE,
    }
    moved = 0
    with connection.cursor() as cursor:
        while numbers:
            cursor.execute(DUE_AGAIN, parameters)
            moved += cursor.rowcount
            if cursor.rowcount < AT_ONCE:
                break
    for one in media():
        wake_send(one.name)
    _end_alarms()
    return moved


def alarms_settle() -> None:
    """End the alarms about templates, and countries, that nothing waits for any more."""
    _end_alarms()
    _end_refusals()


def _end_refusals() -> None:
    refused = Alarm.objects.filter(kind=Alarm.Kind.PROVIDER_REFUSES, over_at=None)
    for subject in refused.values_list("subject", flat=True):
        provider, _colon, reason = subject.partition(":")
        if reason not in (Reason.NO_TEMPLATE, Reason.NOT_PERMITTED):
            continue
        if not _waiting(reason).filter(provider=provider).exclude(code="").exists():
            alarm_over(Alarm.Kind.PROVIDER_REFUSES, subject)


def _end_alarms() -> None:
    open_ones = Alarm.objects.filter(kind=Alarm.Kind.NO_TEMPLATE, over_at=None)
    subjects = list(open_ones.values_list("subject", flat=True))
    if not subjects:
        return
    waiting = _waiting().order_by().values("statement_id").distinct()
    kinds = set(Statement.objects.filter(pk__in=waiting).values_list("kind", flat=True))
    for subject in subjects:
        if subject.partition(":")[2] not in kinds:
            alarm_over(Alarm.Kind.NO_TEMPLATE, subject)


def _waiting(reason: str = Reason.NO_TEMPLATE) -> QuerySet[Delivery]:
    """Return what waits for a template, or for the repair of one, or of another such fault."""
    return Delivery.objects.filter(
        state=DeliveryState.PENDING,
        reason=reason,
        statement_id__in=Broadcast.objects.exclude(state=BroadcastState.FINISHED).values("pk"),
    )
