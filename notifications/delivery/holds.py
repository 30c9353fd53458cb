"""Carry out what staff decide about broadcasts on hold: ask the provider, release or discard."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any, Final

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Q
from django.db.models.functions import Now

from notifications.channels import medium
from notifications.channels import provider as find_provider
from notifications.channels.base import Message, Provider
from notifications.channels.media import Medium, askable_media
from notifications.channels.outcomes import Accepted, LookupResult, Reason
from notifications.delivery import loop
from notifications.delivery.broadcasts import expand_on_hold
from notifications.delivery.claim import Claimed, take_for_look_up
from notifications.delivery.ledger import RESET
from notifications.delivery.messages import contents, log_error, message_of, sender_of
from notifications.delivery.models import Broadcast, BroadcastState, Delivery, Hold
from notifications.delivery.resolve import (
    LOOK_AGAIN_PART,
    LOOK_TIMEOUTS,
    LOOKS_AT_ONCE,
    LOOKS_NEEDED,
)
from notifications.delivery.send import SLICE_SECONDS
from notifications.delivery.states import (
    HOLD_MOVING,
    HOLD_TRANSITIONS,
    NEVER,
    DeliveryState,
    HoldStep,
)
from notifications.hints import hint, wake_send
from statuspage.statements.texts import LANGUAGES

BATCH: Final = 5_000
# A provider that does not answer for so long is no longer asked; staff can ask it again.
ASKED_FOR: Final = timedelta(hours=1)
# What could not be asked about has this code.
NO_ANSWER: Final = "no_answer"

# The messages went out at some time after publication: `first_tried_at` of the backup says nothing
# about the tries after it. One that is found went out in an attempt that the backup does not know.
TAKE: Final = take_for_look_up(
    "d.statement_id = %s AND d.state = 'held' AND d.channel = ANY(%s)", since="d.published_at"
)
WRITE: Final = """
    UPDATE delivery_delivery SET {changes}, updated_at = now()
    WHERE id = %s AND published_at = %s AND fence = %s AND state = 'held'
"""
FOUND: Final = """
    state = 'sent', provider = %s, provider_id = %s, attempt_id = NULL,
    reason = '', code = '', sent_at = coalesce(sent_at, now())
"""
ABSENT: Final = """
    looks = looks + 1, code = '',
    due_at = CASE WHEN looks + 1 >= %s THEN %s ELSE now() + make_interval(secs => %s) END
"""
ASK_AGAIN: Final = "code = %s, due_at = now() + make_interval(secs => %s)"


def hold_decide(number: int, step: HoldStep) -> bool:
    """Begin a step of a hold and wake a worker for it; False if it cannot follow the present one.

    Call it in the transaction that records who decided.
    """
    before = [one for one, after in HOLD_TRANSITIONS.items() if step in after]
    moved = Hold.objects.filter(pk=number, step__in=before).update(step=step, step_at=Now())
    if moved:
        transaction.on_commit(partial(hint, "delivery.work_on_holds"))
    return bool(moved)


def holds_work() -> None:
    """Go on with every step that staff have begun, for one slice of time each."""
    waiting = Hold.objects.filter(step__in=HOLD_MOVING).order_by("step_at")
    more = [WORK[HoldStep(one.step)](one) for one in waiting]
    if any(more):
        hint("delivery.work_on_holds")


def _look(hold: Hold) -> bool:
    """Ask the provider about every message of a broadcast; return whether there is more to do."""
    expand_on_hold(hold.pk)
    until = time.monotonic() + SLICE_SECONDS
    while time.monotonic() < until:
        if not (taken := _take(hold)):
            _end_look(hold)
            return False
        asked = [(one, forms) for one in taken if (forms := _forms_of(one))]
        for (one, _), trace in zip(asked, loop.run(_ask_all(asked)), strict=True):
            _settle(one, trace)
    return True


def _take(hold: Hold) -> list[Claimed]:
    lease = settings.DELIVERY_TIMEOUT_SECONDS * LOOK_TIMEOUTS
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(TAKE, [hold.pk, askable_media(), LOOKS_AT_ONCE, lease])
        return [Claimed(*row) for row in cursor.fetchall()]


def _end_look(hold: Hold) -> None:
    """End a look in which nothing is left to ask, or the provider has long not answered."""
    left = Delivery.objects.filter(
        statement_id=hold.pk,
        state=DeliveryState.HELD,
        channel__in=askable_media(),
        due_at__lt=NEVER,
    )
    patient = Q(step_at__gt=Now() - ASKED_FOR)
    ending = Hold.objects.filter(
        pk=hold.pk, step=HoldStep.LOOKING, broadcast__expanded_at__isnull=False
    )
    if left.exclude(code=NO_ANSWER).exists() or (left.exists() and ending.filter(patient).exists()):
        return
    ending.update(step=HoldStep.LOOKED, step_at=Now())


def _forms_of(one: Claimed) -> dict[str, Message]:
    """Return the message in the form of each provider that may have sent it, by provider.

    What cannot be composed, such as to an address that was erased, cannot be sent either; nor by
    a provider that has no approved template for it.
    """
    try:
        asked = {each.name: each for each in (sender_of(one), *_in_use(medium(one.channel)))}
        forms = {name: _form(one, each) for name, each in asked.items() if each.configured()}
        return {name: form for name, form in forms.items() if form.content.text}
    except Exception as error:
        log_error(one, error)
        _write(ABSENT, one, 0, NEVER, 0)
        return {}


def _in_use(asked: Medium) -> list[Provider]:
    return [one for route in asked.routes for one in asked.in_order(route)]


def _form(one: Claimed, provider: Provider) -> Message:
    """Compose it in every language: the subscriber may have had another one when it was sent."""
    content_of = contents(provider)
    texts = [
        said.text
        for language in LANGUAGES
        for said in content_of(one._replace(language=language)).variants()
        if said.text
    ]
    return replace(message_of(one, content_of(one)), texts=texts)


Trace = tuple[str, Accepted] | LookupResult


async def _ask_all(asked: Sequence[tuple[Claimed, dict[str, Message]]]) -> list[Trace]:
    return await asyncio.gather(*(_ask(one, forms) for one, forms in asked))


async def _ask(one: Claimed, forms: dict[str, Message]) -> Trace:
    """Ask each provider in turn; it is absent only if every one of them says so."""
    answers = set()
    for name, message in forms.items():
        try:
            answer = await find_provider(name).look_up(message, one.published_at)
        except Exception as error:
            log_error(one, error)
            answer = LookupResult.CANNOT_TELL
        if isinstance(answer, Accepted):
            return name, answer
        answers.add(answer)
    return LookupResult.ABSENT if answers == {LookupResult.ABSENT} else LookupResult.CANNOT_TELL


def _settle(one: Claimed, trace: Trace) -> None:
    again = settings.DELIVERY_RESOLVE_AFTER_SECONDS * LOOK_AGAIN_PART
    if isinstance(trace, tuple):
        name, accepted = trace
        _write(FOUND, one, name, accepted.provider_id)
    elif trace is LookupResult.ABSENT:
        _write(ABSENT, one, LOOKS_NEEDED, NEVER, again)
    else:
        _write(ASK_AGAIN, one, NO_ANSWER, again)


def _write(changes: str, one: Claimed, *parameters: Any) -> None:
    with connection.cursor() as cursor:
        key = (one.id, one.published_at, one.fence)
        cursor.execute(WRITE.format(changes=changes), [*parameters, *key])


def _release(hold: Hold) -> bool:
    """Make every message of a broadcast due, and let the rest of its audience be found."""
    for name in _change_all(hold, RESET):
        wake_send(name)
    with transaction.atomic():
        broadcast = _ended(hold, HoldStep.RELEASED)
        if broadcast is None:
            return False
        found = broadcast.expanded_at is not None
        broadcast.state = BroadcastState.SENDING if found else BroadcastState.EXPANDING
        broadcast.save(update_fields=["state"])
    return False


# As if they had been suppressed at the claim, for a reason of its own.
DISCARD: Final[dict[str, Any]] = {
    "state": DeliveryState.SUPPRESSED,
    "reason": Reason.DISCARDED,
    "fence": F("fence") + 1,
    "settled_at": Now(),
    "updated_at": Now(),
}


def _discard(hold: Hold) -> bool:
    """Leave every message of a broadcast unsent, also those not created yet."""
    _change_all(hold, DISCARD)
    with transaction.atomic():
        broadcast = _ended(hold, HoldStep.DISCARDED)
        if broadcast is not None:
            Broadcast.objects.filter(pk=broadcast.pk).update(
                state=BroadcastState.FINISHED, finished_at=Now()
            )
    return False


def _change_all(hold: Hold, changes: dict[str, Any]) -> set[str]:
    """Change every held delivery of a broadcast, in batches; return their channels."""
    names: set[str] = set()
    rows = Delivery.objects.filter(statement_id=hold.pk, state=DeliveryState.HELD).order_by()
    while True:
        with transaction.atomic():
            locked = rows.select_for_update(skip_locked=True, of=("self",))[:BATCH]
            chosen = [*locked.values_list("pk", "published_at", "channel")]
            if not chosen:
                return names
            keys, moments, channels = zip(*chosen, strict=True)
            Delivery.objects.filter(pk__in=keys, published_at__in=set(moments)).update(**changes)
        names |= set(channels)


def _ended(hold: Hold, step: HoldStep) -> Broadcast | None:
    """End a hold whose deliveries are all changed; None while another worker has some of them."""
    if Delivery.objects.filter(statement_id=hold.pk, state=DeliveryState.HELD).exists():
        return None
    before = [one for one, after in HOLD_TRANSITIONS.items() if step in after]
    mine = Hold.objects.filter(pk=hold.pk, step__in=before).update(step=step, step_at=Now())
    return Broadcast.objects.get(pk=hold.pk) if mine else None


WORK: Final[dict[HoldStep, Callable[[Hold], bool]]] = {
    HoldStep.LOOKING: _look,
    HoldStep.RELEASING: _release,
    HoldStep.DISCARDING: _discard,
}
