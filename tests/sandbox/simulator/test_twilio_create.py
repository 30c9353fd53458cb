"""Sending through the simulated Twilio, with Twilio's own library."""

from collections.abc import Callable
from typing import Any

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client
from twilio.rest.api.v2010.account.message import MessageInstance

from tests.sandbox.simulator.conftest import PHONE, SENDER, SimulatorHttp
from tests.simulator import Simulator

Send = Callable[..., MessageInstance]


def refused(send: Send, **changes: Any) -> TwilioRestException:
    with pytest.raises(TwilioRestException) as caught:
        send(**changes)
    return caught.value


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


def test_a_bad_parameter_is_refused_with_the_documented_code(
    send: Send, simulator: Simulator, subtests: pytest.Subtests
) -> None:
    for changes, code in [
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
    ]:
        with subtests.test(changes=changes, code=code):
            error = refused(send, **changes)
            assert error.code == code
            assert error.status == 400
            assert simulator.messages() == []


def test_wrong_credentials_are_not_let_in(simulator: Simulator) -> None:
    http_client = SimulatorHttp(simulator.url)
    stranger = Client(simulator.account_sid, "wrong", http_client=http_client)
    with pytest.raises(TwilioRestException) as caught:
        stranger.messages.create(to=PHONE, from_=SENDER, body="x")
    http_client.session.close()
    assert (caught.value.status, caught.value.code) == (401, 20003)


def test_another_account_is_not_found(simulator: Simulator) -> None:
    http_client = SimulatorHttp(simulator.url)
    client = Client(
        simulator.account_sid, simulator.auth_token, "AC" + "1" * 32, http_client=http_client
    )
    with pytest.raises(TwilioRestException) as caught:
        client.messages.create(to=PHONE, from_=SENDER, body="x")
    http_client.session.close()
    assert (caught.value.status, caught.value.code) == (404, 20404)


@pytest.mark.parametrize("to", ["+8613800001234", "+8613900005678"])
def test_the_ledger_finds_messages_by_number(send: Send, simulator: Simulator, to: str) -> None:
    send(to="+8613800001234")
    send(to="+8613900005678")
    assert [row["to"] for row in simulator.messages(to=to)] == [to]
