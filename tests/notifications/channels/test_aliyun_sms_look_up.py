"""Asking Aliyun for a message whose answer was lost."""

import asyncio
import json
from datetime import UTC, timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.utils import timezone

from notifications.channels.outcomes import Accepted, LookupResult
from tests.notifications.channels.aliyun import PHONE, SMS, sms
from tests.notifications.channels.builders import (
    PUBLISHED,
    again,
    closed_port,
    http_answer,
    read_request,
    send,
    tcp_server,
)
from tests.simulator import Simulator


def look_up(sent, since=None):
    since = since or timezone.now() - timedelta(minutes=5)
    return asyncio.run(SMS.look_up(sent, since))


class TestLookingUp:
    @pytest.mark.parametrize("fault", ["drop_after", "error_after"])
    def test_a_message_whose_answer_was_lost_is_found(self, simulator: Simulator, fault) -> None:
        simulator.switch(fault, provider="aliyun", count=1)
        sent = sms()
        send(SMS, sent)
        assert look_up(sent) == Accepted(f"7:{sent.attempt_id}")

    def test_a_message_that_never_arrived_is_absent(self, simulator: Simulator) -> None:
        simulator.switch("drop_before", provider="aliyun", count=1)
        sent = sms()
        send(SMS, sent)
        assert look_up(sent) is LookupResult.ABSENT

    def test_an_earlier_try_of_the_same_delivery_is_found(self, simulator: Simulator) -> None:
        sent = sms()
        send(SMS, sent)
        assert look_up(again(sent)) == Accepted(f"7:{sent.attempt_id}")

    def test_a_message_of_no_delivery_is_only_itself(self, simulator: Simulator) -> None:
        sent = sms(delivery_id=0)
        send(SMS, sent)
        assert look_up(sent) == Accepted(f"0:{sent.attempt_id}")
        assert look_up(again(sent)) is LookupResult.ABSENT

    def test_another_delivery_or_number_is_not_taken_for_it(self, simulator: Simulator) -> None:
        send(SMS, sms(delivery_id=77), sms("+8613800138001"))
        assert look_up(sms()) is LookupResult.ABSENT

    def test_what_the_merchant_wrote_is_not_taken_for_it(self, simulator: Simulator) -> None:
        send(SMS, sms(delivery_id=8))
        simulator.control("POST", "inbound", {"from": PHONE, "text": "7:"})
        assert look_up(sms()) is LookupResult.ABSENT

    def test_a_message_is_found_behind_a_page_of_others(self, simulator: Simulator) -> None:
        sent = sms()
        send(SMS, sent)
        send(SMS, *(sms(delivery_id=number + 100) for number in range(60)))
        assert look_up(sent) == Accepted(f"7:{sent.attempt_id}")
        assert look_up(sms(delivery_id=8)) is LookupResult.ABSENT

    def test_a_message_that_failed_had_gone_out_all_the_same(self, simulator: Simulator) -> None:
        simulator.switch("outcome", provider="aliyun", code="INVALID_NUMBER")
        sent = sms()
        send(SMS, sent)
        simulator.wait_for(lambda rows: rows[0]["status"] == "undelivered")
        assert isinstance(look_up(sent), Accepted)

    def test_an_earlier_try_that_was_certainly_not_sent_is_not_taken_for_it(
        self, simulator: Simulator
    ) -> None:
        simulator.switch("outcome", provider="aliyun", code="MOBILE_SEND_LIMIT")
        sent = sms()
        send(SMS, sent)
        simulator.wait_for(lambda rows: rows[0]["status"] == "undelivered")
        assert look_up(again(sent)) is LookupResult.ABSENT

    def test_every_day_since_then_is_looked_at(self, simulator: Simulator) -> None:
        sent = sms()
        send(SMS, sent)
        assert isinstance(look_up(sent, timezone.now() - timedelta(days=3)), Accepted)

    def test_days_are_asked_for_in_chinas_time(self, simulator: Simulator, settings) -> None:
        asked: list[str] = []

        def serve(connection) -> None:
            line = read_request(connection).decode().split("\r\n")[0]
            asked.append(dict(parse_qsl(urlsplit(line.split(" ")[1]).query))["SendDate"])
            body = '{"Code": "OK", "SmsSendDetailDTOs": {"SmsSendDetailDTO": []}}'
            head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
            connection.sendall(f"{head}{body}".encode())

        yesterday = (timezone.now() - timedelta(days=1)).astimezone(UTC)
        evening = yesterday.replace(hour=16, minute=30)  # half past midnight in China
        with tcp_server(serve) as port:
            settings.ALIYUN_SMS_ENDPOINT = f"http://127.0.0.1:{port}"
            assert look_up(sms(), evening) is LookupResult.ABSENT
        assert asked[0] == f"{evening + timedelta(days=1):%Y%m%d}"
        assert asked == sorted(set(asked))

    def test_beyond_thirty_days_nobody_can_tell(self, simulator: Simulator) -> None:
        assert look_up(sms(), PUBLISHED) is LookupResult.CANNOT_TELL

    def test_a_provider_that_does_not_answer_leaves_it_open(self, simulator, settings) -> None:
        settings.ALIYUN_SMS_ENDPOINT = f"http://127.0.0.1:{closed_port()}"
        assert look_up(sms()) is LookupResult.CANNOT_TELL

    @pytest.mark.parametrize("status", ["500 Oh", "429 Too Many", "403 No", "200 OK"])
    @pytest.mark.parametrize(
        "body",
        [
            "<html>",
            "{}",
            '{"Code": "Throttling.User"}',
            '{"Code": "OK"}',
            '{"Code": "OK", "SmsSendDetailDTOs": []}',
            '{"Code": "OK", "SmsSendDetailDTOs": {"SmsSendDetailDTO": 5}}',
            '{"Code": "OK", "SmsSendDetailDTOs": {"SmsSendDetailDTO": ["x"]}}',
        ],
    )
    def test_an_answer_that_makes_no_sense_leaves_it_open(
        self, simulator, settings, status: str, body: str
    ) -> None:
        with tcp_server(http_answer(status, body)) as port:
            settings.ALIYUN_SMS_ENDPOINT = f"http://127.0.0.1:{port}"
            assert look_up(sms()) is LookupResult.CANNOT_TELL

    def test_a_list_without_end_is_not_read_for_ever(self, simulator, settings) -> None:
        rows = [{"OutId": "x"}] * 50
        body = json.dumps({"Code": "OK", "SmsSendDetailDTOs": {"SmsSendDetailDTO": rows}})
        with tcp_server(http_answer("200 OK", body)) as port:
            settings.ALIYUN_SMS_ENDPOINT = f"http://127.0.0.1:{port}"
            assert look_up(sms()) is LookupResult.CANNOT_TELL

    def test_wrong_credentials_tell_nothing(self, simulator, settings) -> None:
        settings.ALIYUN_SMS_ACCESS_KEY_SECRET = "wrong"
        assert look_up(sms()) is LookupResult.CANNOT_TELL
