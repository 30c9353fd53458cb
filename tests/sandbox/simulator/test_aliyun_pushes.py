"""What the simulated Aliyun pushes, and the telephone that it shares with Twilio."""

import json
import re

import pytest

from tests.sandbox.simulator.aliyun_client import PHONE, send_sms
from tests.sandbox.simulator.receiver import Receiver
from tests.sandbox.simulator.wire import FORM, credentials, messages_path, raw
from tests.simulator import Simulator

NUMBER = f"+86{PHONE}"
CHINA_TIME = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")


@pytest.fixture
def site(simulator: Simulator, receiver: Receiver) -> Receiver:
    urls = {
        "aliyun_report_url": f"{receiver.url}/report/?token=t",
        "aliyun_inbound_url": f"{receiver.url}/inbound/?token=t",
    }
    simulator.control("PUT", "config", urls)
    return receiver


def twilio_sms(simulator: Simulator, body: bytes = b"x") -> None:
    form = b"To=%2B86" + PHONE.encode() + b"&From=%2B15005550006&Body=" + body
    headers = {**credentials(simulator), "Content-Type": FORM}
    assert raw(simulator, "POST", messages_path(simulator), form, headers)[0] == 201


def write(simulator: Simulator, text: str = "退订") -> None:
    simulator.control("POST", "inbound", {"from": NUMBER, "text": text})


class TestReports:
    def test_a_report_is_as_documented(self, simulator: Simulator, site: Receiver) -> None:
        _, answer = send_sms(simulator)
        [posted] = site.wait_for(1)
        assert posted.path == "/report/?token=t"
        assert posted.headers["Content-Type"].startswith("application/json")
        [entry] = json.loads(posted.body)
        assert CHINA_TIME.fullmatch(entry.pop("send_time"))
        assert CHINA_TIME.fullmatch(entry.pop("report_time"))
        assert entry == {
            "phone_number": PHONE,
            "success": True,
            "err_code": "DELIVERED",
            "err_msg": "用户接收成功",
            "sms_size": "1",
            "biz_id": answer["BizId"],
            "out_id": "7:abc",
        }

    def test_a_failure_says_why(self, simulator: Simulator, site: Receiver) -> None:
        simulator.switch("outcome", provider="aliyun", code="USER_REJECT")
        send_sms(simulator)
        [entry] = json.loads(site.wait_for(1)[0].body)
        assert (entry["success"], entry["err_code"]) == (False, "USER_REJECT")
        [row] = simulator.messages()
        assert (row["status"], row["error_code"]) == ("undelivered", "USER_REJECT")

    def test_a_report_can_come_twice_or_late(self, simulator: Simulator, site: Receiver) -> None:
        simulator.switch("receipts_doubled", provider="aliyun", count=1)
        simulator.switch("receipts_late", provider="aliyun", ms=50, count=1)
        send_sms(simulator)
        first, second = site.wait_for(2)
        assert first.body == second.body

    def test_a_report_can_stay_away(self, simulator: Simulator, site: Receiver) -> None:
        simulator.switch("receipts_never", provider="aliyun", count=1)
        send_sms(simulator, OutId="never")
        send_sms(simulator, OutId="told")
        simulator.wait_for(lambda rows: all(row["status"] == "delivered" for row in rows))
        [entry] = json.loads(site.wait_for(1)[0].body)
        assert entry["out_id"] == "told"
        assert simulator.messages()[0]["attempts"] == []

    def test_a_report_that_is_not_taken_comes_again(
        self, simulator: Simulator, site: Receiver
    ) -> None:
        site.failures = [500, 403]
        send_sms(simulator)
        site.wait_for(3)
        simulator.wait_for(
            lambda rows: [one["http"] for one in rows[0]["attempts"]] == [500, 403, 200]
        )

    def test_without_an_address_nothing_is_pushed(self, simulator: Simulator) -> None:
        send_sms(simulator)
        write(simulator)
        simulator.wait_for(lambda rows: rows[0]["status"] == "delivered")
        assert [row["attempts"] for row in simulator.messages()] == [[], []]


class TestReplies:
    def test_a_reply_is_pushed_as_documented(self, simulator: Simulator, site: Receiver) -> None:
        send_sms(simulator)
        write(simulator, "退订")
        [posted] = site.wait_for(1, lambda one: one.path.startswith("/inbound/"))
        [entry] = json.loads(posted.body)
        assert (entry["phone_number"], entry["content"]) == (PHONE, "退订")
        assert CHINA_TIME.fullmatch(entry["send_time"])
        assert set(entry) == {"phone_number", "content", "send_time", "dest_code", "sequence_id"}

    def test_a_phone_answers_whoever_wrote_last(self, simulator: Simulator, site: Receiver) -> None:
        send_sms(simulator)
        twilio_sms(simulator)
        write(simulator, "一")
        send_sms(simulator)
        write(simulator, "二")
        write(simulator, "三")
        told = {row["body"]: row["provider"] for row in simulator.messages() if row["inbound"]}
        assert told == {"一": "twilio", "二": "aliyun", "三": "aliyun"}


class TestPhone:
    def test_the_control_api_knows_both_ways(self, simulator: Simulator) -> None:
        twilio_sms(simulator)
        send_sms(simulator)
        write(simulator, "好")
        rows = simulator.control("GET", f"phones/{NUMBER}/messages")["messages"]
        assert [row["provider"] for row in rows] == ["twilio", "aliyun", "aliyun"]
        assert simulator.control("GET", "counts")["aliyun"]["received"] == 1
