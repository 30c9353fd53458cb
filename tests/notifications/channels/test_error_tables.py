"""Every row of the tables of errors, as the simulated providers really answer it."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from django.test import RequestFactory

from notifications.channels import aliyun_codes, tencent_codes
from notifications.channels import provider as find_provider
from notifications.channels.outcomes import (
    Accepted,
    Failed,
    NotSent,
    Outcome,
    Reason,
    ReceiptState,
    Unknown,
)
from notifications.channels.robot import wecom
from notifications.channels.sms import twilio
from notifications.channels.weixin import codes as wechat
from sandbox.simulator.errors import TWILIO as TWILIO_REFUSALS
from tests.notifications.channels.builders import bulletin, message, send
from tests.notifications.channels.wechat import by_default
from tests.sandbox.simulator.receiver import Receiver, receiving
from tests.simulator import Simulator

PHONE = "+8613800138000"
OPENID = "oABCDEFGHIJKLMNOPQRSTUV_0001"
ROBOT = "693a91f6-7abc-4bc4-97a0-0ec2sifa5aaa"
SMS, WECHAT, WECOM = map(find_provider, ("twilio", "wechat", "wecom"))
RECEIPT_CODES = [code for code in twilio.ERRORS if code in range(30000, 31000)]
CLOUDS = [aliyun_codes.ERRORS, aliyun_codes.RECEIPTS, tencent_codes.ERRORS, tencent_codes.RECEIPTS]
TABLES = [twilio.ERRORS, *CLOUDS, wechat.ERRORS, wecom.ERRORS]


@pytest.fixture
def follower(simulator: Simulator) -> Simulator:
    simulator.control("POST", "wechat/followers", {"openid": OPENID, "event": False})
    return simulator


@pytest.fixture
def site(simulator: Simulator, settings) -> Iterator[Receiver]:
    """Our site, as Twilio's callbacks find it."""
    with receiving() as receiver:
        settings.SITE_URL = receiver.url
        yield receiver


def sms() -> Outcome:
    return send(SMS, message(PHONE))[0]


def template() -> Outcome:
    return send(WECHAT, message(OPENID, content=by_default(bulletin())))[0]


def test_every_refusal_of_twilio_leads_to_its_row(
    simulator: Simulator, subtests: pytest.Subtests
) -> None:
    for code in sorted(twilio.ERRORS):
        with subtests.test(code=code):
            simulator.switch("refuse", code=code)
            # HTTP 429 is understood before its body is read.
            named = "429" if code == 20429 else str(code)
            assert sms() == replace(twilio.ERRORS[code], code=named)
            assert simulator.messages(to=PHONE) == []


@pytest.mark.parametrize("code", sorted(set(TWILIO_REFUSALS) - set(twilio.ERRORS)))
def test_a_refusal_that_no_row_names_was_not_sent_and_suppresses_nobody(
    simulator: Simulator, code: int
) -> None:
    simulator.switch("refuse", code=code)
    status, _ = TWILIO_REFUSALS[code]
    lost = Unknown(Reason.PROVIDER_ERROR, str(status))
    assert sms() == (lost if status >= 500 else NotSent(Reason.UNKNOWN_CODE, str(code)))


def test_every_refusal_of_wechat_leads_to_its_row(
    follower: Simulator, subtests: pytest.Subtests
) -> None:
    for code in sorted(wechat.ERRORS):
        with subtests.test(code=code):
            follower.switch("refuse", provider="wechat", code=code)
            # A refused token is tried again with another, and then named as such.
            named = "token" if code in wechat.STALE_TOKEN else str(code)
            assert template() == replace(wechat.ERRORS[code], code=named)
            assert follower.messages(to=OPENID) == []


@pytest.mark.parametrize("code", sorted(wechat.STALE_TOKEN))
def test_a_token_that_is_refused_once_is_renewed(follower: Simulator, code: int) -> None:
    follower.switch("refuse", provider="wechat", code=code, count=1)
    assert isinstance(template(), Accepted)
    assert len(follower.messages(to=OPENID)) == 1


@pytest.mark.parametrize("code", sorted(wechat.STALE_TOKEN))
def test_a_token_that_is_always_refused_is_our_own_fault(follower: Simulator, code: int) -> None:
    follower.switch("refuse", provider="wechat", code=code)
    assert template() == NotSent(Reason.NO_CREDENTIALS, "token")
    assert follower.control("GET", "switches")["switches"][0]["struck"] == 2


@pytest.mark.parametrize("code", sorted(wechat.REPEATED))
def test_a_repetition_that_is_recognised_has_arrived(follower: Simulator, code: int) -> None:
    follower.switch("refuse", provider="wechat", code=code)
    assert template() == Accepted("")


def test_every_refusal_of_wecom_leads_to_its_row(
    simulator: Simulator, subtests: pytest.Subtests
) -> None:
    for code in sorted(wecom.ERRORS):
        with subtests.test(code=code):
            simulator.switch("refuse", provider="wecom", code=code)
            assert send(WECOM, message(ROBOT)) == [replace(wecom.ERRORS[code], code=str(code))]
            assert simulator.messages(provider="wecom") == []


@pytest.mark.parametrize("name", ["wechat", "wecom"])
@pytest.mark.parametrize("code", [1, 99999, -2])
def test_an_errcode_that_no_row_names_was_not_sent(
    follower: Simulator, name: str, code: int
) -> None:
    follower.switch("refuse", provider=name, code=code)
    outcome = template() if name == "wechat" else send(WECOM, message(ROBOT))[0]
    assert outcome == NotSent(Reason.UNKNOWN_CODE, str(code))


@pytest.mark.parametrize("code", RECEIPT_CODES)
def test_every_code_of_a_receipt_leads_to_its_row(
    simulator: Simulator, site: Receiver, settings, code: int
) -> None:
    simulator.switch("outcome", to=PHONE, code=code)
    sent = message(PHONE)
    [outcome] = send(SMS, sent)
    posted = site.told(2)["undelivered"]
    request = RequestFactory().post(
        posted.path, posted.body, content_type=posted.headers["Content-Type"]
    )
    request.META["HTTP_X_TWILIO_SIGNATURE"] = posted.headers["X-Twilio-Signature"]
    SMS.verify_callback(request)
    [receipt] = SMS.parse_callback(request).receipts
    row = twilio.ERRORS[code]
    ended = ReceiptState.NOT_SENT if isinstance(row, NotSent) else ReceiptState.UNDELIVERED
    assert (receipt.state, receipt.code) == (ended, str(code))
    assert receipt.reason is row.reason
    assert receipt.suppress is getattr(row, "suppress", False)
    assert (receipt.delivery_id, receipt.attempt_id) == (sent.delivery_id, sent.attempt_id)
    assert isinstance(outcome, Accepted)
    assert receipt.provider_id == outcome.provider_id


# The operator's account, templates or requests; none of them is about one recipient.
OURS = {
    *(Reason.NO_CREDENTIALS, Reason.NO_TEMPLATE, Reason.QUOTA, Reason.RATE_LIMITED),
    *(Reason.NOT_PERMITTED, Reason.UNAVAILABLE, Reason.UNKNOWN_CODE, Reason.OTHER),
}


@pytest.mark.parametrize("table", TABLES)
def test_a_row_says_whose_fault_it_is(table) -> None:
    for meaning in table.values():
        if isinstance(meaning, Failed):
            assert meaning.reason not in OURS
        if isinstance(meaning, NotSent):
            assert meaning.reason in OURS
        assert meaning.code == "", "the code is filled in from the answer"


@pytest.mark.parametrize("table", TABLES)
def test_only_an_address_or_its_owner_is_suppressed(table) -> None:
    personal = {
        *(Reason.BAD_ADDRESS, Reason.UNKNOWN_NUMBER),
        *(Reason.OPTED_OUT, Reason.NOT_A_FOLLOWER),
    }
    for meaning in table.values():
        if getattr(meaning, "suppress", False):
            assert meaning.reason in personal


@pytest.mark.parametrize("table", TABLES)
def test_a_wait_is_from_a_minute_to_an_hour(table) -> None:
    waits = {getattr(meaning, "retry_after", None) for meaning in table.values()} - {None}
    assert waits <= {60.0, 600.0, 3600.0}
