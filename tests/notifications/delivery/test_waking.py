"""How many processes send: as many as there are, once there is work for more than one."""

import pytest

from notifications.channels import medium
from notifications.delivery.models import Broadcast
from notifications.delivery.send import send_batch, send_due
from tests.factories import make_address, open_incident
from tests.notifications.delivery.steps import SMS, broadcast

pytestmark = pytest.mark.django_db(transaction=True)
NUMBERS = [f"+86138001381{number:02}" for number in range(12)]
WOKEN = [("delivery.send", SMS)]


@pytest.fixture(autouse=True)
def small_batches(settings, provider):
    settings.DELIVERY_BATCH = 5


def test_a_full_batch_wakes_another_process(asked):
    broadcast(*NUMBERS)
    asked()
    assert send_batch(medium(SMS)) == 5
    assert asked() == WOKEN


def test_what_is_left_of_a_batch_wakes_nobody(asked):
    broadcast(*NUMBERS[:3])
    asked()
    assert send_batch(medium(SMS)) == 3
    assert asked() == []


def test_many_full_batches_leave_one_request_in_the_queue(asked):
    broadcast(*NUMBERS)
    asked()
    send_due(SMS)
    assert asked() == WOKEN


def test_expanding_comes_first(asked):
    broadcast(*NUMBERS)
    make_address("+8613800139999")
    open_incident()  # and nobody has expanded it
    asked()
    assert Broadcast.objects.filter(state="expanding").count() == 1
    send_batch(medium(SMS))
    assert asked() == []
