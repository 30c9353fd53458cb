"""The simulated Aliyun: whom it believes, what it refuses, and what it lists."""

import json
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.sandbox.simulator.aliyun_client import (
    PHONE,
    SHOWN,
    SMS,
    VALUES,
    call,
    code_of,
    encoded,
    send_sms,
    signed_headers,
)
from tests.sandbox.simulator.wire import raw
from tests.simulator import Simulator

TODAY = datetime.now(ZoneInfo("Asia/Shanghai"))
QUERY = {"PhoneNumber": PHONE, "SendDate": "", "PageSize": "50", "CurrentPage": "1"}


def details(simulator: Simulator, **changes: str) -> list[dict[str, object]]:
    today = datetime.now(ZoneInfo("Asia/Shanghai")).strftime("%Y%m%d")
    given = {**QUERY, "SendDate": today, **changes}
    status, answer = call(simulator, "QuerySendDetails", given)
    assert (status, answer["Code"]) == (200, "OK")
    rows: list[dict[str, object]] = answer["SmsSendDetailDTOs"]["SmsSendDetailDTO"]
    return rows


def test_a_message_is_accepted_and_shown_as_the_template_has_it(simulator: Simulator) -> None:
    status, answer = send_sms(simulator)
    assert (status, answer["Code"]) == (200, "OK")
    [row] = simulator.messages(provider="aliyun")
    assert answer["BizId"] == row["sid"]
    assert (row["to"], row["body"]) == (f"+86{PHONE}", SHOWN)


@pytest.mark.parametrize(
    ("number", "to"), [("85251234567", "+85251234567"), ("12025550100", "+12025550100")]
)
def test_numbers_abroad_come_without_plus(simulator: Simulator, number: str, to: str) -> None:
    assert code_of(simulator, PhoneNumbers=number) == "OK"
    assert len(simulator.messages(to=to)) == 1


class TestSignature:
    def refused(self, simulator: Simulator, headers: dict[str, str], body: bytes = b"") -> str:
        status, answer = raw(simulator, "POST", f"/?{encoded(SMS)}", body, headers)
        assert status in {400, 404}
        assert simulator.messages() == []
        return str(json.loads(answer)["Code"])

    def test_an_unsigned_request_is_refused(
        self, simulator: Simulator, subtests: pytest.Subtests
    ) -> None:
        for given in ["", "Basic x", "ACS3-HMAC-SHA256", "ACS3-HMAC-SHA256 x=y"]:
            with subtests.test(given=given):
                headers = {**signed_headers(simulator, encoded(SMS)), "Authorization": given}
                assert self.refused(simulator, headers) == "IncompleteSignature"

    def test_another_parameter_than_was_signed_is_refused(self, simulator: Simulator) -> None:
        headers = signed_headers(simulator, encoded({**SMS, "PhoneNumbers": "13900000000"}))
        assert self.refused(simulator, headers) == "SignatureDoesNotMatch"

    def test_a_body_that_was_not_hashed_is_refused(self, simulator: Simulator) -> None:
        headers = signed_headers(simulator, encoded(SMS))
        assert self.refused(simulator, headers, b"more") == "SignatureDoesNotMatch"

    def test_another_key_is_not_known(self, simulator: Simulator) -> None:
        headers = signed_headers(simulator, encoded(SMS))
        headers["Authorization"] = headers["Authorization"].replace(simulator.access_key_id, "X")
        assert self.refused(simulator, headers) == "InvalidAccessKeyId.NotFound"

    @pytest.mark.parametrize("minutes", [-20, 20])
    def test_a_clock_that_is_wrong_is_refused(self, simulator: Simulator, minutes: int) -> None:
        at = datetime.now(UTC) + timedelta(minutes=minutes)
        headers = signed_headers(simulator, encoded(SMS), x_acs_date=f"{at:%Y-%m-%dT%H:%M:%SZ}")
        assert self.refused(simulator, headers) == "InvalidTimeStamp.Expired"

    def test_a_request_is_taken_once(self, simulator: Simulator) -> None:
        query = encoded(SMS)
        headers = signed_headers(simulator, query)
        assert raw(simulator, "POST", f"/?{query}", headers=headers)[0] == 200
        status, answer = raw(simulator, "POST", f"/?{query}", headers=headers)
        assert (status, json.loads(answer)["Code"]) == (400, "SignatureNonceUsed")
        assert len(simulator.messages()) == 1


class TestRefusals:
    def test_what_is_not_as_documented(
        self, simulator: Simulator, subtests: pytest.Subtests
    ) -> None:
        for changes, code in [
            ({"PhoneNumbers": ""}, "isv.MOBILE_NUMBER_ILLEGAL"),
            ({"PhoneNumbers": f"+86{PHONE}"}, "isv.MOBILE_NUMBER_ILLEGAL"),
            ({"PhoneNumbers": f"{PHONE},13900005678"}, "isv.MOBILE_NUMBER_ILLEGAL"),
            ({"SignName": ""}, "isv.SMS_SIGNATURE_ILLEGAL"),
            ({"TemplateCode": "SMS_1"}, "isv.SMS_TEMPLATE_ILLEGAL"),
            ({"TemplateParam": "{"}, "isv.INVALID_JSON_PARAM"),
            ({"TemplateParam": "[]"}, "isv.INVALID_JSON_PARAM"),
            ({"TemplateParam": '{"number": 12}'}, "isv.INVALID_JSON_PARAM"),
            ({"TemplateParam": "{}"}, "isv.TEMPLATE_MISSING_PARAMETERS"),
            (
                {"TemplateParam": json.dumps({**VALUES, "body": ""})},
                "isv.TEMPLATE_MISSING_PARAMETERS",
            ),
            (
                {"TemplateParam": json.dumps({**VALUES, "body": "话" * 36})},
                "isv.PARAM_LENGTH_LIMIT",
            ),
            (
                {"TemplateParam": json.dumps({**VALUES, "body": "https://a.cn"})},
                "isv.PARAM_NOT_SUPPORT_URL",
            ),
            ({"OutId": "x" * 257}, "isv.INVALID_PARAMETERS"),
        ]:
            with subtests.test(changes=changes, code=code):
                assert code_of(simulator, **changes) == code
                assert simulator.messages() == []

    def test_a_signature_that_is_not_approved(self, simulator: Simulator) -> None:
        simulator.control("PUT", "config", {"aliyun_sign_names": ["另一家"]})
        assert code_of(simulator) == "isv.SMS_SIGNATURE_ILLEGAL"


class TestDetails:
    def test_a_message_on_its_way_has_no_result_yet(self, simulator: Simulator) -> None:
        simulator.control("PUT", "config", {"sent_ms": 60_000})
        send_sms(simulator)
        [row] = details(simulator)
        assert (row["SendStatus"], row["ErrCode"], row["ReceiveDate"]) == (1, "", "")
        assert (row["PhoneNum"], row["OutId"], row["Content"]) == (PHONE, "7:abc", SHOWN)

    @pytest.mark.parametrize(
        ("code", "status", "shown"), [("", 3, "DELIVERED"), ("INVALID_NUMBER", 2, "INVALID_NUMBER")]
    )
    def test_how_a_message_ended(
        self, simulator: Simulator, code: str, status: int, shown: str
    ) -> None:
        if code:
            simulator.switch("outcome", provider="aliyun", code=code)
        send_sms(simulator)
        simulator.wait_for(lambda rows: rows[0]["status"].endswith("delivered"))
        [row] = details(simulator)
        assert (row["SendStatus"], row["ErrCode"]) == (status, shown)

    def test_another_day_number_or_direction_is_not_listed(self, simulator: Simulator) -> None:
        send_sms(simulator, PhoneNumbers="13900005678")
        send_sms(simulator)
        simulator.control("POST", "inbound", {"from": f"+86{PHONE}", "text": "收到"})
        assert len(details(simulator)) == 1
        assert details(simulator, SendDate=f"{TODAY - timedelta(days=2):%Y%m%d}") == []

    def test_what_cannot_be_asked(self, simulator: Simulator, subtests: pytest.Subtests) -> None:
        for changes in [
            {"PageSize": "51"},
            {"PageSize": "0"},
            {"PageSize": "x"},
            {"CurrentPage": "0"},
            {"CurrentPage": "9" * 5000},
            {"SendDate": "2025-01-01"},
            {"SendDate": f"{TODAY - timedelta(days=40):%Y%m%d}"},
        ]:
            with subtests.test(changes=changes):
                given = {**QUERY, "SendDate": f"{TODAY:%Y%m%d}", **changes}
                assert (
                    call(simulator, "QuerySendDetails", given)[1]["Code"]
                    == "isv.INVALID_PARAMETERS"
                )
