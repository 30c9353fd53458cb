"""Every refusal of Twilio's: its status, its sentence, where to read more."""

import json
from collections.abc import Callable

import pytest
from twilio.rest.api.v2010.account.message import MessageInstance

from sandbox.simulator.errors import TWILIO, TwilioError
from tests.sandbox.simulator.wire import FORM, credentials, messages_path, raw
from tests.simulator import Simulator

Send = Callable[..., MessageInstance]
MORE_INFO = "https://www.twilio.com/docs/errors/"


def test_every_code_is_answered_whole(simulator: Simulator, subtests: pytest.Subtests) -> None:
    for code in sorted(TWILIO):
        with subtests.test(code=code):
            simulator.control("POST", "reset")
            simulator.switch("refuse", code=code)
            body = b"To=%2B8613800001234&From=%2B15005550006&Body=x"
            headers = {**credentials(simulator), "Content-Type": FORM}
            status, answer = raw(simulator, "POST", messages_path(simulator), body, headers)
            told = json.loads(answer)
            assert set(told) == {"code", "message", "more_info", "status"}
            assert (told["code"], told["status"]) == (code, status)
            assert told["more_info"] == f"{MORE_INFO}{code}"
            assert told["message"]
            assert "{value}" not in told["message"]
            assert status == TWILIO[code][0]


def test_a_sentence_names_what_was_wrong() -> None:
    answer = json.loads(TwilioError(21211, '+86"<b>').text or "")
    assert answer["message"] == "Invalid 'To' Phone Number: +86\"<b>"


def test_every_endpoint_asks_for_credentials(
    simulator: Simulator, subtests: pytest.Subtests
) -> None:
    for method, path in [("GET", ""), ("POST", ""), ("GET", "/SM1")]:
        for authorization in [None, "", "Basic", "Basic ", "Basic AAAA", "Digest x", "Basic Og=="]:
            with subtests.test(method=method, path=path, authorization=authorization):
                headers = {} if authorization is None else {"Authorization": authorization}
                there = messages_path(simulator).replace(".json", f"{path}.json")
                status, answer = raw(simulator, method, there, headers=headers)
                assert (status, json.loads(answer)["message"]) == (401, "Authenticate")
