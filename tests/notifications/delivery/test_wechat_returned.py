"""WeChat takes a message and reports that it sent none: it is sent again, as another message."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db.models.functions import Now
from django.test import Client

from notifications.delivery.broadcasts import expand
from notifications.delivery.models import Delivery
from notifications.delivery.receipts import receipts_apply
from notifications.delivery.send import send_due
from notifications.subscribers.models import Subscriber
from tests.factories import make_address, open_incident
from tests.notifications.channels.wechat import event, posted
from tests.notifications.delivery.steps import due_now
from tests.simulator import Simulator

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.within_the_hour]
OPENID, WECHAT = "oABCDEFGHIJKLMNOPQRSTUV_0001", "wechat"
# For so long WeChat sends one message alone for a client_msg_id.
REMEMBERED = timedelta(minutes=10)


@pytest.fixture(autouse=True)
def sent(provider: Simulator) -> Delivery:
    """A follower whose message WeChat has taken."""
    provider.control("POST", "wechat/followers", {"openid": OPENID, "event": False})
    make_address(OPENID, channel=WECHAT)
    expand(open_incident().number)
    send_due(WECHAT)
    assert row().state == "sent"
    return row()


@pytest.fixture
def forgetful(provider: Simulator) -> Iterator[Simulator]:
    """A WeChat that has forgotten what it took before."""
    provider.control("PUT", "config", {"wechat_repeat_seconds": 0})
    yield provider
    provider.control("PUT", "config", {"wechat_repeat_seconds": int(REMEMBERED.total_seconds())})


def row() -> Delivery:
    return Delivery.objects.get(channel=WECHAT)


def report(status: str = "failed: system failed", *, of: Delivery | None = None) -> Delivery:
    """Have WeChat report on the message, signed as it signs; what follows."""
    xml = event(
        FromUserName=OPENID,
        MsgType="event",
        Event="TEMPLATESENDJOBFINISH",
        MsgID=(of or row()).provider_id,
        Status=status,
    )
    path, body = posted(xml)
    assert Client().post(path, body, content_type="text/xml").status_code == 200
    receipts_apply()
    return row()


def test_it_waits_until_wechat_has_forgotten_it_and_goes_out_as_another_message(
    forgetful: Simulator, sent: Delivery
) -> None:
    waiting = report()
    assert (waiting.state, waiting.reason) == ("pending", "provider_error")
    assert waiting.code == "failed: system failed"
    assert waiting.due_at > waiting.updated_at + REMEMBERED
    due_now()
    send_due(WECHAT)
    assert (row().state, len(forgetful.messages(to=OPENID))) == ("sent", 2)
    assert row().provider_id != sent.provider_id
    assert report(of=sent).state == "sent"
    assert report("success").state == "delivered"


def test_it_has_an_end(settings, sent: Delivery) -> None:
    Delivery.objects.update(attempts=settings.DELIVERY_MAX_ATTEMPTS)
    assert report().state == "failed"


def test_the_next_address_is_told_after_ten_minutes_and_not_before(sent: Delivery) -> None:
    phone = make_address("+8613800138001", position=1)
    phone.subscriber = sent.address.subscriber
    phone.save()
    Subscriber.objects.update(one_by_one=True)
    assert report().state == "pending"
    assert Delivery.objects.count() == 1
    long_ago = Now() - timedelta(minutes=11)
    Delivery.objects.update(state="sent", provider_id="7", first_tried_at=long_ago)
    assert report().state == "failed"
    assert Delivery.objects.get(channel="sms").state == "pending"


def test_who_blocks_us_is_not_written_to_again(sent: Delivery) -> None:
    assert report("failed:user block").state == "undelivered"
    assert row().address.suppressed_for == "opted_out"
