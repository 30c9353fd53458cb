"""What each outcome makes of a delivery, row by row, and what a lost fence changes: nothing."""

from datetime import timedelta

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from notifications.channels import medium
from notifications.channels.outcomes import Accepted, Failed, NotSent, Reason, Unknown
from notifications.delivery.broadcasts import expand
from notifications.delivery.claim import claim
from notifications.delivery.models import Delivery
from notifications.delivery.results import (
    BACKOFF_LIMIT_SECONDS,
    OWN_LIMIT,
    backoff,
    result_of,
    write_results,
)
from notifications.subscribers.models import Address, Consent
from statuspage.lib.database_clock import database_now
from tests.factories import make_address, open_incident

pytestmark = pytest.mark.django_db
SMS = "sms"


@pytest.fixture
def claimed():
    make_address()
    expand(open_incident().number)
    (one,), _ = claim(SMS, 1)
    return one


def write(claimed, outcome, *, segments=1, on=SMS):
    """Write one outcome; the row as it then is, and whether it took it."""
    written = write_results(
        [(result_of(medium(on).leading(), claimed, outcome, database_now()), segments)]
    )
    return Delivery.objects.get(pk=claimed.id), written


def test_accepted_is_sent_with_the_providers_id_and_its_cost(claimed):
    row, written = write(claimed, Accepted("SM7"), segments=3)
    assert written == 1
    assert (row.state, row.provider_id, row.segments) == ("sent", "SM7", 3)
    assert row.sent_at
    assert row.settled_at is None


def test_failed_is_settled_with_its_reason_and_code(claimed):
    row, _ = write(claimed, Failed(Reason.BLOCKED, "30007"))
    assert (row.state, row.reason, row.code) == ("failed", "blocked", "30007")
    assert row.settled_at
    assert Address.objects.get().suppressed_at is None


def test_an_opt_out_suppresses_the_address_and_withdraws_consent(claimed):
    write(claimed, Failed(Reason.OPTED_OUT, "21610", suppress=True))
    address = Address.objects.get()
    assert address.suppressed_for == "opted_out"
    assert Consent.objects.get(address=address).act == "withdrawn"


def test_a_bad_address_is_suppressed_without_touching_consent(claimed):
    write(claimed, Failed(Reason.BAD_ADDRESS, "21211", suppress=True))
    assert Address.objects.get().suppressed_for == "bad_address"
    assert not Consent.objects.exists()


def test_not_sent_waits_and_keeps_its_attempt(claimed):
    row, _ = write(claimed, NotSent(Reason.OTHER, "frame"))
    assert (row.state, row.attempts, row.reason) == ("pending", 1, "other")
    assert row.due_at > timezone.now()


def test_not_sent_waits_as_long_as_the_provider_says(claimed):
    row, _ = write(claimed, NotSent(Reason.RATE_LIMITED, "429", retry_after=90))
    wait = row.due_at - timezone.now()
    assert timedelta(seconds=80) < wait <= timedelta(seconds=90)


def test_our_own_limit_uses_up_no_attempt(claimed, settings):
    settings.DELIVERY_MAX_ATTEMPTS = 1
    row, _ = write(claimed, NotSent(Reason.RATE_LIMITED, OWN_LIMIT, retry_after=3))
    assert (row.state, row.attempts) == ("pending", 0)


@pytest.mark.parametrize("reason", [Reason.RATE_LIMITED, Reason.QUOTA, Reason.NO_CREDENTIALS])
def test_what_is_the_accounts_fault_never_uses_up_the_messages_attempts(claimed, settings, reason):
    settings.DELIVERY_MAX_ATTEMPTS = 1
    row, _ = write(claimed, NotSent(reason, "429"))
    assert (row.state, row.attempts, row.reason) == ("pending", 0, reason)
    assert row.due_at > timezone.now()


def test_the_last_attempt_that_was_not_sent_has_failed(claimed, settings):
    settings.DELIVERY_MAX_ATTEMPTS = 1
    row, _ = write(claimed, NotSent(Reason.OTHER, "frame"))
    assert (row.state, row.reason, row.code) == ("failed", "other", "frame")


@pytest.mark.parametrize(
    ("reason", "attempts"),
    [(Reason.UNKNOWN_CODE, 1), (Reason.PROVIDER_ERROR, 0), (Reason.CONNECTION, 0)],
)
def test_what_says_nothing_of_the_message_has_no_last_attempt_but_a_last_hour(
    claimed, settings, reason, attempts
):
    settings.DELIVERY_MAX_ATTEMPTS = 1
    row, _ = write(claimed, NotSent(reason, "451"))
    assert (row.state, row.reason, row.attempts) == ("pending", reason, attempts)
    long_ago = timezone.now() - timedelta(hours=settings.DELIVERY_GIVE_UP_HOURS + 1)
    Delivery.objects.update(first_tried_at=long_ago, due_at=long_ago + timedelta(hours=2))
    (again,), _ = claim(SMS, 1)
    assert write(again, NotSent(reason, "451"))[0].state == "failed"


def test_unknown_waits_to_be_looked_for(claimed, settings):
    settings.DELIVERY_RESOLVE_AFTER_SECONDS = 120
    row, _ = write(claimed, Unknown(Reason.TIMEOUT, "ServerTimeoutError"))
    assert (row.state, row.reason) == ("unknown", "timeout")
    assert row.due_at > timezone.now() + timedelta(seconds=100)


@pytest.mark.parametrize("name", ["wechat", "webhook"])
def test_unknown_is_repeated_where_the_receiver_recognises_it(claimed, name):
    row, _ = write(claimed, Unknown(Reason.TIMEOUT), on=name)
    assert row.state == "pending"


@pytest.mark.parametrize("name", ["wechat", "webhook"])
def test_unknown_is_not_repeated_when_the_receiver_may_have_forgotten_it(claimed, name):
    long_ago = timezone.now() - timedelta(days=2)
    Delivery.objects.update(first_tried_at=long_ago, state="pending", due_at=long_ago)
    (again,), _ = claim(SMS, 1)
    row, _ = write(again, Unknown(Reason.TIMEOUT), on=name)
    assert row.state == "unknown"


def test_a_very_long_code_is_cut_and_not_lost(claimed):
    row, written = write(claimed, Unknown(Reason.OTHER, "E" * 200))
    assert written == 1
    assert row.code == "E" * 40


@pytest.mark.parametrize(
    "outcome",
    [
        Accepted("SMlate"),
        Failed(Reason.BLOCKED, "30007"),
        NotSent(Reason.CONNECTION),
        Unknown(Reason.TIMEOUT),
    ],
    ids=lambda outcome: type(outcome).__name__,
)
def test_a_worker_that_lost_its_lease_writes_nothing(claimed, outcome):
    Delivery.objects.update(fence=claimed.fence + 1, state="pending", provider_id="")
    before = Delivery.objects.values().get()
    _, written = write(claimed, outcome)
    assert written == 0
    assert Delivery.objects.values().get() == before


@pytest.mark.parametrize("receipt", ["sent", "delivered", "undelivered"])
def test_an_answer_after_its_receipt_only_adds_what_is_missing(claimed, receipt):
    Delivery.objects.update(state=receipt, provider_id="SM7")
    row, _ = write(claimed, Accepted("SM7"), segments=2)
    assert (row.state, row.provider_id, row.segments) == (receipt, "SM7", 2)
    assert row.sent_at


def test_a_doubtful_answer_does_not_undo_a_receipt(claimed):
    Delivery.objects.update(state="delivered", provider_id="SM7")
    row, _ = write(claimed, Unknown(Reason.TIMEOUT))
    assert (row.state, row.provider_id) == ("delivered", "SM7")


def test_nothing_to_write_is_nothing(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert write_results([]) == 0


def test_a_batch_is_written_row_by_row_in_one_go():
    for _ in range(6):
        make_address()
    expand(open_incident().number)
    batch, _ = claim(SMS, 6)
    outcomes = [
        Accepted("SM0"),
        Failed(Reason.BLOCKED, "30007"),
        NotSent(Reason.CONNECTION),
        Unknown(Reason.TIMEOUT),
        Accepted("SM4"),
        Failed(Reason.BAD_ADDRESS, "21211", suppress=True),
    ]
    results = [
        (result_of(medium(SMS).leading(), one, outcome, database_now()), 1)
        for one, outcome in zip(batch, outcomes, strict=True)
    ]
    assert write_results(results) == 6
    states = dict(Delivery.objects.values_list("pk", "state"))
    assert [states[one.id] for one in batch] == [
        "sent",
        "failed",
        "pending",
        "unknown",
        "sent",
        "failed",
    ]
    assert Address.objects.exclude(suppressed_at=None).get().pk == batch[5].address_id


@given(st.integers(0, 60))
def test_backing_off_is_never_at_once_and_never_for_ever(attempts):
    wait = backoff(attempts).total_seconds()
    assert 0.5 <= wait <= BACKOFF_LIMIT_SECONDS


def test_backing_off_is_spread_so_that_not_everyone_comes_back_together():
    assert len({backoff(5) for _ in range(50)}) > 40
