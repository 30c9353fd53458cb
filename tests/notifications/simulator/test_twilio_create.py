"""Sending through the simulated Twilio, with Twilio's own library."""

import base64
import http.client
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client
from twilio.rest.api.v2010.account.message import MessageInstance

from notifications.simulator.testing import Simulator
from tests.notifications.simulator.conftest import PHONE, SENDER, SimulatorHttp

Send = Callable[..., MessageInstance]


def refused(send: Send, **changes: Any) -> TwilioRestException:
    with pytest.raises(TwilioRestException) as caught:
        send(**changes)
    return caught.value


def test_a_created_message_is_queued_with_a_sid_of_its_own(send: Send) -> None:
    first, second = send(), send()
    assert re.fullmatch(r"SM[0-9a-f]{32}", first.sid)
    assert first.sid != second.sid
    assert first.status == "queued"


def test_a_created_message_has_the_documented_fields(send: Send, simulator: Simulator) -> None:
    message = send(body="商户您好")
    assert message.to == PHONE
    assert message.from_ == SENDER
    assert message.body == "商户您好"
    assert message.direction == "outbound-api"
    assert message.api_version == "2010-04-01"
    assert message.account_sid == simulator.account_sid
    assert message.num_media == "0"
    assert message.error_code is None
    assert message.price is None
    assert message.messaging_service_sid is None
    assert message.uri == (
        f"/2010-04-01/Accounts/{simulator.account_sid}/Messages/{message.sid}.json"
    )
    assert message.subresource_uris is not None


def test_a_created_message_has_no_date_of_sending_yet(send: Send) -> None:
    message = send()
    assert message.date_sent is None
    assert message.date_created is not None
    assert abs(message.date_created - datetime.now(UTC)) < timedelta(minutes=1)


def test_a_created_message_counts_its_parts(send: Send) -> None:
    assert send(body="a" * 160).num_segments == "1"
    assert send(body="中" * 71).num_segments == "2"


def test_a_message_is_delivered_by_itself(send_finished: Send, twilio: Client) -> None:
    message = twilio.messages(send_finished().sid).fetch()
    assert message.status == "delivered"
    assert message.date_sent is not None
    assert message.error_code is None


def test_a_messaging_service_picks_the_sender(send: Send, twilio: Client, simulator: Any) -> None:
    service = "MG" + "0" * 32
    message = twilio.messages.create(to=PHONE, messaging_service_sid=service, body="x")
    assert message.status == "accepted"
    assert message.from_ is None
    assert message.messaging_service_sid == service
    simulator.wait_for(lambda rows: rows[0]["status"] == "delivered")
    assert twilio.messages(message.sid).fetch().from_ == SENDER


def test_an_alphanumeric_sender_is_taken(send: Send) -> None:
    assert send(from_="Demo Pay").from_ == "Demo Pay"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"to": "13800001234"}, 21211),
        ({"to": "+86138"}, 21211),
        ({"to": "+0123456789"}, 21211),
        ({"to": "+861380000123456789"}, 21211),
        ({"to": ""}, 21604),
        ({"from_": ""}, 21603),
        ({"from_": "0755"}, 21212),
        ({"from_": "a name that is too long"}, 21212),
        ({"body": ""}, 21602),
        ({"body": "a" * 1601}, 21617),
        ({"validity_period": 0}, 20001),
        ({"validity_period": 36_001}, 20001),
    ],
)
def test_a_bad_parameter_is_refused_with_the_documented_code(
    send: Send, simulator: Simulator, changes: dict[str, Any], code: int
) -> None:
    error = refused(send, **changes)
    assert error.code == code
    assert error.status == 400
    assert simulator.messages() == []


def test_the_longest_body_is_taken(send: Send) -> None:
    assert send(body="中" * 1600).num_segments == "24"


def test_the_longest_validity_is_taken(send: Send) -> None:
    assert send(validity_period=36_000).status == "queued"


def test_a_refusal_says_where_to_read_more(simulator: Simulator) -> None:
    status, answer = post_raw(simulator, "To=123&From=%2B15005550006&Body=x")
    assert status == 400
    assert b'"more_info": "https://www.twilio.com/docs/errors/21211"' in answer
    assert b'"status": 400' in answer


def test_wrong_credentials_are_not_let_in(simulator: Simulator) -> None:
    http_client = SimulatorHttp(simulator.url)
    stranger = Client(simulator.account_sid, "wrong", http_client=http_client)
    with pytest.raises(TwilioRestException) as caught:
        stranger.messages.create(to=PHONE, from_=SENDER, body="x")
    http_client.session.close()
    assert (caught.value.status, caught.value.code) == (401, 20003)


def test_no_credentials_are_not_let_in(simulator: Simulator) -> None:
    path = f"/2010-04-01/Accounts/{simulator.account_sid}/Messages.json"
    assert simulator.request("GET", path)[0] == 401


def test_garbage_for_credentials_is_not_let_in(simulator: Simulator) -> None:
    assert post_raw(simulator, "", authorization="Basic %%%")[0] == 401
    assert post_raw(simulator, "", authorization="Bearer abc")[0] == 401


def test_another_account_is_not_found(simulator: Simulator) -> None:
    http_client = SimulatorHttp(simulator.url)
    client = Client(
        simulator.account_sid, simulator.auth_token, "AC" + "1" * 32, http_client=http_client
    )
    with pytest.raises(TwilioRestException) as caught:
        client.messages.create(to=PHONE, from_=SENDER, body="x")
    http_client.session.close()
    assert (caught.value.status, caught.value.code) == (404, 20404)


def test_a_callback_beyond_this_machine_is_refused_and_noted(
    send: Send, simulator: Simulator
) -> None:
    error = refused(send, status_callback="https://example.com/hook")
    assert (error.status, error.code) == (400, 21609)
    notes = simulator.control("GET", "ledger")["notes"]
    assert "https://example.com/hook" in notes[0]["text"]


@pytest.mark.parametrize("to", ["+8613800001234", "+8613900005678"])
def test_the_ledger_finds_messages_by_number(send: Send, simulator: Simulator, to: str) -> None:
    send(to="+8613800001234")
    send(to="+8613900005678")
    assert [row["to"] for row in simulator.messages(to=to)] == [to]


def post_raw(
    simulator: Simulator, form: str, *, authorization: str | None = None
) -> tuple[int, bytes]:
    pair = f"{simulator.account_sid}:{simulator.auth_token}"
    basic = "Basic " + base64.b64encode(pair.encode()).decode()
    connection = http.client.HTTPConnection("127.0.0.1", simulator.port)
    connection.request(
        "POST",
        f"/2010-04-01/Accounts/{simulator.account_sid}/Messages.json",
        form,
        {
            "Content-Type": "application/x-www-form-urlencoded",
            "Authorization": basic if authorization is None else authorization,
        },
    )
    response = connection.getresponse()
    answer = response.status, response.read()
    connection.close()
    return answer
