"""What Twilio, or a proxy in front of it, answers besides its usual JSON."""

import json

import pytest

from notifications.channels import provider as find_provider
from notifications.channels.outcomes import Failed, NotSent, Reason, Unknown
from tests.notifications.channels.builders import message, send
from tests.sandbox.simulator.receiver import receiving

TWILIO = find_provider("twilio")
PHONE = "+8613800138000"
PROBLEM = {"type": "https://twilio.com/problems/x", "title": "no", "detail": "no"}
HTML = "<html><body>Not here</body></html>"
LATER = NotSent(Reason.UNAVAILABLE, "408", retry_after=60.0)


def outcome_of(settings, status: int, body: str):
    with receiving() as twilio:
        twilio.failures, twilio.answer, twilio.says_why = [status], body, True
        settings.TWILIO_BASE_URL = twilio.url
        settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN = f"AC{'0' * 32}", "0" * 32
        settings.TWILIO_FROM = "+15005550006"
        return send(TWILIO, message(PHONE))[0]


@pytest.mark.parametrize("body", ["", HTML, "null", "[]", '"no"', "{}", '{"code": null}'])
@pytest.mark.parametrize(
    ("status", "meant"),
    [
        (400, NotSent(Reason.UNKNOWN_CODE, "400")),
        (401, NotSent(Reason.NO_CREDENTIALS, "401")),
        (403, NotSent(Reason.NO_CREDENTIALS, "403")),
        (404, NotSent(Reason.NO_CREDENTIALS, "404")),
        (408, LATER),
        (410, NotSent(Reason.UNKNOWN_CODE, "410")),
        (413, NotSent(Reason.UNKNOWN_CODE, "413")),
        (422, NotSent(Reason.UNKNOWN_CODE, "422")),
        (302, Unknown(Reason.PROVIDER_ERROR, "302")),
        (500, Unknown(Reason.PROVIDER_ERROR, "500")),
        (503, Unknown(Reason.PROVIDER_ERROR, "503")),
    ],
)
def test_a_status_says_enough_whatever_its_body(settings, status, body, meant):
    assert outcome_of(settings, status, body) == meant


@pytest.mark.parametrize(
    ("status", "code", "meant"),
    [
        (400, 21211, Failed(Reason.BAD_ADDRESS, "21211", suppress=True)),
        (400, "21211", Failed(Reason.BAD_ADDRESS, "21211", suppress=True)),
        (400, 21705, NotSent(Reason.NO_CREDENTIALS, "21705")),
        (404, [1], NotSent(Reason.NO_CREDENTIALS, "404")),
        (404, {"a": 1}, NotSent(Reason.NO_CREDENTIALS, "404")),
        (400, "x" * 500, NotSent(Reason.UNKNOWN_CODE, "400")),
        (500, 20500, Unknown(Reason.PROVIDER_ERROR, "500")),
    ],
)
@pytest.mark.parametrize("form", [{}, PROBLEM])
def test_a_code_counts_in_either_form_of_the_answer(settings, status, code, meant, form):
    body = json.dumps({**form, "status": status, "code": code, "message": "no"})
    assert outcome_of(settings, status, body) == meant
