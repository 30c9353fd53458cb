"""Voice calls: what is said, how a call is begun, and what a key or its end means."""

import asyncio
import json
from datetime import timedelta
from email.utils import format_datetime
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.test import RequestFactory

from notifications.channels import provider as find_provider
from notifications.channels import voice_message
from notifications.channels.outcomes import (
    Accepted,
    Failed,
    InboundAction,
    LookupResult,
    NotSent,
    Reason,
    ReceiptState,
    UnreadableCallback,
)
from notifications.delivery.audience import channels_for
from statuspage.lib.database_clock import database_now_reckoned
from tests.notifications.channels import twilio_document
from tests.notifications.channels.builders import (
    PUBLISHED,
    bulletin,
    http_answer,
    message,
    send,
    tcp_server,
)

PHONE = "+8613800138000"
VOICE = find_provider("twilio_voice")
ALIYUN = find_provider("aliyun_voice")


@pytest.fixture
def simulator(simulator, settings):
    settings.TWILIO_VOICE_FROM = "+15005550006"
    return simulator


def a_call(language: str = "zh-hans", **values):
    return message(PHONE, content=VOICE.compose(bulletin(language)), **values)


class TestWords:
    def test_a_call_in_chinese(self) -> None:
        assert VOICE.compose(bulletin()).text == (
            "这里是演示支付。T加1到账延迟\uff1a调查中。10点42分起部分小微商户到账延迟\uff0c资金安全\uff0c"
            "正在排查。下次更新不晚于11点15分。确认已收听请按 1\uff0c不再接听此类来电请按 9。"
        )

    def test_a_call_in_english(self) -> None:
        assert VOICE.compose(bulletin("en")).text == (
            "This is DemoPay. T plus 1 payouts are late: Investigating. Since 10:42 payouts to "
            "some micro merchants are late. Next update by 11:15. To confirm that you have heard "
            "this, press 1. For no more calls, press 9."
        )

    def test_it_says_no_more_than_two_sentences_and_no_link(self) -> None:
        body = "第一句。第二句见https://status.example.com/x。第三句。"
        text = VOICE.compose(bulletin(body=body)).text
        assert "第一句。" in text
        assert "第二句" not in text
        assert "http" not in text

    def test_a_call_is_billed_as_a_call(self) -> None:
        content = VOICE.compose(bulletin(body="很长。" * 200))
        assert (content.billed_as, content.segments) == ("voice", 1)

    def test_aliyun_says_its_template(self, settings) -> None:
        settings.ALIYUN_VOICE_TTS_CODE = "TTS_1"
        content = ALIYUN.compose(bulletin())
        assert set(json.loads(content.data["TtsParam"])) == {"operator", "news", "next"}
        assert content.text.startswith("这里是演示支付。")
        assert content.text.endswith("请按 9。")

    @pytest.mark.parametrize("limit", [20, 30, 45, 60, 200])
    def test_aliyuns_variables_fit_and_cut_no_figure(self, settings, limit) -> None:
        settings.ALIYUN_VOICE_TTS_CODE = "TTS_1"
        settings.ALIYUN_VOICE_VARIABLE_LENGTH = limit
        body = "10:42至23:59共12,000元的款项延迟\uff0c可致电400-820-8888或95516查询。"
        news = json.loads(ALIYUN.compose(bulletin(body=body)).data["TtsParam"])["news"]
        assert len(news) <= limit
        whole = ("10点42分至23点59分", "12000元", "四零零八二零八八八八", "九五五幺六")
        for one in whole:
            begun = any(news.rstrip("….").endswith(one[:length]) for length in range(2, len(one)))
            assert one in news or not begun

    def test_a_voice_is_named_that_speaks_the_language(self, simulator) -> None:
        send("twilio_voice", a_call(), a_call("en", delivery_id=8))
        chinese, english = sorted(
            (one["details"]["twiml"] for one in simulator.messages(provider="voice")),
            key=lambda twiml: "en-US" in twiml,
        )
        assert '<Say language="cmn-CN" voice="Polly.Zhiyu">' in chinese
        assert '<Say language="en-US" voice="Polly.Joanna">' in english


class TestTwilio:
    def test_a_call_is_one_that_the_document_describes(self, simulator, settings) -> None:
        with twilio_document.recording(simulator) as (recorder, url):
            settings.TWILIO_BASE_URL = url
            sent = a_call(delivery_id=42)
            (outcome,) = send("twilio_voice", sent)
            asyncio.run(VOICE.look_up(sent, database_now_reckoned() - timedelta(minutes=1)))

        for one in recorder.exchanges:
            twilio_document.check(one, simulator.account_sid, simulator.auth_token)
        assert [one.method for one in recorder.exchanges] == ["POST", "GET"]
        form = recorder.exchanges[0].form
        assert sent.content.text in form["Twiml"]
        assert isinstance(outcome, Accepted)
        named = dict(parse_qsl(urlsplit(form["StatusCallback"]).query))
        assert named["delivery"] == "42"

    def test_markup_in_a_text_is_only_text(self, simulator) -> None:
        text = 'A & B <Hangup/> "C"'
        send("twilio_voice", message(PHONE, text))
        (call,) = simulator.messages(provider="voice")
        assert call["body"] == text

    @pytest.mark.parametrize(
        ("code", "wanted"),
        [
            (21211, Failed(Reason.BAD_ADDRESS, "21211")),
            (21214, Failed(Reason.UNREACHABLE, "21214")),
            (21215, NotSent(Reason.NOT_PERMITTED, "21215", retry_after=600.0)),
            (21210, NotSent(Reason.NO_CREDENTIALS, "21210")),
            (99999, NotSent(Reason.NO_CREDENTIALS, "99999")),
        ],
    )
    def test_only_the_number_can_be_at_fault(self, simulator, code, wanted) -> None:
        simulator.switch("refuse", provider="voice", code=code)
        assert send("twilio_voice", a_call()) == [wanted]

    def test_a_lost_answer_is_looked_up_and_nobody_is_called_twice(self, simulator) -> None:
        simulator.switch("drop_after", provider="voice", count=1)
        sent, since = a_call(), database_now_reckoned() - timedelta(seconds=5)
        send("twilio_voice", sent)

        found = asyncio.run(VOICE.look_up(sent, since))
        later = asyncio.run(VOICE.look_up(sent, since + timedelta(hours=1)))

        assert found == Accepted(simulator.messages(provider="voice")[0]["sid"])
        assert later is LookupResult.ABSENT

    def test_an_earlier_call_that_nobody_answered_is_not_taken_for_it(self, settings) -> None:
        listed = {"sid": "CA1", "status": "busy", "date_created": format_datetime(PUBLISHED)}
        with tcp_server(http_answer("200 OK", json.dumps({"calls": [listed]}))) as port:
            settings.TWILIO_BASE_URL = f"http://127.0.0.1:{port}"
            assert asyncio.run(VOICE.look_up(a_call(), PUBLISHED)) is LookupResult.ABSENT

    @pytest.mark.parametrize(("digits", "heard", "stops"), [("1", 1, 0), ("9", 1, 1), ("5", 0, 0)])
    def test_a_key_confirms_and_nine_ends_calls(self, settings, digits, heard, stops) -> None:
        form = {"CallSid": "CA1", "To": PHONE, "Digits": digits, "CallStatus": "in-progress"}
        query = "delivery=7&attempt=00000000-0000-4000-8000-000000000007&language=zh-hans"
        callback = VOICE.parse_callback(RequestFactory().post(f"/keys/?{query}", form))

        assert len(callback.receipts) == heard
        assert all(one.state is ReceiptState.DELIVERED for one in callback.receipts)
        assert all(one.delivery_id == 7 for one in callback.receipts)
        assert [one.action for one in callback.inbound] == [InboundAction.STOP] * stops
        assert callback.answer.startswith("<Response>")
        assert ("<Gather" in callback.answer) is (not heard)

    @pytest.mark.parametrize("status", ["completed", "failed", "canceled"])
    def test_a_call_that_ends_without_a_key_was_not_confirmed(self, status) -> None:
        request = RequestFactory().post("/", {"CallSid": "CA1", "CallStatus": status})
        (receipt,) = VOICE.parse_callback(request).receipts
        assert receipt.state is ReceiptState.UNDELIVERED

    @pytest.mark.parametrize("status", ["busy", "no-answer"])
    def test_a_call_that_nobody_answered_was_heard_by_nobody(self, status) -> None:
        request = RequestFactory().post("/", {"CallSid": "CA1", "CallStatus": status})
        (receipt,) = VOICE.parse_callback(request).receipts
        assert receipt.state is ReceiptState.NOT_SENT

    @pytest.mark.parametrize("status", ["queued", "ringing", "in-progress", ""])
    def test_a_call_under_way_tells_nothing(self, status) -> None:
        request = RequestFactory().post("/", {"CallSid": "CA1", "CallStatus": status})
        assert not VOICE.parse_callback(request).receipts

    def test_nonsense_is_unreadable(self) -> None:
        for query, form in (("", {}), ("?attempt=x", {"CallSid": "CA1"})):
            with pytest.raises(UnreadableCallback):
                VOICE.parse_callback(RequestFactory().post(f"/{query}", form))


class TestAliyun:
    def test_a_call_without_a_template_waits_for_one(self, settings) -> None:
        settings.ALIYUN_VOICE_TTS_CODE_EN = ""
        sent = message(PHONE, content=ALIYUN.compose(bulletin("en")))
        assert send("aliyun_voice", sent) == [NotSent(Reason.NO_TEMPLATE, "no template")]

    def report(self, **entry):
        body = json.dumps([{"call_id": "1^2", "out_id": "7", "callee": "13800138000", **entry}])
        request = RequestFactory().post("/", body, content_type="application/json")
        return ALIYUN.parse_callback(request)

    @pytest.mark.parametrize(("dtmf", "stops"), [("1", 0), ("9", 1)])
    def test_a_key_confirms(self, dtmf, stops) -> None:
        callback = self.report(status_code="200000", dtmf=dtmf)
        (receipt,) = callback.receipts
        assert (receipt.state, receipt.delivery_id) == (ReceiptState.DELIVERED, 7)
        assert [one.address for one in callback.inbound] == [PHONE] * stops

    @pytest.mark.parametrize("status", ["200000", "200004", "200005", "200010"])
    def test_without_a_key_nobody_has_confirmed(self, status) -> None:
        (receipt,) = self.report(status_code=status).receipts
        assert receipt.state is ReceiptState.UNDELIVERED

    @pytest.mark.parametrize("status", ["200002", "200003"])
    def test_a_call_that_nobody_answered_was_heard_by_nobody(self, status) -> None:
        (receipt,) = self.report(status_code=status).receipts
        assert receipt.state is ReceiptState.NOT_SENT

    def test_a_call_under_way_tells_nothing(self) -> None:
        assert not self.report(status_code="200101").receipts


def incident(kind: str = "incident.opened", impact: str = "critical", **content):
    return {
        "kind": kind,
        "subject": {"type": "incident", "id": "x"},
        "content": {"impact": impact, "status": "investigating", **content},
        "corrects": None,
        "number": 1,
    }


@pytest.mark.django_db
class TestWhenPeopleAreCalled:
    def test_a_critical_opening_and_a_worsening(self) -> None:
        assert "voice" in channels_for(incident())
        assert "voice" in channels_for(incident("incident.updated", worsened=True))

    @pytest.mark.parametrize(
        "document",
        [
            incident(impact="major"),
            incident("incident.updated"),
            incident("incident.updated", status="resolved"),
            incident("incident.updated", impact="major", worsened=True),
        ],
    )
    def test_nothing_else(self, document) -> None:
        assert "voice" not in channels_for(document)

    def test_what_goes_by_sms_does_not_matter(self, settings) -> None:
        settings.SMS_MOMENTS = frozenset()
        channels = channels_for(incident())
        assert "voice" in channels
        assert "sms" not in channels


def test_the_keys_are_said_in_both_languages() -> None:
    assert voice_message.keys()
