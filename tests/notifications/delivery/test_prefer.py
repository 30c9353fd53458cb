"""What nobody can be asked about: the settings say whether it may be lost or may be doubled."""

from datetime import timedelta

import pytest
from django.utils import timezone

from notifications.delivery.broadcasts import expand
from notifications.delivery.claim import claim
from notifications.delivery.models import Delivery
from notifications.delivery.resolve import NEVER, resolve_unknown
from tests.factories import make_address, open_incident

pytestmark = pytest.mark.django_db
ROBOT = "robot"


def lost_in_a_group():
    make_address("a1b2c3d4-0000-4000-8000-000000000000", channel=ROBOT)
    expand(open_incident().number)
    claim(ROBOT, 1)
    Delivery.objects.update(state="unknown", due_at=timezone.now() - timedelta(hours=1))
    resolve_unknown()
    return Delivery.objects.get()


def test_by_default_a_lost_message_is_left_to_people():
    left = lost_in_a_group()
    assert (left.state, left.due_at) == ("unknown", NEVER)


def test_a_channel_may_prefer_to_double(settings):
    settings.DELIVERY_PREFER_DUP = [ROBOT]
    assert lost_in_a_group().state == "pending"


def test_a_message_is_doubled_no_more_after_the_last_attempt(settings):
    settings.DELIVERY_PREFER_DUP, settings.DELIVERY_MAX_ATTEMPTS = [ROBOT], 1
    left = lost_in_a_group()
    assert (left.state, left.due_at) == ("unknown", NEVER)
