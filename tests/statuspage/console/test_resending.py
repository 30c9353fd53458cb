"""Reactivate and send again in the console: numbers first, once, and only as they were shown."""

import pytest
from django.test import Client
from django.utils import timezone

from notifications.delivery.acts import Resending
from notifications.delivery.models import Delivery
from notifications.delivery.resending import resendings_work
from notifications.subscribers.models import Address
from statuspage.console.models import Decision
from statuspage.statements.models import Statement
from tests.factories import make_address
from tests.notifications.delivery.rows import deliver, statement
from tests.statuspage.console.browser import signed_in

pytestmark = pytest.mark.django_db
PATH = "/console/quarantine/unknown_number/reactivate/"


def miss(said: Statement) -> None:
    """One more number that a carrier did not know."""
    stopped = {"suppressed_at": timezone.now(), "suppressed_for": "unknown_number"}
    deliver(said, "undelivered", reason="unknown_number", address=make_address(**stopped))


@pytest.fixture
def said() -> Statement:
    said = statement()
    for _ in range(3):
        miss(said)
    return said


@pytest.fixture
def approver() -> Client:
    return signed_in("approver")


def test_looking_shows_the_numbers_and_changes_nothing(approver: Client, said: Statement) -> None:
    page = approver.get(PATH, headers={"Accept-Language": "en"}).content.decode()
    assert "3 addresses will be reactivated." in page
    assert "3 messages will be sent again." in page
    assert not Resending.objects.exists()


def test_pressed_twice_or_by_two_it_is_one_act(approver: Client, said: Statement) -> None:
    shown = {"addresses": "3", "messages": "3"}
    assert approver.post(PATH, shown).status_code == 302
    assert signed_in("admin").post(PATH, shown).status_code == 302
    assert approver.post(PATH, shown).status_code == 302
    assert Resending.objects.count() == Decision.objects.count() == 1
    resendings_work()
    assert Delivery.objects.filter(state="pending").count() == 3
    # Back, and pressed once more when it is done: nothing is left to do.
    approver.post(PATH, shown)
    assert Resending.objects.count() == 1


def test_numbers_that_have_changed_since_are_shown_again(approver: Client, said: Statement) -> None:
    miss(said)
    answer = approver.post(PATH, {"addresses": "3", "messages": "3"}, HTTP_ACCEPT_LANGUAGE="en")
    assert answer.status_code == 200
    assert "The numbers have changed." in answer.content.decode()
    assert 'name="messages" value="4"' in answer.content.decode()
    assert not Resending.objects.exists()


@pytest.mark.parametrize("role", ["author", "auditor"])
def test_who_may_not_approve_may_not_do_this(role: str, said: Statement) -> None:
    browser = signed_in(role)
    assert browser.get(PATH).status_code == 403
    assert browser.post(PATH).status_code == 403
    assert Address.objects.filter(suppressed_at=None).count() == 0


@pytest.mark.parametrize("reason", ["opted_out", "unsubscribed", "not_a_follower", "nonsense"])
def test_what_owners_stopped_is_not_offered(approver: Client, reason: str) -> None:
    assert approver.get(PATH.replace("unknown_number", reason)).status_code == 404
