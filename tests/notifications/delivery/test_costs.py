"""The month's spending is what the providers accepted, whatever happened on the way."""

import random
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import OperationalError
from django.db.models.functions import Now

from notifications.channels import provider as find_provider
from notifications.channels import sms_text
from notifications.channels.base import Content
from notifications.channels.outcomes import (
    Accepted,
    Failed,
    NotSent,
    ProviderReceipt,
    Reason,
    Unknown,
)
from notifications.delivery import budget
from notifications.delivery.broadcasts import expand
from notifications.delivery.claim import claim, expire_leases
from notifications.delivery.ledger import deliveries_retry
from notifications.delivery.messages import message_of
from notifications.delivery.models import Delivery, Spending
from notifications.delivery.receipts import receipts_apply, receipts_store
from notifications.delivery.resolve import resolve_unknown
from notifications.delivery.results import result_of, write_results
from notifications.delivery.send import send_due
from statuspage.lib.database_clock import database_now
from tests.factories import open_incident
from tests.notifications.delivery.steps import SMS, broadcast, due_now

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.within_the_hour]
PHONES = [f"+861380013800{digit}" for digit in range(6)]
PRICE = Decimal("0.05")
TWILIO = find_provider("twilio")
FAULTS = [
    {"fault": "rate_limited"},
    {"fault": "drop_before"},
    {"fault": "drop_after"},
    *({"fault": "refuse", "code": code} for code in (21211, 21705, 99999)),
]


@pytest.fixture(autouse=True)
def _prices(settings):
    settings.SMS_PRICES = {"86": PRICE, "*": Decimal("0.60")}
    settings.DELIVERY_RESOLVE_AFTER_SECONDS = 1


def spent():
    return sum((one.spent for one in Spending.objects.all()), Decimal(0))


def accepted(provider):
    """What the providers have taken, in segments."""
    return sum(sms_text.segments(one["body"]) for one in provider.messages())


def booked(*, segments=2, month=None):
    """Claim one and book it, as a worker does; return the claim."""
    (claimed,), _ = claim(SMS, 1, "twilio")
    message = message_of(claimed, Content("x", segments=segments))
    assert budget.reserve([message], {claimed.id: claimed}, month)[0] == [message]
    return claimed


def settle(claimed, outcome, segments=2):
    write_results([(result_of(TWILIO, claimed, outcome, database_now()), segments)])


class TestOneTry:
    @pytest.fixture(autouse=True)
    def _one(self, db):
        broadcast(PHONES[0])

    @pytest.mark.parametrize(
        "outcome",
        [
            NotSent(Reason.NO_CREDENTIALS, "21705"),
            NotSent(Reason.CONNECTION),
            Failed(Reason.BAD_ADDRESS),
        ],
    )
    def test_what_was_not_accepted_costs_nothing(self, outcome):
        settle(booked(), outcome)
        assert (spent(), Spending.objects.get().segments) == (0, 0)
        assert Delivery.objects.get().segments == 0

    @pytest.mark.parametrize("outcome", [Accepted("SM1"), Unknown(Reason.TIMEOUT)])
    def test_what_was_or_may_have_been_costs_its_segments(self, outcome):
        settle(booked(segments=3), outcome, 3)
        assert (spent(), Spending.objects.get().segments) == (3 * PRICE, 3)

    def test_it_is_given_back_in_the_month_in_which_it_was_booked(self):
        january = date(2026, 1, 1)
        settle(booked(month=january), NotSent(Reason.QUOTA))
        assert Spending.objects.get(month=january).spent == 0
        assert spent() == 0

    def test_it_is_given_back_once(self):
        claimed = booked()
        for _ in range(3):
            settle(claimed, NotSent(Reason.QUOTA))
        assert spent() == 0

    def test_a_worker_that_was_overtaken_gives_back_nothing_of_the_other_s(self):
        first = booked()
        Delivery.objects.update(state="pending", due_at=Now() - timedelta(seconds=1))
        booked(segments=1)
        before = spent()
        settle(first, NotSent(Reason.QUOTA))
        assert spent() == before

    def test_one_that_died_before_booking_left_nothing(self):
        claim(SMS, 1, "twilio")
        Delivery.objects.update(lease_until=Now() - timedelta(seconds=1))
        expire_leases()
        assert (Delivery.objects.get().state, spent()) == ("unknown", 0)

    def test_the_next_provider_s_segments_are_those_of_its_own_text(self):
        settle(booked(segments=3), NotSent(Reason.NO_CREDENTIALS))
        due_now()
        settle(booked(segments=1), Accepted("SM1"), 1)
        assert spent() == PRICE

    def test_the_cap_is_not_used_up_by_tries_that_failed(self, settings):
        settings.SMS_MONTHLY_CAP = 2 * PRICE
        for _ in range(4):
            settle(booked(), NotSent(Reason.NO_CREDENTIALS))
            due_now()
        settle(booked(), Accepted("SM1"))
        assert spent() == settings.SMS_MONTHLY_CAP

    def test_what_staff_send_again_although_it_arrived_costs_twice(self):
        settle(booked(), Accepted("SM1"))
        Delivery.objects.update(state="failed")
        assert deliveries_retry(Delivery.objects.all()) == 1
        settle(booked(), Accepted("SM2"))
        assert spent() == 4 * PRICE


@pytest.mark.parametrize("seed", range(3))
def test_whatever_happens_the_spending_is_what_was_accepted(provider, settings, seed):
    choice = random.Random(seed)  # noqa: S311
    returned = 0
    broadcast(*PHONES)
    for _ in range(12):
        settings.SMS_PROVIDERS = choice.choice([["twilio"], ["aliyun"]])
        match choice.randrange(5):
            case 0:  # killed, before or after booking
                claimed, _ = claim(SMS, 2, settings.SMS_PROVIDERS[0])
                if choice.random() < 0.5 and claimed:
                    batch = [message_of(one, Content("x", segments=2)) for one in claimed]
                    budget.reserve(batch, {one.id: one for one in claimed})
                Delivery.objects.filter(state="sending").update(
                    lease_until=Now() - timedelta(seconds=1)
                )
                expire_leases()
            case 1:
                sent = Delivery.objects.filter(state="sent").order_by("?").first()
                if sent:
                    returned += sent.segments
                    not_sent(sent)
            case 2:
                expand(open_incident().number)
            case _:
                provider.switch(**choice.choice(FAULTS), count=choice.randrange(1, 4))
                due_now()
                send_due(SMS)
        due_now()
        resolve_unknown()
    provider.control("DELETE", "switches")
    for _ in range(8):
        due_now()
        resolve_unknown()
        due_now()
        send_due(SMS)
    assert not Delivery.objects.filter(state__in=["pending", "sending", "unknown"]).exists()
    segments = accepted(provider) - returned
    assert sum(one.segments for one in Spending.objects.all()) == segments
    assert spent() == segments * PRICE


def not_sent(delivery):
    receipt = ProviderReceipt(
        *(f"{delivery.pk}:{delivery.attempt_id}", "not_sent", delivery.provider_id),
        *(delivery.pk, delivery.attempt_id),
        reason=Reason.QUOTA,
    )
    receipts_store(delivery.provider, [receipt])
    receipts_apply()


def test_a_claim_that_cannot_be_booked_is_not_taken_for_one_that_was_sent(provider, monkeypatch):
    def away(*_given):
        raise OperationalError

    broadcast()
    monkeypatch.setattr(budget, "reserve", away)
    with pytest.raises(OperationalError):
        send_due(SMS)
    kept = Delivery.objects.get()
    assert (kept.state, kept.attempts, kept.may_be_sent) == ("pending", 0, False)
