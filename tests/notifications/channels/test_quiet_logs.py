"""Neither addresses nor secrets are logged, however sending ends."""

import logging
from dataclasses import replace

import pytest
from pytest_django.fixtures import Settings

from notifications.channels import provider as find_provider
from notifications.channels import providers
from notifications.channels.addresses import AddressKind
from tests.notifications.approved import composed
from tests.notifications.channels.builders import SECRET, bulletin, message, send
from tests.simulator import Simulator

NAMES = [one.name for one in providers()]
FAULTY = ["twilio", "aliyun", "cmpp", "smpp", "wechat", "wecom", "webhook", "apprise"]
FAULTY += ["twilio_voice", "aliyun_voice"]
# What the simulator calls a provider, where it has another name.
SIMULATED = {"apprise": "group", "twilio_voice": "voice"}
OPENID = "oABCDEFGHIJKLMNOPQRSTUV_0001"
ADDRESSES = {
    AddressKind.PHONE: "+8613800138000",
    AddressKind.OPENID: OPENID,
    AddressKind.MINI_OPENID: OPENID,
    AddressKind.ROBOT: "693a91f6-7abc-4bc4-97a0-0ec2sifa5aaa",
    AddressKind.GROUP: "feishu://1a2b3c4d-abcd-4bc4-97a0-0ec2aaaabbbb/",
    AddressKind.EMAIL: "merchant@example.com",
    AddressKind.URL: "{url}/webhook-sink/very-private-path",
}


@pytest.fixture
def everybody(
    simulator: Simulator, settings: Settings, caplog: pytest.LogCaptureFixture
) -> Simulator:
    caplog.set_level(logging.DEBUG)
    simulator.control("POST", "wechat/followers", {"openid": OPENID, "event": False})
    for account in ("official", "mini_program"):
        agreed = {"openid": OPENID, "templates": {"template-0002": "accept"}, "event": False}
        simulator.control("POST", "wechat/consents", {**agreed, "account": account})
    settings.CMPP_HOST, settings.CMPP_PORT = "127.0.0.1", simulator.cmpp_port
    settings.CMPP_SOURCE_ADDR = simulator.cmpp_source_addr
    settings.CMPP_SHARED_SECRET = simulator.cmpp_shared_secret
    settings.SMPP_HOST, settings.SMPP_PORT = "127.0.0.1", simulator.smpp_port
    settings.SMPP_SYSTEM_ID, settings.SMPP_PASSWORD = "candor", simulator.smpp_password
    settings.SMPP_SOURCE_ADDR = "10690"
    settings.TWILIO_VOICE_FROM = "+15005550006"
    settings.ALIYUN_VOICE_ACCESS_KEY_ID = simulator.access_key_id
    settings.ALIYUN_VOICE_ACCESS_KEY_SECRET = simulator.access_key_secret
    settings.ALIYUN_VOICE_TTS_CODE = "TTS_100000001"
    settings.ALIYUN_VOICE_ENDPOINT = simulator.url
    return simulator


def send_once(name: str, simulator: Simulator) -> str:
    channel = find_provider(name)
    address = ADDRESSES[channel.address_kind].format(url=simulator.url)
    send(name, message(address, content=composed(channel, bulletin())))
    return address


def check(logged: str, simulator: Simulator, address: str) -> None:
    private = address.removeprefix(simulator.url).removeprefix("+86")
    secrets = [simulator.auth_token, simulator.secret, simulator.wechat_token, SECRET]
    secrets += [simulator.access_key_secret, simulator.cmpp_shared_secret, simulator.smpp_password]
    for word in [address, private, *secrets, "access_token"]:
        assert word not in logged
    assert "资金安全" not in logged


@pytest.mark.parametrize("name", NAMES)
def test_success_is_quiet(
    name: str, everybody: Simulator, caplog: pytest.LogCaptureFixture
) -> None:
    address = send_once(name, everybody)
    check(caplog.text, everybody, address)
    assert len(everybody.messages()) == 1


@pytest.mark.parametrize("name", FAULTY)
@pytest.mark.parametrize(
    "fault",
    ["rate_limited", "refuse", "error_before", "error_after", "drop_before", "timeout_after"],
)
def test_every_fault_is_quiet(
    name: str, fault: str, everybody: Simulator, caplog: pytest.LogCaptureFixture
) -> None:
    there = SIMULATED.get(name, name)
    everybody.switch(fault, provider=there, code=40037 if fault == "refuse" else 0)
    address = send_once(name, everybody)
    check(caplog.text, everybody, address)


@pytest.mark.parametrize("name", FAULTY)
def test_an_error_of_our_own_is_named_and_nothing_more(
    name: str, everybody: Simulator, caplog: pytest.LogCaptureFixture
) -> None:
    channel = find_provider(name)
    address = ADDRESSES[channel.address_kind].format(url=everybody.url)
    # What only a mistake of ours could bring about: a message without content.
    send(name, replace(message(address, delivery_id=41), content=None))
    check(caplog.text, everybody, address)
    assert "delivery 41: AttributeError" in caplog.text
    assert everybody.messages() == []
