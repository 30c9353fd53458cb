"""SMS through Tencent Cloud: what is signed and sent, receipts, replies and look-ups."""

import asyncio
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.test import RequestFactory

from notifications.channels.base import Awaited
from notifications.channels.outcomes import (
    Accepted,
    BadSignature,
    Failed,
    InboundAction,
    LookupResult,
    NotSent,
    Reason,
    ReceiptState,
    Unknown,
    UnreadableCallback,
)
from notifications.channels.tencent_api import authorization
from notifications.channels.tencent_codes import ERRORS
from tests.notifications.channels.aliyun import PHONE, TENCENT, tencent_sms
from tests.notifications.channels.builders import http_answer, message, send, tcp_server
from tests.simulator import Simulator


def pushed(said: object, token: str = "push-token"):
    return RequestFactory().post(
        f"/hooks/tencent/?token={token}", json.dumps(said), content_type="application/json"
    )


# Of Tencent's "signature v3"; the second is on its later page, with the secret masked.
@pytest.mark.parametrize(
    ("secret", "expected"),
    [
        ("EXAMPLE", "72e494ea809ad7a8c8f7a4507b9bddcbaa8e581f516e8da2f66e2c5a96525168"),
        ("*******", "2230eefd229f582d8b1b891af7107b91597240707d778ab3738f756258d7652c"),
    ],
)
def test_the_documented_example_is_signed_as_documented(settings, secret, expected) -> None:
    settings.TENCENT_SMS_SECRET_ID = f"AKIDz8krbsJ5yKBZQpn74WFkmLPx3{secret}"
    settings.TENCENT_SMS_SECRET_KEY = f"Gu5t9xGARNpq86cd98joQYCN3{secret}"
    body = (
        rb'{"Limit": 1, "Filters": [{"Values": ["\u672a\u547d\u540d"], "Name": "instance-name"}]}'
    )
    headers = {"content-type": "application/json; charset=utf-8", "host": "cvm.tencentcloudapi.com"}
    assert authorization(body, headers, 1551113065, "cvm") == (
        f"TC3-HMAC-SHA256 Credential={settings.TENCENT_SMS_SECRET_ID}/2019-02-25/cvm/tc3_request, "
        f"SignedHeaders=content-type;host, Signature={expected}"
    )


def test_a_message_reaches_the_phone_as_it_was_written(simulator: Simulator) -> None:
    sent = tencent_sms()
    [outcome] = send(TENCENT, sent)
    [row] = simulator.messages(to=PHONE)
    assert outcome == Accepted(row["sid"])
    assert (row["provider"], row["body"]) == ("tencent", sent.content.text)
    assert row["details"]["context"] == f"7:{sent.attempt_id}"


@pytest.mark.parametrize("number", ["+85251234567", "+6591234567", "+14155550100"])
def test_numbers_abroad_get_their_own_templates(simulator: Simulator, number: str) -> None:
    assert isinstance(send(TENCENT, tencent_sms(number))[0], Accepted)
    assert "【" not in simulator.messages(to=number)[0]["body"]


def test_a_template_for_home_never_goes_abroad(simulator: Simulator) -> None:
    sent = replace(tencent_sms(), address="+85251234567")
    assert send(TENCENT, sent) == [NotSent(Reason.NO_TEMPLATE, "abroad")]
    assert send(TENCENT, message(PHONE, "free text")) == [NotSent(Reason.NO_TEMPLATE, "none")]
    assert simulator.messages() == []


def test_every_refusal_of_the_table_is_told_as_the_table_says(
    simulator: Simulator, subtests: pytest.Subtests
) -> None:
    for code in sorted(ERRORS):
        with subtests.test(code=code):
            simulator.switch("refuse", provider="tencent", code=code)
            assert send(TENCENT, tencent_sms()) == [replace(ERRORS[code], code=code[:40])]
            assert simulator.messages(to=PHONE) == []


def test_only_the_number_and_the_text_can_fail() -> None:
    assert {code for code, one in ERRORS.items() if isinstance(one, Failed)} == {
        "InvalidParameterValue.IncorrectPhoneNumber",
        "FailedOperation.PhoneNumberInBlacklist",
        "FailedOperation.ContainSensitiveWord",
        "InvalidParameterValue.ContentLengthLimit",
        "InvalidParameterValue.ProhibitedUseUrlInTemplateParameter",
    }


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("AuthFailure.SecretIdNotFound", NotSent(Reason.NO_CREDENTIALS)),
        ("UnauthorizedOperation.SerivceSuspendDueToArrears", NotSent(Reason.NO_CREDENTIALS)),
        ("LimitExceeded.PhoneNumberDailyLimit", NotSent(Reason.QUOTA, retry_after=3600.0)),
        ("InternalError.OtherError", Unknown(Reason.PROVIDER_ERROR)),
        ("InvalidParameterValue.Whatever", NotSent(Reason.UNKNOWN_CODE)),
        ("NeverHeardOf", NotSent(Reason.UNKNOWN_CODE)),
    ],
)
def test_a_code_that_is_not_in_the_table_goes_by_its_family(simulator, code, expected) -> None:
    simulator.switch("refuse", provider="tencent", code=code)
    assert send(TENCENT, tencent_sms()) == [replace(expected, code=code[:40])]


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        ("200 OK", {"Response": {}}, Unknown(Reason.PROVIDER_ERROR, "200")),
        ("200 OK", {"Response": {"SendStatusSet": []}}, Unknown(Reason.PROVIDER_ERROR, "200")),
        (
            "200 OK",
            {"Response": {"SendStatusSet": [{"Code": "Ok"}]}},
            Unknown(Reason.PROVIDER_ERROR, "no SerialNo"),
        ),
        ("500 Oh", {"Response": {}}, Unknown(Reason.PROVIDER_ERROR, "500")),
        ("429 Slow", {}, NotSent(Reason.RATE_LIMITED, "429")),
    ],
)
def test_each_answer_leads_to_its_outcome(simulator, settings, status, body, expected) -> None:
    with tcp_server(http_answer(status, json.dumps(body))) as port:
        settings.TENCENT_SMS_ENDPOINT = f"http://127.0.0.1:{port}"
        assert send(TENCENT, tencent_sms()) == [expected]


def test_wrong_credentials_are_not_the_merchants_fault(simulator, settings) -> None:
    settings.TENCENT_SMS_SECRET_KEY = "wrong"
    code = "AuthFailure.SignatureFailure"
    assert send(TENCENT, tencent_sms()) == [NotSent(Reason.NO_CREDENTIALS, code)]


@pytest.mark.parametrize("fault", ["drop_before", "drop_after", "error_before", "error_after"])
def test_what_may_have_gone_out_is_never_repeated(simulator: Simulator, fault) -> None:
    simulator.switch(fault, provider="tencent", count=1)
    assert isinstance(send(TENCENT, tencent_sms())[0], Unknown)
    assert len(simulator.messages(to=PHONE)) == (1 if fault.endswith("after") else 0)


def test_a_message_that_was_accepted_unheard_is_found_by_its_receipt(simulator: Simulator) -> None:
    simulator.switch("drop_after", provider="tencent", count=1)
    sent = tencent_sms()
    assert isinstance(send(TENCENT, sent)[0], Unknown)
    [row] = simulator.wait_for(lambda rows: rows and rows[0]["status"] == "delivered")
    since = datetime.now(UTC) - timedelta(minutes=1)
    assert asyncio.run(TENCENT.look_up(sent, since)) == Accepted(row["sid"])
    other = replace(sent, delivery_id=8)
    # Without a receipt it may still be under way; it is absent once that would have come.
    assert asyncio.run(TENCENT.look_up(other, since)) is LookupResult.CANNOT_TELL
    assert asyncio.run(TENCENT.look_up(other, since - timedelta(days=4))) is LookupResult.ABSENT


def test_a_receipt_can_be_asked_for(simulator: Simulator) -> None:
    sent = tencent_sms()
    [accepted] = send(TENCENT, sent)
    assert isinstance(accepted, Accepted)
    simulator.wait_for(lambda rows: rows and rows[0]["status"] == "delivered")
    one = Awaited(7, sent.attempt_id, accepted.provider_id, PHONE, datetime.now(UTC))
    [receipt] = asyncio.run(TENCENT.ask_receipts([one])).values()
    assert receipt.state is ReceiptState.DELIVERED


def test_receipts_and_replies_are_read(simulator: Simulator) -> None:
    report = {"sid": "8:1", "report_status": "SUCCESS", "errmsg": "DELIVRD", "mobile": "138"}
    failed = {**report, "sid": "8:2", "report_status": "FAIL", "errmsg": "MBBLACK"}
    TENCENT.verify_callback(pushed([report]))
    said = TENCENT.parse_callback(pushed([report, failed, 5, {}]))
    assert [one.state for one in said.receipts] == [
        ReceiptState.DELIVERED,
        ReceiptState.UNDELIVERED,
    ]
    assert said.receipts[1].reason is Reason.BLOCKED
    assert json.loads(said.answer) == {"result": 0, "errmsg": "OK"}
    reply = {"mobile": "13800138000", "nationcode": "86", "text": "退订", "time": 1457336869}
    [inbound] = TENCENT.parse_callback(pushed(reply)).inbound
    assert (inbound.address, inbound.action) == (PHONE, InboundAction.STOP)


@pytest.mark.parametrize("token", ["", "wrong"])
def test_a_callback_without_the_secret_is_refused(simulator, token: str) -> None:
    with pytest.raises(BadSignature):
        TENCENT.verify_callback(pushed([], token))


@pytest.mark.parametrize("said", [5, "x", {}, [{}], None])
def test_what_is_no_callback_is_unreadable(simulator, said: object) -> None:
    with pytest.raises(UnreadableCallback):
        TENCENT.parse_callback(pushed(said))
