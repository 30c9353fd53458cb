"""A webhook that fails ten times within an hour is left alone."""

from datetime import timedelta

import pytest
from django.utils import timezone

from notifications.channels import medium
from notifications.channels.outcomes import Accepted, NotSent, Reason, Unknown
from notifications.delivery.broadcasts import expand
from notifications.delivery.claim import claim
from notifications.delivery.models import Delivery
from notifications.delivery.results import OWN_LIMIT, result_of, write_results
from notifications.subscribers.models import Address
from statuspage.lib.database_clock import database_now
from tests.factories import make_address, open_incident

pytestmark = pytest.mark.django_db
HOOK = "webhook"
BROKEN = NotSent(Reason.CONNECTION, "refused")


@pytest.fixture
def hook():
    return make_address("https://merchant.example/hook", channel=HOOK)


def meet(outcome, name=HOOK):
    expand(open_incident().number)
    (claimed,), _ = claim(name, 1)
    write_results([(result_of(medium(name).leading(), claimed, outcome, database_now()), 1)])
    Delivery.objects.exclude(state="sent").update(state="failed")


def test_the_tenth_failure_within_an_hour_is_the_last(hook):
    for _ in range(9):
        meet(BROKEN)
    hook.refresh_from_db()
    assert (hook.failures, hook.suppressed_at) == (9, None)
    meet(Unknown(Reason.TIMEOUT))
    hook.refresh_from_db()
    assert hook.suppressed_at
    assert hook.suppressed_for == "failing"
    expand(open_incident().number)
    assert claim(HOOK, 1) == ([], 0)


def test_an_answer_forgives_what_was_before(hook):
    for _ in range(9):
        meet(BROKEN)
    meet(Accepted("1"))
    meet(BROKEN)
    hook.refresh_from_db()
    assert (hook.failures, hook.suppressed_at) == (1, None)


def test_failures_of_an_hour_ago_do_not_count(hook):
    for _ in range(9):
        meet(BROKEN)
    Address.objects.update(failing_since=timezone.now() - timedelta(minutes=61))
    meet(BROKEN)
    hook.refresh_from_db()
    assert (hook.failures, hook.suppressed_at) == (1, None)


def test_our_own_limit_is_no_failure_of_theirs(hook):
    meet(NotSent(Reason.RATE_LIMITED, OWN_LIMIT, 1.0))
    hook.refresh_from_db()
    assert hook.failures == 0


def test_a_phone_is_not_watched():
    phone = make_address()
    for _ in range(10):
        meet(BROKEN, "sms")
    phone.refresh_from_db()
    assert (phone.failures, phone.suppressed_at) == (0, None)
