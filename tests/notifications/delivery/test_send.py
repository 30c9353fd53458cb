"""From a statement to the phone: what each answer of the provider makes of a delivery."""

from datetime import timedelta

import pytest
from django.utils import timezone

from notifications.delivery.broadcasts import expand
from notifications.delivery.claim import claim
from notifications.delivery.models import Broadcast, Delivery, Receipt
from notifications.delivery.receipts import receipts_apply
from notifications.delivery.resolve import sweep
from notifications.delivery.results import result_of, write_results
from notifications.delivery.selectors import progress_by_channel
from notifications.delivery.send import send_due
from notifications.subscribers.models import Address
from statuspage.lib.database_clock import database_now
from tests.factories import make_address, open_incident
from tests.notifications.delivery.steps import PHONE, SMS, broadcast, due_now, on_the_phone, row
from tests.product import eventually

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_message_is_on_the_phone_and_the_delivery_is_sent(provider):
    statement = broadcast()
    assert send_due(SMS) is False
    (text,) = on_the_phone(provider)
    assert text.startswith("【演示支付】")
    assert "资金安全" in text
    assert str(statement.number) in text
    sent = row()
    assert (sent.state, sent.attempts, sent.reason) == ("sent", 1, "")
    assert sent.provider_id.startswith("SM")
    assert sent.segments >= 1
    assert sent.sent_at


def test_each_reader_gets_their_language(provider):
    make_address("+8613800138002", language="en")
    broadcast()
    send_due(SMS)
    assert "资金安全" in on_the_phone(provider)[0]
    assert "Some payouts are late" in on_the_phone(provider, "+8613800138002")[0]


def test_sending_again_sends_nothing_again(provider):
    broadcast()
    for _ in range(3):
        send_due(SMS)
    assert len(on_the_phone(provider)) == 1


def test_receipts_end_at_delivered_and_the_broadcast_is_finished(provider, called_back):
    statement = broadcast(PHONE, "+8613800138002", "+8613800138003")
    send_due(SMS)

    def settled():
        receipts_apply()
        return progress_by_channel(statement.number)[SMS]["delivered"]

    assert eventually(settled, lambda count: count == 3) == 3
    sweep()
    assert Broadcast.objects.get().state == "finished"
    assert progress_by_channel(statement.number) == {
        SMS: {**dict.fromkeys(progress_by_channel(statement.number)[SMS], 0), "delivered": 3}
    }


def test_more_than_a_batch_is_sent_to_the_end(provider, settings):
    settings.DELIVERY_BATCH = 7
    broadcast(*(f"+86138001381{number:02}" for number in range(30)))
    send_due(SMS)
    assert Delivery.objects.filter(state="sent").count() == 30
    assert len({one["to"] for one in provider.messages()}) == 30


@pytest.mark.parametrize(
    ("code", "reason", "suppressed"),
    [(21610, "opted_out", True), (21211, "bad_address", True), (21617, "refused_content", False)],
)
def test_a_definite_refusal_fails_and_may_suppress(provider, code, reason, suppressed):
    provider.switch("refuse", code=code)
    broadcast()
    send_due(SMS)
    failed = row()
    assert (failed.state, failed.reason, failed.code) == ("failed", reason, str(code))
    assert failed.settled_at
    assert bool(Address.objects.get().suppressed_at) is suppressed


def test_who_texted_stop_is_not_written_to_again(provider):
    provider.control("POST", "inbound", {"from": PHONE, "text": "STOP"})
    broadcast()
    send_due(SMS)
    assert (row().state, row().code) == ("failed", "21610")
    second = open_incident()
    expand(second.number)
    assert progress_by_channel(second.number) == {}


def test_429_is_tried_again_later_and_arrives_once(provider):
    provider.switch("rate_limited", count=1)
    broadcast()
    send_due(SMS)
    waiting = row()
    assert (waiting.state, waiting.reason) == ("pending", "rate_limited")
    assert waiting.due_at > timezone.now() - timedelta(seconds=1)
    due_now()
    send_due(SMS)
    assert (row().state, row().attempts) == ("sent", 1)
    assert len(on_the_phone(provider)) == 1


def test_a_refused_connection_is_tried_again(provider, settings):
    settings.SMS_PROVIDERS = ["twilio"]
    settings.TWILIO_BASE_URL = "http://127.0.0.1:1"
    broadcast()
    send_due(SMS)
    assert (row().state, row().reason) == ("pending", "connection")
    settings.TWILIO_BASE_URL = provider.url
    due_now()
    send_due(SMS)
    assert row().state == "sent"


def test_a_message_outwaits_a_provider_that_is_away(provider, settings):
    settings.SMS_PROVIDERS = ["twilio"]
    settings.DELIVERY_MAX_ATTEMPTS = 2
    settings.TWILIO_BASE_URL = "http://127.0.0.1:1"
    broadcast()
    for _ in range(4):
        due_now()
        send_due(SMS)
    assert (row().state, row().reason, row().attempts) == ("pending", "connection", 0)
    settings.TWILIO_BASE_URL = provider.url
    due_now()
    send_due(SMS)
    assert row().state == "sent"


def test_a_result_that_comes_after_the_lease_changes_nothing(provider, monkeypatch):
    broadcast()
    (claimed,), _ = claim(SMS, 1)
    Delivery.objects.update(fence=claimed.fence + 1, state="unknown")
    from notifications.channels import medium
    from notifications.channels.outcomes import Accepted

    late = result_of(medium(SMS).leading(), claimed, Accepted("SMlate"), database_now())
    assert write_results([(late, 1)]) == 0
    assert (row().state, row().provider_id) == ("unknown", "")


def test_a_channel_without_credentials_waits(provider, settings):
    settings.TWILIO_AUTH_TOKEN = settings.ALIYUN_SMS_ACCESS_KEY_SECRET = ""
    broadcast()
    assert send_due(SMS) is False
    assert row().state == "pending"


def test_the_rate_limit_of_the_account_is_kept(provider, settings):
    settings.TWILIO_PER_SECOND = 5
    broadcast(*(f"+86138001382{number:02}" for number in range(12)))
    from notifications.channels import medium
    from notifications.delivery.send import send_batch

    send_batch(medium(SMS))
    assert Delivery.objects.filter(state="sent").count() == 5
    while send_due(SMS):  # its time may be up before all are sent
        pass
    assert Delivery.objects.filter(state="sent").count() == 12


def test_the_sweep_wakes_nobody_for_nothing(provider):
    sweep()
    assert not Receipt.objects.exists()


def test_every_channel_reaches_its_reader(provider):
    reached = {
        "sms": "+8613800138001",
        "email": "ops@example.com",
        "robot": "robot-key-0001",
        "wechat": "oMerchantOpenId0000000001",
    }
    provider.control(
        "POST", "wechat/followers", {"openid": reached["wechat"], "phone": PHONE, "event": False}
    )
    for channel, clear in reached.items():
        make_address(clear, channel=channel)
    expand(open_incident().number)
    for channel in reached:
        send_due(channel)
    states = dict(Delivery.objects.values_list("channel", "state"))
    assert states == dict.fromkeys(reached, "sent")
