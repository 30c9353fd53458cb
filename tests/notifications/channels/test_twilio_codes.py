"""Every code of Twilio's about messaging: whose fault it is, and what happens to its message.

Source: the list of all codes, twilio.com/docs/api/errors/twilio-error-codes.json, 20xxx, 21xxx,
30xxx and 63xxx about messages.
"""

import pytest

from notifications.channels import http
from notifications.channels import provider as find_provider
from notifications.channels.outcomes import Failed, NotSent, Reason, ReceiptState
from notifications.channels.sms import twilio

# About this recipient.
RECIPIENT = {21211, 21217, 21265, 21266, 21610, 21612, 21614, 21635}
# About this text.
TEXT = {21602, 21605, 21617, 21618, 21619}
# An account, sender, service, callback or template of ours: named in the issue, and of that kind.
OURS = {
    *(401, 403, 404, 10001, 10002, 20003, 20005, 20006, 20008, 20010, 20403, 20404),
    *(21210, 21212, 21601, 21603, 21606, 21607, 21608, 21609, 21616, 21626, 21657, 21659, 21660),
    *(21661, 21701, 21702, 21703, 21704, 21705, 21708, 21709, 21711, 21712, 21713, 21715),
    *(63002, 63007, 63008),
}
# Countries that an operator has to enable for our account (twilio.com/docs/api/errors/21408).
COUNTRIES = {21408}
# Twilio takes nothing now, or not so fast.
NOT_NOW = {408, 409, 20409, 21730, 429, 20429, 14107, 21611, 63038}
# What no table has to name: not sent, and tried again with an end.
UNNAMED = {
    *(400, 405, 410, 413, 415, 20001, 20004, 20007, 20009, 20021, 20023, 20410, 20413, 20422),
    *(20423, 20426, 21213, 21219, 21401, 21407, 21421, 21604, 21613, 21615, 21620, 21621, 21622),
    *(21623, 21624, 21627, 21649, 21652, 21653, 21654, 21655, 21656, 21658, 21714, 21717, 21719),
    *(21720, 21722, 21729, 30400, 30404, 30409, 63003, 63005, 63006, 63013, 63016, 63021, 63027),
    *(63028, 63030, 63040, 63041, 63042, 60200, 60203, 99999),
}

REPORTED_NOT_SENT = {
    *(30001, 30002, 30018, 30022, 30023, 30024, 30027, 30032, 30033, 30034, 30035, 30036),
}
REPORTED_FAILED = {30003, 30004, 30005, 30006, 30007, 30008, 30010, 30017, 30019, 30410, 30450}


@pytest.mark.parametrize("code", sorted(RECIPIENT | TEXT))
def test_only_what_is_about_this_recipient_or_text_has_failed(code: int) -> None:
    assert isinstance(http.meaning(twilio.ERRORS, code), Failed)


@pytest.mark.parametrize("code", sorted(OURS | COUNTRIES | NOT_NOW | UNNAMED))
def test_everything_else_was_not_sent(code: int) -> None:
    found = http.meaning(twilio.ERRORS, code)
    assert isinstance(found, NotSent)
    assert not found.suppress
    assert (found.reason is Reason.NO_CREDENTIALS) is (code in OURS)
    assert (found.reason is Reason.NOT_PERMITTED) is (code in COUNTRIES)
    assert (found.reason is Reason.UNKNOWN_CODE) is (code in UNNAMED)


def test_no_code_is_in_two_classes_and_every_row_in_one() -> None:
    said_at_once = [RECIPIENT, TEXT, OURS, COUNTRIES, NOT_NOW, UNNAMED]
    classes = [*said_at_once, REPORTED_NOT_SENT, REPORTED_FAILED]
    assert sum(map(len, classes)) == len(set().union(*classes))
    trials = {21264, 21267, 21710}
    assert set(twilio.ERRORS) <= set().union(*classes) | trials


@pytest.mark.parametrize("code", sorted(REPORTED_NOT_SENT | REPORTED_FAILED | COUNTRIES))
@pytest.mark.parametrize("status", ["failed", "undelivered"])
def test_a_receipt_says_whether_to_try_again(rf, status: str, code: int) -> None:
    fields = {"MessageSid": "SM1", "MessageStatus": status, "ErrorCode": str(code)}
    [receipt] = find_provider("twilio").parse_callback(rf.post("/", fields)).receipts
    again = receipt.state is ReceiptState.NOT_SENT
    assert again is (code in REPORTED_NOT_SENT | COUNTRIES)
    assert receipt.suppress is (code in {30005, 30006})


@pytest.mark.parametrize("status", ["sent", "delivered"])
def test_a_warning_on_the_way_sends_nothing_again(rf, status: str) -> None:
    fields = {"MessageSid": "SM1", "MessageStatus": status, "ErrorCode": "30018"}
    [receipt] = find_provider("twilio").parse_callback(rf.post("/", fields)).receipts
    assert receipt.state == status
