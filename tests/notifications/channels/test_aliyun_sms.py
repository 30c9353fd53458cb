"""SMS through Aliyun: what is signed and sent, and what its answers mean."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest

from notifications.channels.aliyun_api import NO_BODY, authorization
from notifications.channels.aliyun_codes import ERRORS, RECEIPTS, reported
from notifications.channels.outcomes import Accepted, Failed, NotSent, Reason, Unknown
from tests.notifications.approved import composed
from tests.notifications.channels.aliyun import PHONE, SMS, sms
from tests.notifications.channels.builders import (
    bulletin,
    http_answer,
    message,
    read_request,
    send,
    tcp_server,
)
from tests.simulator import Simulator


class TestSigning:
    # The examples of Aliyun's "V3 request structure and signature"; the second is on its older
    # page, "ROA style", with another time and nonce.
    @pytest.mark.parametrize(
        ("date", "nonce", "expected"),
        [
            (
                "2023-10-26T10:22:32Z",
                "3156853299f313e23d1673dc12e1703d",
                "06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0",
            ),
            (
                "2023-10-26T09:01:01Z",
                "d410180a5abf7fe235dd9b74aca91fc0",
                "e521358f7776c97df52e6b2891a8bc73026794a071b50c3323388c4e0df64804",
            ),
        ],
    )
    def test_the_documented_example_is_signed_as_documented(
        self, settings, date: str, nonce: str, expected: str
    ) -> None:
        settings.ALIYUN_SMS_ACCESS_KEY_ID = "YourAccessKeyId"
        settings.ALIYUN_SMS_ACCESS_KEY_SECRET = "YourAccessKeySecret"
        query = "ImageId=win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd&RegionId=cn-shanghai"
        headers = {
            "x-acs-version": "2014-05-26",
            "x-acs-action": "RunInstances",
            "host": "ecs.cn-shanghai.aliyuncs.com",
            "x-acs-content-sha256": NO_BODY,
            "x-acs-date": date,
            "x-acs-signature-nonce": nonce,
        }
        assert authorization(query, headers) == (
            "ACS3-HMAC-SHA256 Credential=YourAccessKeyId,SignedHeaders=host;x-acs-action;"
            "x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version,"
            f"Signature={expected}"
        )

    def test_what_is_sent_is_what_was_signed(self, simulator: Simulator, settings) -> None:
        seen: list[bytes] = []

        def serve(connection) -> None:
            seen.append(read_request(connection))

        with tcp_server(serve) as port:
            settings.ALIYUN_SMS_ENDPOINT = f"http://127.0.0.1:{port}"
            send(SMS, sms(name="a b+c*~!'(中)&=%20/?"), sms("+8613800138001", 8))
        heads = [request.decode().split("\r\n\r\n")[0].split("\r\n") for request in seen]
        for line, *rows in heads:
            pairs = [row.split(": ", 1) for row in rows]
            headers = {name.lower(): value for name, value in pairs}
            method, target, _ = line.split(" ")
            assert (method, target[:2]) == ("POST", "/?")
            assert "+" not in target
            signed = headers["authorization"].split("SignedHeaders=")[1].split(",")[0].split(";")
            query = urlsplit(target).query
            expected = authorization(query, {name: headers[name] for name in signed})
            assert headers["authorization"] == expected
            assert headers["host"] == f"127.0.0.1:{port}"
            at = datetime.strptime(headers["x-acs-date"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
            assert abs(datetime.now(UTC) - at) < timedelta(minutes=1)
            assert dict(parse_qsl(query))["SignName"] == "演示支付"
        nonces = {row for _, *rows in heads for row in rows if "nonce:" in row.lower()}
        assert len(nonces) == 2


class TestSending:
    def test_a_message_reaches_the_phone_as_it_was_written(self, simulator: Simulator) -> None:
        sent = sms()
        [outcome] = send(SMS, sent)
        [row] = simulator.messages(to=PHONE)
        assert outcome == Accepted(row["sid"])
        assert (row["provider"], row["body"]) == ("aliyun", sent.content.text)
        assert row["segments"] == sent.content.segments
        assert row["details"]["out_id"] == f"7:{sent.attempt_id}"

    @pytest.mark.parametrize("language", ["zh-hans", "en"])
    def test_text_of_every_kind_survives_the_way(self, simulator: Simulator, language) -> None:
        said = bulletin(language, name="50% + a&b=c ~ *\"'“引号” \\ 汉字")
        content = composed(SMS, said)
        assert "a&b=c" in content.text
        send(SMS, message(PHONE, content=content))
        assert simulator.messages(to=PHONE)[0]["body"] == content.text

    def test_a_batch_of_many_sends_each_once(self, simulator: Simulator) -> None:
        batch = [sms(f"+861380013{n:04d}", delivery_id=n + 1) for n in range(100)]
        outcomes = send(SMS, *batch)
        assert all(isinstance(outcome, Accepted) for outcome in outcomes)
        rows = simulator.messages(provider="aliyun")
        assert sorted(row["to"] for row in rows) == sorted(one.address for one in batch)

    @pytest.mark.parametrize("number", ["+85251234567", "+6591234567", "+12025550100"])
    def test_numbers_abroad_keep_their_country(self, simulator: Simulator, number: str) -> None:
        send(SMS, sms(number))
        assert len(simulator.messages(to=number)) == 1

    def test_a_number_abroad_is_never_taken_for_a_strangers_at_home(self, simulator) -> None:
        # +1 415 555 0100 without its plus sign is a mobile number of the mainland.
        assert send(SMS, sms("+14155550100")) == [NotSent(Reason.OTHER, "ambiguous number")]
        assert simulator.messages() == []

    def test_free_text_waits_for_a_template(self, simulator: Simulator) -> None:
        outcome = send(SMS, message(PHONE, "您的验证码是 123456"))
        assert outcome == [NotSent(Reason.NO_TEMPLATE, "none")]
        assert simulator.messages() == []

    def test_every_refusal_of_the_table_is_told_as_the_table_says(
        self, simulator: Simulator, subtests: pytest.Subtests
    ) -> None:
        for code in sorted(set(ERRORS) - {"isp"}):
            with subtests.test(code=code):
                simulator.switch("refuse", provider="aliyun", code=code)
                assert send(SMS, sms()) == [replace(ERRORS[code], code=code)]
                assert simulator.messages(to=PHONE) == []

    @pytest.mark.parametrize(
        ("code", "expected"),
        [
            ("Throttling.User", NotSent(Reason.RATE_LIMITED)),
            ("Throttling.Api", NotSent(Reason.RATE_LIMITED)),
            ("InvalidAccessKeyId.NotFound", NotSent(Reason.NO_CREDENTIALS)),
            ("InvalidAccessKeyId.Inactive", NotSent(Reason.NO_CREDENTIALS)),
            ("InvalidTimeStamp.Expired", NotSent(Reason.NO_CREDENTIALS)),
            ("isp.SYSTEM_ERROR", Unknown(Reason.PROVIDER_ERROR)),
            ("isv.NEVER_HEARD_OF", NotSent(Reason.UNKNOWN_CODE)),
            ("Whatever", NotSent(Reason.UNKNOWN_CODE)),
        ],
    )
    def test_a_code_that_is_not_in_the_table_goes_by_its_family(
        self, simulator: Simulator, code: str, expected
    ) -> None:
        simulator.switch("refuse", provider="aliyun", code=code)
        assert send(SMS, sms()) == [replace(expected, code=code)]

    @pytest.mark.parametrize(
        ("status", "body", "expected"),
        [
            ("200 OK", {"Code": "OK", "BizId": "1^0"}, Accepted("1^0")),
            ("200 OK", {"Code": "OK"}, Unknown(Reason.PROVIDER_ERROR, "no BizId")),
            ("200 OK", {}, Unknown(Reason.PROVIDER_ERROR, "200")),
            ("200 OK", {"Code": 5}, Unknown(Reason.PROVIDER_ERROR, "200")),
            ("302 Found", {"Code": "OK", "BizId": "1"}, Unknown(Reason.PROVIDER_ERROR, "302")),
            ("403 No", {}, NotSent(Reason.UNKNOWN_CODE, "403")),
            ("500 Oh", {"Code": "InternalError"}, Unknown(Reason.PROVIDER_ERROR, "500")),
            ("503 Oh", {"Code": "isv.OUT_OF_SERVICE"}, Unknown(Reason.PROVIDER_ERROR, "503")),
            ("400 Bad", {"Code": "X" * 90}, NotSent(Reason.UNKNOWN_CODE, "X" * 40)),
        ],
    )
    def test_each_answer_leads_to_its_outcome(
        self, simulator, settings, status, body, expected
    ) -> None:
        with tcp_server(http_answer(status, json.dumps(body))) as port:
            settings.ALIYUN_SMS_ENDPOINT = f"http://127.0.0.1:{port}"
            assert send(SMS, sms()) == [expected]

    def test_too_many_requests_says_when_to_come_back(self, simulator, settings) -> None:
        with tcp_server(http_answer("429 Too Many", "{}", "Retry-After: 7")) as port:
            settings.ALIYUN_SMS_ENDPOINT = f"http://127.0.0.1:{port}"
            assert send(SMS, sms()) == [NotSent(Reason.RATE_LIMITED, "429", 7.0)]

    def test_wrong_credentials_are_not_the_merchants_fault(self, simulator, settings) -> None:
        settings.ALIYUN_SMS_ACCESS_KEY_SECRET = "wrong"
        assert send(SMS, sms()) == [NotSent(Reason.NO_CREDENTIALS, "SignatureDoesNotMatch")]
        settings.ALIYUN_SMS_ACCESS_KEY_ID = "another"
        [outcome] = send(SMS, sms())
        assert outcome == NotSent(Reason.NO_CREDENTIALS, "InvalidAccessKeyId.NotFound")

    @pytest.mark.parametrize("fault", ["drop_before", "drop_after", "error_before", "error_after"])
    def test_what_may_have_gone_out_is_never_repeated(self, simulator: Simulator, fault) -> None:
        simulator.switch(fault, provider="aliyun", count=1)
        assert isinstance(send(SMS, sms())[0], Unknown)
        assert len(simulator.messages(to=PHONE)) == (1 if fault.endswith("after") else 0)

    def test_no_answer_in_time_leaves_it_open(self, simulator: Simulator, impatient) -> None:
        simulator.switch("timeout_after", provider="aliyun", ms=3000)
        assert send(SMS, sms()) == [Unknown(Reason.TIMEOUT, "SocketTimeoutError")]

    def test_only_a_person_or_a_dead_number_is_suppressed(self) -> None:
        both = {**ERRORS, **RECEIPTS}
        suppressing = {code for code, one in both.items() if getattr(one, "suppress", False)}
        assert suppressing == {
            *("isv.MOBILE_NUMBER_ILLEGAL", "isv.CUSTOMER_REFUSED"),
            *("INVALID_NUMBER", "USER_REJECT"),
        }

    def test_only_the_number_and_the_text_can_fail(self) -> None:
        failing = {code for code, one in ERRORS.items() if isinstance(one, Failed)}
        assert failing == {
            *("isv.MOBILE_NUMBER_ILLEGAL", "isv.CUSTOMER_REFUSED", "isv.PARAM_NOT_SUPPORT_URL"),
            *("isv.SMS_CONTENT_ILLEGAL", "isv.BLACK_KEY_CONTROL_LIMIT", "isv.UNSUPPORTED_CONTENT"),
        }

    @pytest.mark.parametrize(
        ("code", "expected"),
        [
            ("IS_CLOSED", NotSent(Reason.UNAVAILABLE)),
            ("NO_ROUTE", NotSent(Reason.UNAVAILABLE)),
            ("PORT_NOT_REGISTERED", NotSent(Reason.NO_CREDENTIALS)),
            ("isv.SMS_SIGN_ILLEGAL", NotSent(Reason.NO_CREDENTIALS)),
            ("isv.NEVER_HEARD_OF", NotSent(Reason.UNKNOWN_CODE)),
            ("MOBILE_IN_BLACK", Failed(Reason.BLOCKED)),
            ("MK:0012", Failed(Reason.OTHER)),
        ],
    )
    def test_a_receipt_about_the_account_puts_the_message_back(self, code, expected) -> None:
        assert reported(code) == replace(expected, code=code)

    @pytest.mark.parametrize("name", ["ACCESS_KEY_ID", "ACCESS_KEY_SECRET", "SIGN_NAME"])
    def test_the_channel_is_off_until_every_setting_is_there(
        self, simulator, settings, name: str
    ) -> None:
        assert SMS.configured()
        setattr(settings, f"ALIYUN_SMS_{name}", "")
        assert not SMS.configured()
