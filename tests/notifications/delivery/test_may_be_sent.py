"""A try without a clear answer is remembered: what it may have sent is never called unsent."""

import pytest
from django.db.models.functions import Now
from pytest_django.fixtures import Settings

from notifications.channels import medium
from notifications.channels.outcomes import Failed, NotSent, Outcome, Reason, Unknown
from notifications.delivery.broadcasts import expand
from notifications.delivery.claim import claim, expire_leases
from notifications.delivery.ledger import delivery_send_again
from notifications.delivery.models import Delivery
from notifications.delivery.resolve import resolve_unknown
from notifications.delivery.results import result_of, write_results
from notifications.delivery.states import NEVER
from notifications.subscribers.models import Address
from notifications.subscribers.services.subscriptions import addresses_suppress
from statuspage.incidents.services.incidents import incident_update
from statuspage.lib.database_clock import database_now
from statuspage.statements.models import Statement
from tests.factories import incident_of, make_address, open_incident, text
from tests.notifications.delivery.steps import due_now

pytestmark = pytest.mark.django_db
WECHAT = "wechat"
FOLLOWER = "oAbCdEfGhIjKlMnOpQrStUvWxYz1"
NO_ANSWER = Unknown(Reason.TIMEOUT)
REFUSED = NotSent(Reason.OTHER)


@pytest.fixture
def statement() -> Statement:
    make_address(FOLLOWER, WECHAT)
    said = open_incident()
    expand(said.number)
    return said


def say_more(statement: Statement) -> None:
    said = incident_update(
        incident=incident_of(statement), status="identified", body=text("已找到原因。"), author=None
    )
    expand(said.number)


def attempt(outcome: Outcome) -> Delivery:
    due_now()
    [one], _ = claim(WECHAT, 1)
    write_results([(result_of(medium(WECHAT).leading(), one, outcome, database_now()), 1)])
    return Delivery.objects.get(pk=one.id)


def test_a_newer_statement_leaves_it_unconfirmed_and_not_superseded(statement: Statement) -> None:
    row = attempt(NO_ANSWER)
    assert (row.state, row.may_be_sent) == ("pending", True)
    say_more(statement)
    row.refresh_from_db()
    assert row.state == "unconfirmed"
    assert row.sent_at == row.first_tried_at
    assert row.settled_at


def test_one_that_certainly_did_not_go_out_is_superseded(statement: Statement) -> None:
    row = attempt(REFUSED)
    say_more(statement)
    row.refresh_from_db()
    assert (row.state, row.may_be_sent) == ("superseded", False)


def test_an_address_that_was_stopped_meanwhile_is_no_reason_to_call_it_unsent(
    statement: Statement,
) -> None:
    row = attempt(NO_ANSWER)
    addresses_suppress([Address.objects.get().pk], reason="unsubscribed", source="web")
    due_now()
    assert claim(WECHAT, 1) == ([], 1)
    row.refresh_from_db()
    assert row.state == "unconfirmed"


def test_giving_up_after_an_unclear_try_notifies_nobody_at_the_next_address(
    settings: Settings,
) -> None:
    settings.DELIVERY_MAX_ATTEMPTS = 2
    address = make_address(FOLLOWER, WECHAT)
    address.subscriber.one_by_one = True
    address.subscriber.save()
    second = make_address("+8613800138001", position=1)
    second.subscriber = address.subscriber
    second.save()
    expand(open_incident().number)
    attempt(NO_ANSWER)
    row = attempt(REFUSED)
    assert row.state == "unconfirmed"
    assert Delivery.objects.count() == 1


def test_no_clear_answer_at_the_last_try_is_looked_into_and_not_failed(settings: Settings) -> None:
    settings.DELIVERY_MAX_ATTEMPTS = 1
    make_address(FOLLOWER, WECHAT)
    expand(open_incident().number)
    assert attempt(NO_ANSWER).state == "unknown"


def test_what_the_provider_refuses_did_not_go_out_before_either(statement: Statement) -> None:
    attempt(NO_ANSWER)
    assert attempt(Failed(Reason.BLOCKED, "43004")).state == "failed"


def test_a_lost_worker_may_have_sent_what_it_held(statement: Statement, settings: Settings) -> None:
    settings.DELIVERY_LEASE_SECONDS = -1
    settings.DELIVERY_RESOLVE_AFTER_SECONDS = -1
    claim(WECHAT, 1)
    assert expire_leases() == 1
    resolve_unknown()
    row = Delivery.objects.get()
    assert (row.state, row.may_be_sent) == ("pending", True)


def test_a_repetition_that_comes_too_late_is_left_to_people(statement: Statement) -> None:
    memory = medium(WECHAT).leading().recognises_repeats_for
    row = attempt(NO_ANSWER)
    assert row.repeat_until == row.first_tried_at + memory
    Delivery.objects.update(first_tried_at=Now() - memory, repeat_until=Now() - memory)
    due_now()
    assert claim(WECHAT, 1) == ([], 1)
    resolve_unknown()
    row.refresh_from_db()
    assert (row.state, row.due_at) == ("unknown", NEVER)


def test_what_staff_then_send_again_is_no_repetition(statement: Statement) -> None:
    memory = medium(WECHAT).leading().recognises_repeats_for
    row = attempt(NO_ANSWER)
    Delivery.objects.update(state="unknown", due_at=NEVER, repeat_until=Now() - memory)
    assert delivery_send_again(row.pk)
    due_now()
    assert len(claim(WECHAT, 1)[0]) == 1


def test_what_was_refused_since_may_have_gone_out_before_and_has_no_more_time(
    statement: Statement,
) -> None:
    until = attempt(NO_ANSWER).repeat_until
    assert attempt(REFUSED).repeat_until == until
