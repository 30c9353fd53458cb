"""The second provider's pushes speak of the first one's addresses and deliveries."""

import json
from itertools import count
from uuid import uuid4

import pytest

from notifications.delivery.broadcasts import expand
from notifications.delivery.models import Delivery, Receipt, RefusedCallback
from notifications.delivery.receipts import receipts_apply
from notifications.inbox.models import ReceivedText
from notifications.inbox.services import clear_text
from notifications.subscribers.models import Address
from tests.factories import make_address, open_incident

pytestmark = pytest.mark.django_db
PHONE = "+8613800138001"
REPORT_URL = "/hooks/aliyun/report/"
INBOUND_URL = "/hooks/aliyun/inbound/"


@pytest.fixture(autouse=True)
def _token(settings):
    settings.ALIYUN_SMS_CALLBACK_TOKEN = "push-token"


def push(client, url, *entries, token="push-token"):
    return client.post(f"{url}?token={token}", json.dumps(entries), content_type="application/json")


SEQUENCE = count(1)


def reply(text):
    return {
        "phone_number": PHONE.removeprefix("+86"),
        "content": text,
        "sequence_id": str(next(SEQUENCE)),
    }


def report(delivery, **values):
    out_id = f"{delivery.pk}:{uuid4()}"
    return {"biz_id": "9^0", "out_id": out_id, "success": True, "err_code": "DELIVERED", **values}


@pytest.fixture
def delivery():
    make_address(PHONE)
    expand(open_incident().number)
    Delivery.objects.update(state="sent", attempts=1)
    return Delivery.objects.get()


def test_a_report_settles_the_delivery_whatever_its_channel(client, delivery):
    answer = push(client, REPORT_URL, report(delivery))
    assert (answer.status_code, answer.json()) == (200, {"code": 0, "msg": "成功"})
    receipts_apply()
    assert Delivery.objects.get().state == "delivered"


def test_the_same_report_again_changes_nothing(client, delivery):
    for _ in range(3):
        assert push(client, REPORT_URL, report(delivery)).status_code == 200
    assert Receipt.objects.count() == 1


@pytest.mark.parametrize("token", ["", "push", "push-token "])
def test_a_push_without_the_token_is_refused_and_counted(client, delivery, token):
    assert push(client, REPORT_URL, report(delivery), token=token).status_code == 403
    assert push(client, INBOUND_URL, reply("STOP"), token=token).status_code == 403
    assert Receipt.objects.count() == 0
    assert RefusedCallback.objects.get(channel="aliyun").count == 2


def test_no_token_set_means_nobody_is_believed(client, settings):
    settings.ALIYUN_SMS_CALLBACK_TOKEN = ""
    assert push(client, INBOUND_URL, reply("STOP"), token="").status_code == 403


def test_a_push_that_makes_no_sense_is_a_400(client):
    assert (
        client.post(f"{REPORT_URL}?token=push-token", b"{", "application/json").status_code == 400
    )


@pytest.mark.parametrize("text", ["STOP", "退订", "TD"])
def test_a_stop_by_the_second_provider_stops_the_first_ones_address(client, text):
    make_address(PHONE)
    assert push(client, INBOUND_URL, reply(text)).status_code == 200
    address = Address.objects.get()
    assert (address.channel, address.suppressed_for) == ("sms", "opted_out")


def test_start_takes_a_stop_back(client):
    make_address(PHONE)
    push(client, INBOUND_URL, reply("STOP"))
    push(client, INBOUND_URL, reply("START"))
    assert Address.objects.get().suppressed_at is None


def test_half_a_picture_in_a_reply_loses_none_of_the_others(client, delivery):
    """A carrier that cuts a text within an emoji leaves half of it."""
    other = make_address("+8613800138002")
    replies = [
        reply("到账了吗\ud83d"),
        {**reply("TD\ud83d"), "phone_number": "13800138002", "send_time": "\ud83d"},
    ]
    assert push(client, INBOUND_URL, *replies).status_code == 200
    assert [clear_text(one) for one in ReceivedText.objects.all()] == ["到账了吗"]
    other.refresh_from_db()
    assert other.suppressed_for == "opted_out"
