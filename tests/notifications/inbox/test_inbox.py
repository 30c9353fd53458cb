"""What merchants write that is no keyword: kept for staff, answered once a day, never in a loop."""

import base64
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from notifications.channels.outcomes import Inbound, InboundAction, Reason
from notifications.inbox.models import Answer, ReceivedText
from notifications.inbox.services import (
    KEPT_FOR,
    MOST_A_DAY,
    SAME_WITHIN,
    answers_send,
    clear_text,
    texts_forget,
)
from notifications.subscribers.data_copy import data_of
from notifications.subscribers.models import Address, Consent
from notifications.subscribers.services.addresses import addresses_reseal
from notifications.subscribers.services.inbound import inbound_apply
from notifications.subscribers.services.subscriptions import address_suppress, subscriber_erase
from tests.factories import make_address
from tests.simulator import Simulator
from tests.statuspage.console.browser import signed_in

pytestmark = pytest.mark.django_db
NUMBER = "+8613812345678"
QUESTION = "我的钱什么时候到账？"


def say(text: str, number: str = NUMBER, channel: str = "sms") -> None:
    inbound_apply(channel, Inbound(number, InboundAction.TEXT, text), "twilio")


@pytest.fixture
def address() -> Address:
    return make_address(NUMBER)


def test_a_question_is_kept_for_staff_sealed_and_answered_once_a_day(
    address: Address, provider: Simulator
) -> None:
    say(QUESTION)
    say("你好？")
    assert [clear_text(one) for one in ReceivedText.objects.order_by("pk")] == [QUESTION, "你好？"]
    assert QUESTION.encode() not in bytes(ReceivedText.objects.earliest("pk").sealed)
    assert [answers_send() for _ in range(3)] == [1, 0, 0]
    (sent,) = provider.messages(to=NUMBER)
    assert sent["body"].startswith("【演示支付】此处不受理咨询。回复TD退订")


def test_the_answer_is_in_the_subscribers_language(provider: Simulator, settings) -> None:
    settings.SMS_COUNTRIES = frozenset({"CN", "HK"})
    make_address("+85291234567", language="en")
    say("Where is my money?", "+85291234567")
    answers_send()
    (sent,) = provider.messages(to="+85291234567")
    assert sent["body"].startswith("DemoPay: We cannot read replies here. Reply TD to stop")


def test_an_auto_responder_is_answered_once_whatever_the_day(
    address: Address, provider: Simulator
) -> None:
    say("您好，我正在开会。")
    answers_send()
    # The next day.
    ReceivedText.objects.update(answered_on=timezone.localdate() - timedelta(days=1))
    say("您好, 我正在开会")
    assert answers_send() == 0
    say("结算呢？")
    assert answers_send() == 1
    assert len(provider.messages(to=NUMBER)) == 2


def test_the_same_message_told_twice_is_shown_once(address: Address) -> None:
    for _ in range(2):
        say(QUESTION)
    assert ReceivedText.objects.count() == 1
    ReceivedText.objects.update(received_at=timezone.now() - SAME_WITHIN - timedelta(seconds=1))
    say(QUESTION)
    assert ReceivedText.objects.count() == 2


def test_a_new_key_seals_the_texts_as_well(address: Address, settings) -> None:
    say(QUESTION)
    old = settings.ADDRESS_KEYS
    new = "new:" + base64.b64encode(b"n" * 32).decode()
    settings.ADDRESS_KEYS = f"{new},{old}"
    addresses_reseal()
    settings.ADDRESS_KEYS = new
    assert clear_text(ReceivedText.objects.get()) == QUESTION


def test_the_copy_of_somebodys_data_has_what_they_wrote_and_nobody_elses(address: Address) -> None:
    say(QUESTION)
    other = make_address("+8613900139000")
    Address.objects.filter(pk=other.pk).update(subscriber=address.subscriber)
    say("别人写的话", "+8613900139000")
    copy = data_of(address.subscriber, proven=address.blind_index, language="en")
    texts = [(one["text"], one["in_full"]) for one in copy["received_texts"]]
    assert texts == [(QUESTION, True), ("", False)]


def test_a_number_that_floods_us_fills_no_table(address: Address) -> None:
    for count in range(MOST_A_DAY + 5):
        say(f"第{count}次")
    assert ReceivedText.objects.count() == MOST_A_DAY


@pytest.mark.parametrize("number", ["+8613900139000", "+85291234567", "10086", "MERCHANT", ""])
def test_of_strangers_nothing_is_kept_and_nobody_is_answered(
    number: str, provider: Simulator
) -> None:
    say(QUESTION, number)
    assert not ReceivedText.objects.exists()
    assert answers_send() == 0
    assert provider.messages() == []


def test_a_stopped_number_is_read_and_not_answered(address: Address, provider: Simulator) -> None:
    address_suppress(channel="sms", clear_address=NUMBER, reason=Reason.OPTED_OUT)
    say(QUESTION)
    assert ReceivedText.objects.get().answer == Answer.NONE
    assert answers_send() == 0


def test_without_money_no_answer_goes_out_and_staff_see_it(
    address: Address, provider: Simulator, settings
) -> None:
    settings.SMS_MONTHLY_CAP = 0
    say(QUESTION)
    answers_send()
    assert provider.messages(to=NUMBER) == []
    assert ReceivedText.objects.get().answer == Answer.FAILED


@pytest.mark.parametrize("text", ["退订谢谢", "退訂", "TD。", "请退订", "😀退订", "取消訂閱"])
@pytest.mark.parametrize(
    ("channel", "clear"), [("sms", NUMBER), ("wechat", "oMerchant_00000000000000001")]
)
def test_words_that_stop_do_so_by_every_medium_and_are_not_kept(
    text: str, channel: str, clear: str
) -> None:
    one = make_address(clear, channel=channel)
    say(text, clear, channel)
    one.refresh_from_db()
    assert one.suppressed_for == Reason.OPTED_OUT
    assert not ReceivedText.objects.exists()


def test_a_word_brings_back_only_who_had_been_there(address: Address) -> None:
    say("退订")
    say("恢复")
    say("恢复", "+8613900139000")
    address.refresh_from_db()
    assert address.suppressed_at is None
    assert [one.act for one in Consent.objects.order_by("pk")] == ["withdrawn", "given"]
    assert Address.objects.count() == 1


def test_by_an_unsigned_wechat_message_nobody_is_brought_back(settings) -> None:
    settings.WECHAT_ENCODING_AES_KEY = ""
    openid = "oMerchant_00000000000000001"
    wechat = make_address(openid, channel="wechat")
    say("退订", openid, "wechat")
    say("恢复", openid, "wechat")
    wechat.refresh_from_db()
    assert wechat.suppressed_at is not None


def test_texts_go_after_ninety_days_and_with_their_subscriber(address: Address) -> None:
    say(QUESTION)
    ReceivedText.objects.update(received_at=timezone.now() - KEPT_FOR - timedelta(minutes=1))
    assert texts_forget() == 1
    say(QUESTION)
    assert texts_forget() == 0
    subscriber_erase(subscriber=address.subscriber, source="console")
    assert not ReceivedText.objects.exists()


def test_staff_read_the_texts_with_masked_numbers(address: Address) -> None:
    say(QUESTION)
    author: Client = signed_in("author")
    page = author.get("/console/received/").content.decode()
    assert QUESTION in page
    assert "138****5678" in page
    assert NUMBER not in page
