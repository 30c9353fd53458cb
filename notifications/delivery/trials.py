"""Test messages that staff send to themselves: marked, counted, and no delivery of anything."""

from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from typing import Any, Final

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from redis.exceptions import RedisError

from notifications.channels.addresses import AddressKind
from notifications.channels.outcomes import Accepted, Failed, NotSent, Outcome, Reason
from notifications.delivery.render import trial_bulletin_of
from notifications.delivery.singles import Single, singles_send
from notifications.delivery.templating import composed
from notifications.hints import hint
from notifications.subscribers.crypto import decrypt
from notifications.subscribers.models import StaffContact, TrialMessage
from notifications.subscribers.services.staff_contacts import contacts_of, usable_channels
from statuspage.lib.database_clock import database_now
from statuspage.lib.rate_limits import Limit, take
from statuspage.staff.audit import record
from statuspage.staff.models import Staff
from statuspage.statements.choices import one_of
from statuspage.statements.texts import LANGUAGES

# Nobody waits longer for a test.
WORTH_SENDING_FOR: Final = timedelta(minutes=2)
KEPT_FOR: Final = timedelta(days=1)
SHOWN_FOR: Final = timedelta(minutes=10)
BATCH: Final = 20
ACCEPTED: Final = "accepted"
OUTCOMES: Final = {Failed: "failed", NotSent: "not_sent"}


def trial_ask(
    *, staff: Staff, channel: str, language: str, document: Mapping[str, Any], ip: str = ""
) -> TrialMessage:
    """Have a test of a draft sent to the person's own address on the channel, by a worker.

    Raises:
        ValidationError: the channel is not set up, the person has no address there, or sent too
            many tests.
    """
    name = one_of([one.name for one in usable_channels()], channel)
    if name not in contacts_of(staff):
        raise ValidationError(_("Add your own address on this channel first."), code="no_address")
    _count(staff)
    with transaction.atomic():
        row = TrialMessage.objects.create(
            staff=staff,
            channel=name,
            language=one_of(LANGUAGES, language),
            document=dict(document),
        )
        record(act="test.sent", staff=staff, target=f"{name} {document['kind']}", ip=ip)
        transaction.on_commit(partial(hint, "delivery.send_trials"))
    return row


def trials_send() -> int:
    """Send the tests asked for in the last two minutes, each at most once; forget old ones."""
    now = database_now()
    TrialMessage.objects.filter(asked_at__lt=now - KEPT_FOR).delete()
    with transaction.atomic():
        waiting = TrialMessage.objects.select_for_update(skip_locked=True).filter(
            claimed_at=None, asked_at__gt=now - WORTH_SENDING_FOR
        )
        claimed = list(waiting.order_by("pk")[:BATCH])
        TrialMessage.objects.filter(pk__in=[one.pk for one in claimed]).update(claimed_at=now)
    for one in claimed:
        outcome = _send(one)
        reason = getattr(outcome, "reason", "")
        said = ACCEPTED if isinstance(outcome, Accepted) else OUTCOMES.get(type(outcome), "unknown")
        TrialMessage.objects.filter(pk=one.pk).update(outcome=said, reason=str(reason or ""))
    return len(claimed)


def recent_trials(staff: Staff) -> QuerySet[TrialMessage]:
    """Return the tests that the person sent lately, newest first."""
    since = database_now() - SHOWN_FOR
    return TrialMessage.objects.filter(staff=staff, asked_at__gt=since)


def _send(one: TrialMessage) -> Outcome:
    """Send to the address that is the person's own now; nobody else's can be reached."""
    contact = StaffContact.objects.filter(staff=one.staff_id, channel=one.channel).first()
    if contact is None:
        return Failed(Reason.BAD_ADDRESS)
    bulletin = trial_bulletin_of(one.document, one.language)
    kind = AddressKind(contact.kind)
    single = Single(
        decrypt(bytes(contact.sealed), kind),
        lambda provider: composed(provider, bulletin),
        decrypt(bytes(contact.sealed_secret), kind) if contact.sealed_secret else "",
    )
    return singles_send(one.channel, [single])[single.attempt_id]


def _count(staff: Staff) -> None:
    """Count a test; ValidationError where there were too many, or Redis cannot say."""
    try:
        wait = take(Limit(f"{settings.TESTS_PER_HOUR}/hour", "test-message", str(staff.pk)))
    except RedisError as error:
        raise ValidationError(
            _("Tests cannot be sent right now. Try again in a minute.")
        ) from error
    if wait:
        raise ValidationError(
            _("You sent %(most)d tests within an hour. Try again later."),
            code="too_many",
            params={"most": settings.TESTS_PER_HOUR},
        )
