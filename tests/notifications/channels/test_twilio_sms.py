"""SMS through Twilio: what is written, sent, found again and called back."""

import asyncio
import json
from base64 import b64encode
from datetime import timedelta

import pytest
from django.utils import timezone

from notifications.channels import provider as find_provider
from notifications.channels.outcomes import Accepted, Failed, LookupResult, NotSent, Reason, Unknown
from notifications.channels.sms.twilio import ERRORS
from notifications.channels.sms_text import MAX_PARTS, segments
from tests.notifications.channels.builders import (
    bulletin,
    closed_port,
    correction,
    http_answer,
    message,
    send,
    tcp_server,
)
from tests.simulator import Simulator

PHONE = "+8613800138000"
SMS = find_provider("twilio")


def look_up(sent, since=None):
    since = since or timezone.now() - timedelta(minutes=5)
    return asyncio.run(SMS.look_up(sent, since))


class TestWriting:
    def test_an_incident_in_chinese(self) -> None:
        text = SMS.compose(bulletin()).text
        assert text == (
            "【演示支付】T+1到账延迟\uff1a10:42起部分小微商户到账延迟\uff0c资金安全\uff0c"
            "正在排查。下次更新不晚于11:15。公告12号 验真码CDF3X"
        )
        assert segments(text) == 1

    def test_an_incident_in_english(self) -> None:
        assert SMS.compose(bulletin("en")).text == (
            "【演示支付】T+1 payouts are late: Investigating. Since 10:42 payouts to some micro "
            "merchants are late. Funds are safe. Next update by 11:15. (No. 12, CDF3X)"
        )

    def test_english_abroad_fits_gsm_7_whatever_the_mainland_signature(self) -> None:
        content = SMS.compose(bulletin("en", body="Payouts are late — “funds are safe”.")).abroad
        assert content is not None
        assert content.text.startswith("DemoPay: T+1 payouts are late: Investigating. ")
        assert content.segments == 1
        assert len(content.text) > 70

    def test_a_correction_begins_with_the_number_it_corrects(self) -> None:
        text = SMS.compose(correction(next_update_by=None)).text
        assert text.startswith("【演示支付】更正公告第11号\uff1aT+1到账延迟。")
        assert text.endswith("公告12号 验真码CDF3X")

    def test_a_withdrawal_in_english(self) -> None:
        text = SMS.compose(correction("en", "withdrawal")).text
        assert text.startswith("【演示支付】Withdrawal of No. 11: T+1 payouts are late. ")

    def test_a_name_that_begins_the_body_is_said_once(self) -> None:
        text = SMS.compose(bulletin(body="T+1到账延迟已于15:30恢复", next_update_by=None)).text
        assert text.count("T+1到账延迟") == 1
        assert "调查中\uff1aT+1到账延迟已于15:30恢复。" in text

    def test_a_promise_in_the_body_is_not_repeated(self) -> None:
        text = SMS.compose(bulletin(body="正在排查。下次更新不晚于11:15。")).text
        assert text.count("下次更新不晚于") == 1

    def test_only_one_signature_and_nothing_that_carriers_refuse(self) -> None:
        body = "【重要】★补偿¥100。详情https://status.example.com/x"
        text = SMS.compose(bulletin(name="【公告】延迟", body=body)).text
        assert text.count("【") == text.count("】") == 1
        assert text.startswith("【演示支付】")
        assert "[重要]补偿100元。" in text
        assert not {"★", "\u00a5", "\uffe5"} & set(text)
        assert "http" not in text

    def test_a_long_body_keeps_signature_promise_and_number(self) -> None:
        content = SMS.compose(bulletin(body="资金安全\uff0c正在排查原因。" * 300))
        assert content.segments == MAX_PARTS
        assert content.text.startswith("【演示支付】")
        assert content.text.endswith("排查原因。下次更新不晚于11:15。公告12号 验真码CDF3X")


class TestSending:
    def test_a_message_reaches_the_phone(self, simulator: Simulator, settings) -> None:
        sent = message(PHONE, "【演示支付】到账延迟。")
        [outcome] = send(SMS, sent)
        [row] = simulator.messages(to=PHONE)
        assert outcome == Accepted(row["sid"])
        assert row["body"] == "【演示支付】到账延迟。"
        assert row["sender"] == settings.TWILIO_FROM
        assert row["status_callback"] == (
            f"{settings.SITE_URL}/hooks/twilio/status/"
            f"?delivery=7&attempt={sent.attempt_id}#rc=5&rp=all"
        )

    def test_a_batch_of_many_sends_each_once(self, simulator: Simulator) -> None:
        batch = [message(f"+861380013{n:04d}", delivery_id=n + 1) for n in range(100)]
        outcomes = send(SMS, *batch)
        assert all(isinstance(outcome, Accepted) for outcome in outcomes)
        rows = simulator.messages(provider="twilio")
        assert sorted(row["to"] for row in rows) == sorted(one.address for one in batch)

    def test_a_messaging_service_picks_the_sender(self, simulator: Simulator, settings) -> None:
        settings.TWILIO_FROM = f"MG{'0' * 32}"
        assert isinstance(send(SMS, message(PHONE))[0], Accepted)
        # Twilio names the sender when it sends, a moment after it has accepted.
        simulator.wait_for(lambda rows: rows[0]["sender"] == "+15005550006", to=PHONE)

    def test_someone_who_said_stop_is_never_written_to_again(self, simulator: Simulator) -> None:
        simulator.control("POST", "inbound", {"from": PHONE, "text": "STOP"})
        assert send(SMS, message(PHONE)) == [Failed(Reason.OPTED_OUT, "21610", suppress=True)]

    @pytest.mark.parametrize(
        ("code", "reason", "suppress"),
        [
            (21211, Reason.BAD_ADDRESS, True),
            (21614, Reason.BAD_ADDRESS, True),
            (21610, Reason.OPTED_OUT, True),
            (21617, Reason.REFUSED_CONTENT, False),
            (21612, Reason.UNREACHABLE, False),
        ],
    )
    def test_refusals_are_final(
        self, simulator: Simulator, code: int, reason: Reason, suppress: bool
    ) -> None:
        simulator.switch("refuse", code=code)
        assert send(SMS, message(PHONE)) == [Failed(reason, str(code), suppress)]

    @pytest.mark.parametrize(
        ("answer", "body", "expected"),
        [
            ("400 Bad Request", {"code": 99999}, NotSent(Reason.UNKNOWN_CODE, "99999")),
            ("400 Bad Request", {"code": 21611}, NotSent(Reason.QUOTA, "21611", 60.0)),
            ("400 Bad Request", {"code": 30001}, NotSent(Reason.QUOTA, "30001", 60.0)),
            ("400 Bad Request", {"code": 21606}, NotSent(Reason.NO_CREDENTIALS, "21606")),
            ("401 Unauthorized", {"code": 20003}, NotSent(Reason.NO_CREDENTIALS, "20003")),
            ("401 Unauthorized", {}, NotSent(Reason.NO_CREDENTIALS, "401")),
            ("429 Too Many", {"code": 20429}, NotSent(Reason.RATE_LIMITED, "429")),
            ("500 Oh", {"code": 21211}, Unknown(Reason.PROVIDER_ERROR, "500")),
            ("503 Oh", {}, Unknown(Reason.PROVIDER_ERROR, "503")),
            ("302 Found", {}, Unknown(Reason.PROVIDER_ERROR, "302")),
            ("201 Created", {}, Unknown(Reason.PROVIDER_ERROR, "no sid")),
            ("201 Created", {"sid": 3, "date_created": 5}, None),
        ],
    )
    def test_each_answer_leads_to_its_outcome(
        self, simulator, settings, answer, body, expected
    ) -> None:
        body = {"message": "…", **body} if body else {}
        with tcp_server(http_answer(answer, json.dumps(body))) as port:
            settings.TWILIO_BASE_URL = f"http://127.0.0.1:{port}"
            [outcome] = send(SMS, message(PHONE))
        assert outcome == expected if expected else isinstance(outcome, (Accepted, Unknown))

    def test_an_answer_that_is_no_json_leaves_it_open(self, simulator, settings) -> None:
        with tcp_server(http_answer("201 Created", "<html>")) as port:
            settings.TWILIO_BASE_URL = f"http://127.0.0.1:{port}"
            [outcome] = send(SMS, message(PHONE))
        assert isinstance(outcome, Unknown)

    def test_too_many_requests_says_when_to_come_back(self, simulator, settings) -> None:
        with tcp_server(http_answer("429 Too Many", "{}", "Retry-After: 7")) as port:
            settings.TWILIO_BASE_URL = f"http://127.0.0.1:{port}"
            assert send(SMS, message(PHONE)) == [NotSent(Reason.RATE_LIMITED, "429", 7.0)]

    def test_wrong_credentials_are_not_the_merchants_fault(self, simulator, settings) -> None:
        settings.TWILIO_AUTH_TOKEN = "wrong"
        [outcome] = send(SMS, message(PHONE))
        assert outcome == NotSent(Reason.NO_CREDENTIALS, "20003")

    @pytest.mark.parametrize("fault", ["drop_before", "drop_after", "error_before", "error_after"])
    def test_what_may_have_gone_out_is_never_repeated(self, simulator: Simulator, fault) -> None:
        simulator.switch(fault, count=1)
        [outcome] = send(SMS, message(PHONE))
        assert isinstance(outcome, Unknown)
        assert len(simulator.messages(to=PHONE)) == (1 if fault.endswith("after") else 0)

    def test_no_answer_in_time_leaves_it_open(self, simulator: Simulator, impatient) -> None:
        simulator.switch("timeout_after", ms=3000)
        assert send(SMS, message(PHONE)) == [Unknown(Reason.TIMEOUT, "curl 28")]

    def test_credentials_are_sent_as_twilio_wants_them(self, simulator, settings) -> None:
        seen = []

        def serve(connection) -> None:
            seen.append(connection.recv(65536))
            connection.close()

        with tcp_server(serve) as port:
            settings.TWILIO_BASE_URL = f"http://127.0.0.1:{port}"
            send(SMS, message(PHONE))
        pair = f"{settings.TWILIO_ACCOUNT_SID}:{settings.TWILIO_AUTH_TOKEN}".encode()
        assert b"Basic " + b64encode(pair) in seen[0]


class TestLookingUp:
    def test_a_message_whose_answer_was_lost_is_found(self, simulator: Simulator) -> None:
        simulator.switch("drop_after", count=1)
        sent = message(PHONE)
        send(SMS, sent)
        [row] = simulator.messages(to=PHONE)
        assert look_up(sent) == Accepted(row["sid"])

    def test_a_message_that_never_arrived_is_absent(self, simulator: Simulator) -> None:
        simulator.switch("drop_before", count=1)
        sent = message(PHONE)
        send(SMS, sent)
        assert look_up(sent) is LookupResult.ABSENT

    def test_another_text_or_number_is_not_taken_for_it(self, simulator: Simulator) -> None:
        send(SMS, message(PHONE, "【演示支付】第11号"), message("+8613800138001", delivery_id=8))
        assert look_up(message(PHONE, "【演示支付】第12号")) is LookupResult.ABSENT

    def test_an_older_message_of_the_same_text_is_not_taken_for_it(self, simulator) -> None:
        sent = message(PHONE)
        send(SMS, sent)
        assert look_up(sent, timezone.now() + timedelta(minutes=5)) is LookupResult.ABSENT

    def test_what_the_merchant_wrote_is_not_taken_for_it(self, simulator: Simulator) -> None:
        simulator.control("POST", "inbound", {"from": PHONE, "text": "同样的话"})
        assert look_up(message(PHONE, "同样的话")) is LookupResult.ABSENT

    def test_a_provider_that_does_not_answer_leaves_it_open(self, simulator, settings) -> None:
        settings.TWILIO_BASE_URL = f"http://127.0.0.1:{closed_port()}"
        assert look_up(message(PHONE)) is LookupResult.CANNOT_TELL

    @pytest.mark.parametrize("answer", ["500 Oh", "429 Too Many", "401 Unauthorized", "200 OK"])
    def test_a_provider_that_refuses_leaves_it_open(self, simulator, settings, answer) -> None:
        with tcp_server(http_answer(answer, "<html>")) as port:
            settings.TWILIO_BASE_URL = f"http://127.0.0.1:{port}"
            assert look_up(message(PHONE)) is LookupResult.CANNOT_TELL


def test_only_a_person_or_a_dead_number_is_suppressed() -> None:
    suppressing = {code for code, meaning in ERRORS.items() if getattr(meaning, "suppress", False)}
    assert suppressing == {
        *(21211, 21217, 21265, 21266, 21610, 21614, 21635),
        *(30005, 30006),
    }


class TestSenders:
    NAME, SERVICE = "DemoPay", "MG0123456789abcdef0123456789abcdef"
    SHORT = bulletin("en", body="Payouts are late.", next_update_by=None)

    def test_a_country_may_have_its_own_sender(self, simulator: Simulator, settings) -> None:
        settings.TWILIO_SENDERS = {"852": self.NAME, "44": self.SERVICE}
        numbers = (PHONE, "+85251234567", "+447400123456")

        send(
            "twilio",
            *(message(number, delivery_id=place) for place, number in enumerate(numbers, 1)),
        )

        rows = {row["to"]: row for row in simulator.messages(provider="twilio")}
        assert rows[PHONE]["sender"] == "+15005550006"
        assert rows["+85251234567"]["sender"] == self.NAME
        assert rows["+447400123456"]["details"] == {"service": self.SERVICE}

    def test_nobody_is_asked_to_reply_to_a_name(self, settings) -> None:
        asks = SMS.compose(self.SHORT).abroad
        assert asks is not None
        assert "STOP" in asks.text

        for settings.TWILIO_FROM, settings.TWILIO_SENDERS in (
            (self.NAME, {}),
            ("+15005550006", {"852": self.NAME}),
        ):
            assert all("STOP" not in one.text for one in SMS.compose(self.SHORT).variants())

    def test_a_name_for_the_mainland_alone_changes_nothing_abroad(self, settings) -> None:
        settings.TWILIO_SENDERS = {"86": self.NAME}
        abroad = SMS.compose(self.SHORT).abroad
        assert abroad is not None
        assert "STOP" in abroad.text

    def test_a_name_takes_no_replies(self, settings) -> None:
        settings.TWILIO_FROM = "+15005550006"
        settings.TWILIO_SENDERS = {"852": self.NAME, "44": self.SERVICE, "1": "10690"}
        assert not SMS.takes_replies("+85251234567")
        assert all(map(SMS.takes_replies, (PHONE, "+447400123456", "+12025550123")))
