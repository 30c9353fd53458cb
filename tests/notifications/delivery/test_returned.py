"""A receipt that says "certainly not sent": back to the queue, once, with an end."""

from datetime import timedelta
from itertools import permutations
from uuid import uuid4

import pytest
from django.db.models.functions import Now

from notifications.channels.outcomes import ProviderReceipt, Reason
from notifications.delivery import refusals
from notifications.delivery.broadcasts import expand
from notifications.delivery.claim import claim
from notifications.delivery.models import Alarm, Broadcast, Delivery, Spending
from notifications.delivery.receipts import receipts_apply, receipts_store
from notifications.delivery.resolve import finish_broadcasts
from notifications.delivery.send import send_due
from notifications.subscribers.models import Subscriber
from tests.factories import make_address, open_incident
from tests.notifications.delivery.steps import PHONE, SMS, broadcast, due_now, on_the_phone, row

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.within_the_hour]


def tell(state="not_sent", *, of=None, key="", reason=Reason.QUOTA, **values):
    """A receipt on the delivery as it was at some time, and what follows."""
    of = of or row()
    receipt = ProviderReceipt(
        **{
            "key": key or f"{of.provider_id}:{state}",
            "state": state,
            "provider_id": of.provider_id,
            "delivery_id": of.pk,
            "attempt_id": of.attempt_id,
            "code": "30001",
            "reason": reason,
            **values,
        }
    )
    receipts_store("twilio", [receipt])
    receipts_apply()
    return row()


@pytest.fixture(autouse=True)
def alone(provider, settings):
    """Twilio, and nobody beside it: test_returned_to_the_next.py is about the others."""
    settings.ALIYUN_SMS_ACCESS_KEY_ID = ""


@pytest.fixture
def sent(provider):
    broadcast()
    send_due(SMS)
    assert row().state == "sent"
    return row()


def test_it_waits_and_is_sent_again_once(provider, sent):
    waiting = tell()
    assert (waiting.state, waiting.reason, waiting.code) == ("pending", "quota", "30001")
    assert (waiting.sent_at, waiting.settled_at, waiting.provider_id) == (None, None, "")
    assert waiting.due_at > waiting.updated_at + timedelta(seconds=25)
    send_due(SMS)
    assert len(on_the_phone(provider)) == 1
    due_now()
    send_due(SMS)
    assert row().state == "sent"
    assert len(on_the_phone(provider)) == 2


def test_copies_of_it_send_no_third(provider, sent):
    tell()
    tell(of=sent, key="SM1:failed")
    due_now()
    send_due(SMS)
    second = row()
    for copy in ("SM1:failed again", "SM1:asked"):
        assert tell(of=sent, key=copy).state == "sent"
        assert tell(of=sent, key=f"{copy} without", attempt_id=None, delivery_id=None)
    assert row().provider_id == second.provider_id
    due_now()
    send_due(SMS)
    assert len(on_the_phone(provider)) == 2


@pytest.mark.parametrize("late", ["sent", "undelivered", "failed"])
def test_what_else_is_said_of_that_try_takes_no_part(sent, late):
    tell()
    assert tell(late, of=sent).state == "pending"


def test_that_it_arrived_after_all_is_believed(provider, sent):
    tell()
    assert tell("delivered", of=sent).state == "delivered"
    due_now()
    send_due(SMS)
    assert len(on_the_phone(provider)) == 1


@pytest.mark.parametrize("order", [*permutations(["sent", "not_sent"])])
def test_any_order_in_one_batch_ends_in_the_queue(sent, order):
    receipts = [
        ProviderReceipt(
            f"SM:{state}", state, sent.provider_id, sent.pk, sent.attempt_id, reason=Reason.QUOTA
        )
        for state in order
    ]
    receipts_store("twilio", receipts)
    receipts_apply()
    assert row().state == "pending"


def test_one_that_overtakes_the_answer_counts_and_the_answer_does_not(provider):
    broadcast()
    (claimed,), _ = claim(SMS, 1, "twilio")
    assert tell(of=row(), provider_id="SM9").state == "pending"
    from notifications.channels import provider as find_provider
    from notifications.channels.outcomes import Accepted
    from notifications.delivery.results import result_of, write_results
    from statuspage.lib.database_clock import database_now

    late = result_of(find_provider("twilio"), claimed, Accepted("SM9"), database_now())
    assert write_results([(late, 1)]) == 0
    assert (row().state, row().provider_id) == ("pending", "")


@pytest.mark.parametrize("state", ["delivered", "undelivered", "failed", "held", "superseded"])
def test_what_has_ended_stays_so(sent, state):
    Delivery.objects.update(state=state)
    assert tell(of=sent).state == state


@pytest.mark.parametrize("state", ["sending", "unknown", "sent", "unconfirmed"])
def test_it_counts_for_every_open_state(sent, state):
    Delivery.objects.update(state=state)
    assert tell(of=sent).state == "pending"


def test_another_attempt_is_another(sent):
    assert tell(of=sent, attempt_id=uuid4()).state == "sent"


def test_one_without_our_ids_is_matched_by_the_providers(sent):
    assert tell(of=sent, attempt_id=None, delivery_id=None).state == "pending"


def test_it_has_an_end_after_many_tries(sent, settings):
    Delivery.objects.update(attempts=settings.DELIVERY_MAX_ATTEMPTS)
    failed = tell(of=sent)
    assert (failed.state, failed.reason) == ("failed", "quota")
    assert failed.settled_at


def test_it_has_an_end_after_long_and_the_next_address_is_told(provider, settings):
    phone, mail = make_address(PHONE), make_address("me@example.com", "email")
    mail.subscriber, mail.position = phone.subscriber, 1
    mail.save()
    Subscriber.objects.update(one_by_one=True)
    expand(open_incident().number)
    send_due(SMS)
    hours = settings.DELIVERY_GIVE_UP_HOURS + 1
    Delivery.objects.update(first_tried_at=Now() - timedelta(hours=hours))
    assert tell().state == "failed"
    assert Delivery.objects.get(address=mail).state == "pending"


def test_a_finished_broadcast_goes_on(sent):
    finish_broadcasts()
    assert Broadcast.objects.get().state == "finished"
    tell(of=sent)
    assert Broadcast.objects.get().state == "sending"


def test_what_was_replaced_meanwhile_is_not_sent(provider, sent):
    tell()
    newer = open_incident()
    expand(newer.number)
    Broadcast.objects.filter(pk=sent.statement_id).update(superseded_by=[newer.number])
    due_now()
    send_due(SMS)
    assert Delivery.objects.get(pk=sent.pk).state == "superseded"


def test_its_cost_is_given_back_in_its_month(sent):
    assert Spending.objects.get().spent > 0
    tell()
    assert (Spending.objects.get().spent, Spending.objects.get().segments) == (0, 0)


def test_a_fault_that_an_operator_has_to_correct_waits_longer(sent):
    waiting = tell(reason=Reason.NO_CREDENTIALS)
    assert waiting.due_at > waiting.updated_at + timedelta(minutes=9)


class TestAccountsFault:
    """Receipts alone speak of it: the provider takes every message, and sends none."""

    @pytest.fixture
    def many(self, provider):
        broadcast(*(f"+861380013800{digit}" for digit in range(refusals.TELL_AFTER)))
        send_due(SMS)
        return [*Delivery.objects.all()]

    def fault(self, deliveries, key=""):
        for one in deliveries:
            told = {"reason": Reason.NO_CREDENTIALS, "code": "30002"}
            receipt = ProviderReceipt(
                *(f"{one.provider_id}{key}", "not_sent", one.provider_id),
                delivery_id=one.pk,
                attempt_id=one.attempt_id,
                **told,
            )
            receipts_store("twilio", [receipt])
        receipts_apply()

    def test_staff_are_told_once_and_what_is_accepted_then_ends_nothing(self, provider, many):
        self.fault(many)
        alarm = Alarm.objects.get()
        assert (alarm.subject, alarm.figures) == ("twilio:no_credentials", "30002")
        due_now()
        send_due(SMS)
        assert Delivery.objects.filter(state="sent").count() == len(many)
        assert Alarm.objects.get().over_at is None

    def test_the_first_that_arrives_ends_the_alarm(self, provider, many):
        self.fault(many)
        due_now()
        send_due(SMS)
        one = Delivery.objects.first()
        receipt = ProviderReceipt("SM:arrived", "delivered", one.provider_id, one.pk)
        receipts_store("twilio", [receipt])
        receipts_apply()
        assert Alarm.objects.get().over_at

    def test_it_has_no_last_try_but_a_last_hour(self, sent, settings):
        Delivery.objects.update(attempts=settings.DELIVERY_MAX_ATTEMPTS + 5)
        assert tell(reason=Reason.NO_CREDENTIALS, code="30002").state == "pending"
        hours = settings.DELIVERY_GIVE_UP_HOURS + 1
        Delivery.objects.update(state="sent", first_tried_at=Now() - timedelta(hours=hours))
        assert tell(reason=Reason.NO_CREDENTIALS, code="30002", key="late").state == "failed"
