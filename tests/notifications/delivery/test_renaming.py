"""The upgrade: what was called after a provider is a medium, and nobody is lost or told twice."""

from importlib import import_module

import pytest
from django.db import connection

from notifications.channels.outcomes import Inbound, InboundAction
from notifications.delivery.models import Alarm, Broadcast, Delivery, DeliveryCount, Receipt
from notifications.subscribers.models import Address, Withdrawal
from notifications.subscribers.services.inbound import inbound_apply
from statuspage.lib.database_clock import database_now
from tests.database.tampering import as_owner
from tests.factories import make_address
from tests.notifications.delivery.rows import deliver, statement

pytestmark = pytest.mark.django_db(transaction=True)
DELIVERY = import_module("notifications.delivery.migrations.0014_media_and_providers")
SUBSCRIBERS = import_module("notifications.subscribers.migrations.0014_media")
NAMED = ("delivery_delivery", "subscribers_address", "subscribers_withdrawal")


def as_before() -> None:
    """Give the rows the names of the release before."""
    with as_owner() as cursor:
        for table in NAMED:
            cursor.execute(f"UPDATE {table} SET channel = 'twilio_sms' WHERE channel = 'sms'")
            cursor.execute(f"UPDATE {table} SET channel = 'wecom' WHERE channel = 'robot'")
        cursor.execute(
            "UPDATE delivery_delivery SET provider = 'aliyun_sms' WHERE code = 'stood in'"
        )
        cursor.execute("UPDATE delivery_delivery SET provider = '' WHERE code <> 'stood in'")


def upgrade() -> None:
    with as_owner() as cursor:
        for one in (DELIVERY.DELIVERIES, DELIVERY.BROADCASTS, DELIVERY.CALLBACKS, DELIVERY.ALARMS):
            cursor.execute(one)
        cursor.execute(SUBSCRIBERS.RENAMES)


def test_deliveries_and_addresses_get_their_medium_and_their_provider() -> None:
    said, now = statement(), database_now()
    deliver(said, "sent", first_tried_at=now)
    deliver(said, "sent", code="stood in", first_tried_at=now)
    deliver(said, "pending")
    robot = make_address("0123456789-robot-key", channel="robot")
    deliver(said, "sent", channel="robot", address=robot, first_tried_at=now)
    as_before()
    upgrade()
    rows = Delivery.objects.order_by("pk").values_list("channel", "provider")
    assert [*rows] == [("sms", "twilio"), ("sms", "aliyun"), ("sms", ""), ("robot", "wecom")]
    assert {*Address.objects.values_list("channel", flat=True)} == {"sms", "robot"}


def test_counts_and_policies_of_broadcasts_are_kept() -> None:
    said = statement()
    Broadcast.objects.filter(pk=said.number).update(
        channels=["email", "twilio_sms", "wecom"], told={"email": 1, "twilio_sms": 7, "wecom": 2}
    )
    DeliveryCount.objects.create(
        broadcast_id=said.number, channel="twilio_sms", state="sent", count=7, segments=7,
        within_one_minute=7, within_five_minutes=7,
    )  # fmt: skip
    upgrade()
    kept = Broadcast.objects.get(pk=said.number)
    assert kept.channels == ["email", "sms", "robot"]
    assert kept.told == {"email": 1, "sms": 7, "robot": 2}
    assert DeliveryCount.objects.get().channel == "sms"


def test_a_receipt_that_was_stored_counts_once_and_an_alarm_can_end() -> None:
    for name in ("twilio_sms", "twilio"):
        Receipt.objects.create(channel=name, key="SM1:sent", provider_id="SM1", state="sent")
    Alarm.objects.create(kind=Alarm.Kind.PROVIDER_DOWN, subject="aliyun_sms")
    upgrade()
    assert [*Receipt.objects.values_list("channel", flat=True)] == ["twilio"]
    assert Alarm.objects.get().subject == "aliyun"


def test_who_was_erased_stays_erased_whichever_name_the_list_has() -> None:
    now = database_now()
    for name in ("twilio_sms", "sms"):
        Withdrawal.objects.create(act="erased", channel=name, blind_index="a" * 64, at=now)
    upgrade()
    assert Withdrawal.objects.get().channel == "sms"


def test_it_changes_nothing_the_second_time() -> None:
    deliver(statement(), "sent", first_tried_at=database_now())
    as_before()
    upgrade()
    before = [*Delivery.objects.values()]
    upgrade()
    assert [*Delivery.objects.values()] == before
    assert connection.is_usable()


DOUBTED = import_module("notifications.delivery.migrations.0019_doubted_numbers")


def test_numbers_stopped_at_the_first_report_are_named_so_and_a_message_revives_them() -> None:
    said, now = statement(), database_now()
    stopped = {"suppressed_at": now, "suppressed_for": "bad_address"}
    doubted = make_address("+8613800138001", **stopped)
    landline = make_address("+8613800138002", **stopped)
    refused = make_address("+8613800138003", **stopped)
    for address, code in ((doubted, "30005"), (landline, "30006"), (refused, "21211")):
        deliver(said, "undelivered", reason="bad_address", code=code, address=address)
    with as_owner() as cursor:
        cursor.execute(DOUBTED.NAME_THEM)
        cursor.execute(DOUBTED.AND_THEIR_MESSAGES)
    found = Address.objects.order_by("pk").values_list("suppressed_for", flat=True)
    assert [*found] == ["unknown_number", "unknown_number", "bad_address"]
    assert Delivery.objects.filter(reason="unknown_number").count() == 2
    inbound_apply("sms", Inbound("+8613800138001", InboundAction.TEXT, "?"))
    assert Address.objects.get(pk=doubted.pk).suppressed_at is None
    inbound_apply("sms", Inbound("+8613800138003", InboundAction.TEXT, "?"))
    assert Address.objects.get(pk=refused.pk).suppressed_at
