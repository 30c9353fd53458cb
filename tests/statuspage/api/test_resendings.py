"""Reactivate and send again over the API: numbers first, once, and only by who may."""

import pytest
from django.utils import timezone

from notifications.delivery.models import Delivery
from notifications.delivery.resending import resendings_work
from notifications.subscribers.models import Address
from statuspage.staff.models import AuditEntry
from tests.factories import make_address
from tests.notifications.delivery.rows import deliver, statement
from tests.statuspage.api.client import Caller

pytestmark = pytest.mark.django_db
PATH = "resendings/"


@pytest.fixture
def said():
    """A statement that three numbers did not get, for a carrier did not know them."""
    said = statement()
    for _ in range(3):
        stopped = {"suppressed_at": timezone.now(), "suppressed_for": "unknown_number"}
        deliver(said, "undelivered", reason="unknown_number", address=make_address(**stopped))
    return said


def test_without_numbers_it_only_says_them(approver: Caller, said) -> None:
    answer = approver.post(PATH, {"stopped_for": "unknown_number"})
    assert answer.status_code == 200
    numbers = answer.json()
    assert (numbers["addresses"], numbers["messages"]) == (3, 3)
    assert float(numbers["cost"]) > 0
    assert numbers["by_statement"] == [{"statement": said.number, "messages": 3}]
    resendings_work()
    assert Delivery.objects.filter(state="undelivered").count() == 3


@pytest.mark.parametrize("which", ["stopped_for", "statement"])
def test_with_them_it_is_done_once_and_recorded(approver: Caller, said, which: str) -> None:
    about = {"stopped_for": "unknown_number"}
    if which == "statement":
        about = {"statement": said.number, "state": "undelivered", "channel": "twilio_sms"}
    confirmed = {**about, "addresses": 3, "messages": 3}
    begun = approver.post(PATH, confirmed)
    assert begun.status_code == 201
    assert approver.post(PATH, confirmed).status_code == 409
    resendings_work()
    done = approver.get(f"{PATH}{begun.json()['id']}/").json()
    assert (done["addresses"], done["messages"]) == (3, 3)
    assert done["finished_at"]
    assert Delivery.objects.filter(state="pending").count() == 3
    assert not Address.objects.filter(suppressed_at__isnull=False).exists()
    assert AuditEntry.objects.filter(act="resending.begun").count() == 1
    assert approver.post(PATH, confirmed).status_code == 409


def test_numbers_that_have_changed_are_asked_for_again(approver: Caller, said) -> None:
    about = {"stopped_for": "unknown_number", "addresses": 3, "messages": 2}
    assert approver.post(PATH, about).status_code == 409
    resendings_work()
    assert Delivery.objects.filter(state="undelivered").count() == 3


@pytest.mark.parametrize(
    "about",
    [
        {},
        {"channel": "sms"},
        {"stopped_for": "opted_out"},
        {"stopped_for": "unsubscribed"},
        {"stopped_for": "not_a_follower"},
        {"stopped_for": "nonsense"},
        {"stopped_for": "failing", "statement": 1},
        {"stopped_for": "failing", "state": "failed"},
        {"statement": 0},
        {"statement": 1, "channel": "pigeon"},
        {"statement": 1, "reason": "nonsense"},
    ],
)
def test_everything_at_once_and_what_owners_stopped_are_refused(approver: Caller, about) -> None:
    assert approver.post(PATH, about).status_code == 400
