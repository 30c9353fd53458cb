"""One simulator for all tests, emptied before each; the real Twilio library as its client."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client
from twilio.rest.api.v2010.account.message import MessageInstance

from tests.sandbox.simulator.receiver import Receiver, receiving
from tests.sandbox.simulator.wechat_client import OPENID
from tests.simulator import Simulator, running_simulator

QUICK = {
    "sent_ms": 5,
    "delivered_ms": 10,
    "callback_retries": 3,
    "callback_retry_ms": 20,
    "connection_overrides": True,
    "twilio_inbound_url": "",
    "aliyun_report_url": "",
    "aliyun_inbound_url": "",
    "aliyun_sign_names": [],
    "aliyun_variable_length": 35,
    "wechat_aes_key": "",
    "wechat_callback_url": "",
    "wechat_template_ids": [],
    "wechat_token_seconds": 7200,
    "wechat_old_token_seconds": 300,
    "wechat_forced_interval_seconds": 30,
    "wechat_forced_a_day": 20,
    "wechat_daily_quota": 100_000,
    "wechat_repeat_seconds": 600,
    "wechat_repeat_errcode": 45065,
    "wechat_receipt_ms": 5,
    "wechat_unauthorised": False,
    "mini_program_aes_key": "",
    "mini_program_callback_url": "",
    "wecom_keys": [],
    "wecom_per_minute": 20,
    "group_gone": [],
    "group_keywords": [],
    "group_secrets": [],
    "group_per_minute": 0,
}
PHONE = "+8613800001234"
SENDER = "+15005550006"


class SimulatorHttp(TwilioHttpClient):
    """Sends what is meant for Twilio to the simulator."""

    def __init__(self, base_url: str) -> None:
        super().__init__(timeout=10)
        self.base_url = base_url

    def request(self, method: str, url: str, *arguments: Any, **options: Any) -> Any:
        there = url.replace("https://api.twilio.com", self.base_url)
        return super().request(method, there, *arguments, **options)


@pytest.fixture(scope="package")
def running() -> Iterator[Simulator]:
    with running_simulator() as simulator:
        yield simulator


@pytest.fixture
def simulator(running: Simulator) -> Simulator:
    running.control("POST", "reset")
    running.control("PUT", "config", QUICK)
    return running


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


@pytest.fixture
def twilio(simulator: Simulator) -> Iterator[Client]:
    http = SimulatorHttp(simulator.url)
    yield Client(simulator.account_sid, simulator.auth_token, http_client=http)
    http.session.close()


@pytest.fixture
def send(twilio: Client) -> Callable[..., MessageInstance]:
    """Send an SMS; whatever is not named is as good as any."""

    def send(**changes: Any) -> MessageInstance:
        return twilio.messages.create(**{"to": PHONE, "from_": SENDER, "body": "你好", **changes})

    return send


@pytest.fixture
def send_finished(
    simulator: Simulator, send: Callable[..., MessageInstance]
) -> Callable[..., MessageInstance]:
    """Send an SMS, and wait until its life is over."""

    def send_finished(**changes: Any) -> MessageInstance:
        message = send(**changes)
        simulator.wait_for(
            lambda rows: any(
                row["sid"] == message.sid and row["status"] not in {"queued", "accepted", "sent"}
                for row in rows
            )
        )
        return message

    return send_finished


@pytest.fixture
def account(simulator: Simulator, receiver: Receiver) -> Receiver:
    """Our callback server, and one silent follower."""
    simulator.control("PUT", "config", {"wechat_callback_url": f"{receiver.url}/hooks/wechat/"})
    simulator.control("POST", "wechat/followers", {"openid": OPENID, "event": False})
    return receiver
