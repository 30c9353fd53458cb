"""What a restore put on hold: nothing touches it until staff have decided."""

from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import F
from django.utils import timezone

from notifications.channels import medium
from notifications.channels.outcomes import NotSent, ProviderReceipt, Reason, ReceiptState
from notifications.delivery import providers
from notifications.delivery.broadcasts import expand
from notifications.delivery.claim import claim, expire_leases
from notifications.delivery.hold_selectors import held_of, is_old, open_holds
from notifications.delivery.holds import hold_decide, holds_work
from notifications.delivery.models import Alarm, Broadcast, Delivery, Hold, Receipt
from notifications.delivery.receipts import receipts_apply, receipts_store
from notifications.delivery.resolve import resolve_unknown, sweep
from notifications.delivery.send import send_due
from notifications.delivery.states import HOLD_TRANSITIONS, NEVER, HoldStep
from notifications.subscribers.models import Subscriber, Withdrawal
from notifications.subscribers.restoring import APPLY
from statuspage.incidents.services.incidents import incident_update
from tests.factories import incident_of, make_address, open_incident, text
from tests.notifications.delivery.rows import deliver, finished, statement
from tests.notifications.delivery.steps import PHONE, SMS, due_now, on_the_phone, restore, row

pytestmark = pytest.mark.django_db(transaction=True)
OTHER = "+8613800138002"


@pytest.fixture(autouse=True)
def _providers_that_can_say_what_they_do_not_have(settings) -> None:
    settings.SMS_PROVIDERS = ["twilio", "aliyun"]


def told_since_the_backup(*, made_before: bool = False):
    """A statement that was not sent in the backup, and that the lost database sent afterwards."""
    make_address(PHONE)
    said = open_incident()
    expand(said.number)
    send_due(SMS)
    if made_before:
        Delivery.objects.update(state="pending", attempts=0, attempt_id=None, provider_id="")
    else:
        Delivery.objects.all().delete()
        Broadcast.objects.update(state="expanding", cursor=0, expanded_at=None)
    restore()
    return said


def decide(number, step):
    assert hold_decide(number, step)
    holds_work()


def look(number):
    """Ask the provider as often as it takes."""
    decide(number, HoldStep.LOOKING)
    Delivery.objects.filter(state="held", due_at__lt=NEVER).update(due_at=timezone.now())
    holds_work()
    holds_work()
    assert Hold.objects.get(pk=number).step == HoldStep.LOOKED


@pytest.mark.parametrize("state", ["pending", "sending", "unknown"])
def test_nothing_touches_a_message_on_hold(provider, state):
    said = statement()
    make_address(PHONE)
    past = timezone.now() - timedelta(hours=1)
    deliver(said, state, due_at=past, lease_until=past, first_tried_at=past)
    Broadcast.objects.update(state="sending")
    restore()
    before = Delivery.objects.values().get()
    assert before["state"] == "held"
    sweep()
    expand(said.number)
    assert claim(SMS, 10) == ([], 0)
    assert expire_leases() == resolve_unknown() == 0
    holds_work()
    assert Delivery.objects.values().get() == before
    assert Broadcast.objects.get().state == "held"


@pytest.mark.parametrize("state", ["sent", "delivered", "undelivered", "failed", "suppressed"])
def test_what_was_finished_stays_as_it_is(db, state):
    said = statement()
    deliver(said, state)
    finished(said)
    restore()
    assert Delivery.objects.get().state == state
    assert Broadcast.objects.get().state == "finished"
    assert not Hold.objects.exists()


def test_what_waited_for_staff_is_on_hold_and_what_they_left_is_not(db):
    undecided, left = statement(), statement()
    deliver(undecided, "unknown")
    deliver(left, "unknown", settled_at=timezone.now())
    finished(undecided)
    finished(left)
    restore()
    assert [one.pk for one in open_holds()] == [undecided.number]
    assert Delivery.objects.get(statement=left).state == "unknown"


@pytest.mark.parametrize("made_before", [False, True])
def test_what_the_provider_has_is_marked_as_sent(provider, made_before):
    said = told_since_the_backup(made_before=made_before)
    look(said.number)
    [message] = provider.messages(to=PHONE)
    assert (row().state, row().provider_id) == ("sent", message["sid"])
    decide(said.number, HoldStep.RELEASING)
    sweep()
    assert Broadcast.objects.get().state == "finished"
    assert not send_due(SMS)
    assert len(on_the_phone(provider)) == 1


def test_it_is_found_in_the_language_that_the_subscriber_had_then(provider):
    said = told_since_the_backup()
    Subscriber.objects.update(language="en")
    look(said.number)
    assert row().state == "sent"


def test_it_is_found_at_the_provider_that_stood_in(provider):
    make_address(PHONE)
    said = open_incident()
    expand(said.number)
    refused = NotSent(Reason.CONNECTION, "refused")
    providers.note(medium(SMS).leading(), [*enumerate([refused] * providers.TROUBLE)])
    send_due(SMS)
    Delivery.objects.all().delete()
    Broadcast.objects.update(state="expanding", cursor=0, expanded_at=None)
    restore()
    look(said.number)
    assert (row().state, row().provider) == ("sent", "aliyun")
    assert len(provider.messages(to=PHONE)) == 1


def test_what_the_provider_does_not_have_stays_on_hold_and_is_sent_when_released(provider):
    make_address(PHONE)
    said = open_incident()
    restore()
    look(said.number)
    assert on_the_phone(provider) == []
    [counted] = held_of(said.number).channels
    assert (counted.held, counted.absent, counted.doubtful, counted.sendable) == (1, 1, 0, 1)
    decide(said.number, HoldStep.RELEASING)
    send_due(SMS)
    assert row().state == "sent"
    assert len(on_the_phone(provider)) == 1


def test_a_provider_that_does_not_answer_is_asked_again_for_an_hour(provider, settings):
    settings.TWILIO_BASE_URL = "http://127.0.0.1:1"
    make_address(PHONE)
    said = open_incident()
    restore()
    decide(said.number, HoldStep.LOOKING)
    holds_work()
    assert Hold.objects.get().step == HoldStep.LOOKING
    assert held_of(said.number).channels[0].unanswered == 1
    Hold.objects.update(step_at=F("step_at") - timedelta(hours=2))
    holds_work()
    assert Hold.objects.get().step == HoldStep.LOOKED
    assert row().state == "held"
    assert held_of(said.number).doubtful == 1


def test_a_channel_that_cannot_be_asked_stays_in_doubt(provider):
    make_address("a@example.com", channel="email")
    said = open_incident()
    restore()
    look(said.number)
    [counted] = held_of(said.number).channels
    assert (counted.channel, counted.askable, counted.doubtful) == ("email", False, 1)


def test_released_unasked_the_rest_of_the_audience_is_found_and_told(provider):
    make_address(PHONE)
    said = open_incident()
    restore()
    assert held_of(said.number).sendable == 1
    decide(said.number, HoldStep.RELEASING)
    assert Broadcast.objects.get().state == "expanding"
    expand(said.number)
    send_due(SMS)
    assert len(on_the_phone(provider)) == 1


def test_discarded_it_is_never_sent(provider):
    make_address(PHONE)
    make_address(OTHER)
    said = open_incident()
    deliver(said, "pending", address=make_address())
    restore()
    decide(said.number, HoldStep.DISCARDING)
    sweep()
    assert not send_due(SMS)
    assert [(one.state, one.reason) for one in Delivery.objects.all()] == [
        ("suppressed", "discarded")
    ]
    assert Broadcast.objects.get().state == "finished"
    assert not open_holds().exists()


def test_replaced_by_a_newer_statement_it_is_not_counted_and_not_sent(provider):
    make_address(PHONE)
    said = open_incident()
    expand(said.number)
    restore()
    newer = incident_update(
        incident=incident_of(said), status="resolved", body=text("已恢复"), author=None
    )
    expand(newer.number)
    assert row_of(said).state == "held"
    assert (held_of(said.number).total, held_of(said.number).sendable) == (1, 0)
    decide(said.number, HoldStep.RELEASING)
    send_due(SMS)
    assert row_of(said).state == "superseded"
    assert row_of(newer).state == "sent"


def row_of(said):
    return Delivery.objects.get(statement=said)


@pytest.mark.parametrize("state", ["sent", "delivered", "undelivered", "failed"])
def test_a_receipt_proves_that_it_went_out(db, state):
    said = statement()
    held = deliver(said, "pending")
    restore()
    receipts_store("twilio", [ProviderReceipt(f"SM9:{state}", ReceiptState(state), "SM9", held.pk)])
    receipts_apply()
    assert (Delivery.objects.get().state, Delivery.objects.get().provider_id) == (state, "SM9")


def test_a_receipt_for_a_delivery_made_after_the_backup_finds_the_message(provider):
    said = told_since_the_backup()
    look(said.number)
    sid = row().provider_id
    Receipt.objects.all().delete()
    receipts_store(
        "twilio", [ProviderReceipt("k", ReceiptState.UNDELIVERED, sid, row().pk - 10**6)]
    )
    receipts_apply()
    assert row().state == "undelivered"


def test_new_deliveries_get_numbers_that_the_lost_database_never_gave(db):
    said = statement()
    before = deliver(said, "sent").pk
    restore()
    now = timezone.now().timestamp() * 1e6
    after = deliver(statement(), "sent").pk
    assert before < now - 10**9 < after <= now + 10**9


def test_who_is_told_one_by_one_is_asked_about_at_the_next_address_too(provider):
    said, first, _second = two_addresses()
    # The lost database had failed with the first number, and told the second.
    expand(said.number)
    Delivery.objects.update(address=F("address") + 1)
    send_due(SMS)
    Delivery.objects.all().delete()
    Broadcast.objects.update(state="expanding", cursor=0, expanded_at=None)
    restore()
    look(said.number)
    provider.switch("refuse", code=21617, to=PHONE)
    decide(said.number, HoldStep.RELEASING)
    send_due(SMS)
    assert Delivery.objects.get(address=first).state == "failed"
    due_now()
    resolve_unknown()
    assert row(OTHER).state == "sent"
    assert len(on_the_phone(provider, OTHER)) == 1


def two_addresses():
    first, second = make_address(PHONE), make_address(OTHER, position=1)
    stranger, second.subscriber = second.subscriber, first.subscriber
    second.save()
    stranger.delete()
    Subscriber.objects.update(one_by_one=True)
    return open_incident(), first, second


def test_staff_are_not_told_again_of_an_open_alarm(db):
    Alarm.objects.create(kind=Alarm.Kind.PROVIDER_DOWN, subject=SMS)
    restore()
    assert Alarm.objects.get().told_at


def test_a_second_restore_asks_again(db):
    make_address(PHONE)
    said = open_incident()
    restore()
    hold_decide(said.number, HoldStep.RELEASING)
    restore()
    assert Hold.objects.get().step == HoldStep.WAITING


def test_a_statement_is_old_after_the_hours_of_the_setting(db, settings):
    said = open_incident(published_at=timezone.now() - timedelta(hours=3))
    restore()
    hold = Hold.objects.get(pk=said.number)
    settings.RELEASE_TWICE_AFTER_HOURS = 4
    assert not is_old(hold)
    settings.RELEASE_TWICE_AFTER_HOURS = 2
    assert is_old(hold)


DECISIONS = (HoldStep.LOOKING, HoldStep.RELEASING, HoldStep.DISCARDING)


@pytest.mark.parametrize("before", HoldStep.values)
@pytest.mark.parametrize("step", DECISIONS)
def test_a_decision_follows_only_where_the_table_says_so(db, before, step):
    make_address(PHONE)
    said = open_incident()
    restore()
    Hold.objects.update(step=before)
    assert hold_decide(said.number, step) == (step in HOLD_TRANSITIONS[before])


def test_who_was_erased_since_the_backup_gets_nothing_when_it_is_released(provider):
    leaving = make_address(PHONE)
    make_address(OTHER)
    said = open_incident()
    expand(said.number)
    Withdrawal.objects.create(act="erased", channel=SMS, blind_index=leaving.blind_index)
    restore()
    with connection.cursor() as cursor:
        cursor.execute(APPLY)
    decide(said.number, HoldStep.RELEASING)
    due_now()
    send_due(SMS)
    assert [one.state for one in Delivery.objects.filter(address_id=leaving.pk)] == ["suppressed"]
    assert on_the_phone(provider) == []
    assert len(on_the_phone(provider, OTHER)) == 1
