"""Aliyun's pushes: whom to believe, and what they say."""

import json
from collections.abc import Iterator
from uuid import UUID, uuid4

import pytest
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from notifications.channels import provider as find_provider
from notifications.channels.aliyun_codes import RECEIPTS as ERRORS
from notifications.channels.outcomes import (
    Accepted,
    BadSignature,
    Callback,
    InboundAction,
    Reason,
    ReceiptState,
    UnreadableCallback,
    state_after,
)
from tests.notifications.channels.builders import bulletin, message, send
from tests.sandbox.simulator.receiver import Posted, Receiver, receiving
from tests.simulator import Simulator

PHONE = "+8613800138000"
ATTEMPT = UUID("6f1c2ab0-9d3e-4f5a-8b7c-0123456789ab")
SMS = find_provider("aliyun")
REPORT = {
    "phone_number": "13800138000",
    "send_time": "2025-02-21 10:42:00",
    "report_time": "2025-02-21 10:42:05",
    "success": True,
    "err_code": "DELIVERED",
    "err_msg": "用户接收成功",
    "sms_size": "1",
    "biz_id": "900619746936498440^0",
    "out_id": f"7:{ATTEMPT}",
}
REPLY = {
    "phone_number": "13800138000",
    "content": "退订",
    "send_time": "2025-02-21 10:43:00",
    "dest_code": "1234",
    "sequence_id": "1234567890",
}


def pushed(given, path: str = "/hooks/aliyun/report/?token=push-token"):
    body = given if isinstance(given, bytes) else json.dumps(given).encode()
    return RequestFactory().post(path, body, content_type="application/json")


def parse(*entries) -> Callback:
    return SMS.parse_callback(pushed(list(entries)))


class TestToken:
    def test_the_address_with_the_secret_is_believed(self, settings) -> None:
        settings.ALIYUN_SMS_CALLBACK_TOKEN = "push-token"
        SMS.verify_callback(pushed([REPORT]))

    @pytest.mark.parametrize(
        "query", ["", "?", "?token=", "?token=push-toke", "?token=push-token2", "?token=令牌"]
    )
    def test_any_other_address_is_refused(self, settings, query: str) -> None:
        settings.ALIYUN_SMS_CALLBACK_TOKEN = "push-token"
        with pytest.raises(BadSignature):
            SMS.verify_callback(pushed([REPORT], f"/hooks/aliyun/report/{query}"))

    @pytest.mark.parametrize("query", ["", "?token=", "?token=push-token"])
    def test_an_unset_token_believes_nobody(self, settings, query: str) -> None:
        settings.ALIYUN_SMS_CALLBACK_TOKEN = ""
        with pytest.raises(BadSignature):
            SMS.verify_callback(pushed([REPORT], f"/hooks/aliyun/report/{query}"))


class TestReports:
    def test_a_delivered_message_names_its_delivery(self) -> None:
        callback = parse(REPORT)
        [receipt] = callback.receipts
        assert receipt.state is ReceiptState.DELIVERED
        assert (receipt.delivery_id, receipt.attempt_id) == (7, ATTEMPT)
        assert receipt.provider_id == "900619746936498440^0"
        assert (receipt.code, receipt.reason, receipt.suppress) == ("", None, False)
        assert json.loads(callback.answer) == {"code": 0, "msg": "成功"}
        assert callback.content_type == "application/json"

    def test_a_push_of_many_is_read_whole(self) -> None:
        reports = [{**REPORT, "biz_id": f"{n}^0", "out_id": f"{n}:{uuid4()}"} for n in range(50)]
        assert [one.delivery_id for one in parse(*reports).receipts] == list(range(50))

    def test_copies_of_one_report_have_one_key(self) -> None:
        first, second = parse(REPORT, {**REPORT, "report_time": "2025-02-21 10:50:00"}).receipts
        assert first.key == second.key
        [failed] = parse({**REPORT, "success": False, "err_code": "USER_REJECT"}).receipts
        assert failed.key != first.key

    @pytest.mark.parametrize(
        ("code", "reason", "suppress"),
        [
            ("USER_REJECT", Reason.OPTED_OUT, True),
            ("MOBILE_IN_BLACK", Reason.BLOCKED, False),
            ("MOBILE_NOT_ON_SERVICE", Reason.UNREACHABLE, False),
            ("INVALID_NUMBER", Reason.UNKNOWN_NUMBER, True),
            ("CONTENT_KEYWORD", Reason.REFUSED_CONTENT, False),
            ("MK:0001", Reason.OTHER, False),
            ("", Reason.OTHER, False),
        ],
    )
    def test_why_a_message_did_not_arrive(self, code: str, reason: Reason, suppress: bool) -> None:
        [receipt] = parse({**REPORT, "success": False, "err_code": code}).receipts
        assert receipt.state is ReceiptState.UNDELIVERED
        assert (receipt.code, receipt.reason, receipt.suppress) == (code, reason, suppress)

    @pytest.mark.parametrize("code", ["MOBILE_SEND_LIMIT", "isv.OUT_OF_SERVICE"])
    def test_what_was_not_sent_through_no_fault_of_its_own_is_told_apart(self, code: str) -> None:
        [receipt] = parse({**REPORT, "success": False, "err_code": code}).receipts
        assert (receipt.state, receipt.suppress) == (ReceiptState.NOT_SENT, False)

    @pytest.mark.parametrize(
        "out_id", ["", None, "order-5", "7", "7:x", "-7:x", 7, f"{'9' * 19}:{ATTEMPT}"]
    )
    def test_another_programs_message_is_nobodys_delivery(self, out_id) -> None:
        [receipt] = parse({**REPORT, "out_id": out_id}).receipts
        assert (receipt.delivery_id, receipt.attempt_id) == (None, None)
        assert receipt.provider_id == REPORT["biz_id"]

    @pytest.mark.parametrize(
        "bad",
        [
            "x",
            5,
            None,
            {},
            {**REPORT, "biz_id": ""},
            {**REPORT, "biz_id": "a\x00b"},
            {**REPORT, "biz_id": "a\ud800"},
            {**REPORT, "success": "yes"},
            {**REPLY, "phone_number": 5},
            {**REPLY, "content": None},
        ],
    )
    def test_one_bad_entry_does_not_lose_the_others(self, bad) -> None:
        assert [one.delivery_id for one in parse(bad, REPORT).receipts] == [7]
        with pytest.raises(UnreadableCallback):
            parse(bad)

    def test_what_a_table_keeps_is_not_longer_than_its_columns(self) -> None:
        long = {**REPORT, "success": False, "biz_id": "9" * 500, "err_code": "X" * 500}
        [receipt] = parse(long).receipts
        assert (len(receipt.provider_id), len(receipt.code)) == (80, 40)


class TestReplies:
    @pytest.mark.parametrize(
        ("text", "action"),
        [
            ("退订", InboundAction.STOP),
            (" td ", InboundAction.STOP),
            ("STOP", InboundAction.STOP),
            ("START", InboundAction.START),
            ("什么时候到账？", InboundAction.TEXT),
            ("", InboundAction.TEXT),
        ],
    )
    def test_what_merchants_write_is_read_as_an_action(
        self, text: str, action: InboundAction
    ) -> None:
        [said] = parse({**REPLY, "content": text}).inbound
        assert (said.address, said.action, said.text) == (PHONE, action, text.strip())

    @pytest.mark.parametrize(
        ("number", "address"),
        [("13800138000", PHONE), ("8613800138000", PHONE), ("85251234567", "+85251234567")],
    )
    def test_numbers_are_read_as_they_are_kept(self, number: str, address: str) -> None:
        [said] = parse({**REPLY, "phone_number": number}).inbound
        assert said.address == address

    def test_a_push_of_many_is_read_whole(self) -> None:
        replies = [{**REPLY, "phone_number": f"138001380{n:02d}"} for n in range(20)]
        assert len(parse(*replies).inbound) == 20


@pytest.mark.parametrize("body", [b"", b"{", b"{}", b"5", b'"x"', b"null", b"\xff", b"[" * 100_000])
def test_nonsense_is_unreadable(body: bytes) -> None:
    with pytest.raises(UnreadableCallback):
        SMS.parse_callback(pushed(body))


def test_an_empty_push_says_nothing() -> None:
    callback = parse()
    assert (callback.receipts, callback.inbound) == ([], [])


@given(
    entries=st.lists(
        st.dictionaries(
            st.sampled_from([*REPORT, *REPLY]),
            st.none() | st.booleans() | st.integers() | st.text() | st.lists(st.text()),
        )
    )
)
def test_any_push_is_read_or_unreadable(entries: list[dict[str, object]]) -> None:
    try:
        callback = parse(*entries)
    except UnreadableCallback:
        return
    assert len(callback.receipts) + len(callback.inbound) <= 2 * len(entries)


class TestAgainstTheSimulator:
    @pytest.fixture
    def site(self, simulator: Simulator) -> Iterator[Receiver]:
        """Our site, as the simulated provider finds it."""
        with receiving() as receiver:
            address = f"{receiver.url}/hooks/aliyun_sms"
            urls = {
                "aliyun_report_url": f"{address}/report/?token=push-token",
                "aliyun_inbound_url": f"{address}/inbound/?token=push-token",
            }
            simulator.control("PUT", "config", urls)
            yield receiver
            simulator.control("PUT", "config", dict.fromkeys(urls, ""))

    @staticmethod
    def read(posted: Posted) -> Callback:
        request = pushed(posted.body, posted.path)
        SMS.verify_callback(request)
        return SMS.parse_callback(request)

    @pytest.mark.parametrize("code", [None, *(code for code in ERRORS if code.isupper())])
    def test_a_receipt_comes_back_to_its_delivery(
        self, simulator: Simulator, site: Receiver, code: str | None
    ) -> None:
        if code:
            simulator.switch("outcome", provider="aliyun", code=code)
        sent = message(PHONE, content=SMS.compose(bulletin()))
        [outcome] = send(SMS, sent)
        [receipt] = self.read(site.wait_for(1)[0]).receipts
        assert (receipt.delivery_id, receipt.attempt_id) == (7, sent.attempt_id)
        assert outcome == Accepted(receipt.provider_id)
        ended = ReceiptState.UNDELIVERED if code else ReceiptState.DELIVERED
        assert receipt.state is state_after(ERRORS.get(code), ended)
        assert receipt.reason is (ERRORS[code].reason if code else None)

    def test_a_reply_comes_back_to_its_address(self, simulator: Simulator, site: Receiver) -> None:
        send(SMS, message(PHONE, content=SMS.compose(bulletin())))
        simulator.control("POST", "inbound", {"from": PHONE, "text": "退订"})
        [posted] = site.wait_for(1, lambda one: "/inbound/" in one.path)
        [said] = self.read(posted).inbound
        assert (said.address, said.action) == (PHONE, InboundAction.STOP)
