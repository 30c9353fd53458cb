"""What every channel promises, whichever it is."""

import asyncio
import base64
import dataclasses
import logging
import pickle
import re
from collections.abc import Callable
from itertools import product

import pytest
from django.test import RequestFactory
from pytest_django.fixtures import Settings

from notifications.channels import media, medium, providers
from notifications.channels import provider as find_provider
from notifications.channels.addresses import AddressKind, mask, normalise
from notifications.channels.base import Content, Limits
from notifications.channels.outcomes import (
    Accepted,
    BadSignature,
    Failed,
    LookupResult,
    NotSent,
    Unknown,
)
from notifications.channels.speech import speakable
from notifications.media import MEDIA, VOICE
from tests.notifications.approved import composed, template_for
from tests.notifications.channels.builders import (
    PUBLISHED,
    SECRET,
    bulletin,
    closed_port,
    correction,
    hang_up,
    http_answer,
    message,
    send,
    tcp_server,
)

NAMES = [one.name for one in providers()]
KINDS = ["incident.opened", "incident.update", "incident.resolved", "maintenance.scheduled"]
NOTICES = ["notice.delay", "notice.recovery", "notice.fee_waiver", "notice.general"]
ADDRESSES = {
    AddressKind.PHONE: "+8613800138000",
    AddressKind.OPENID: "oABCDEFGHIJKLMNOPQRSTUV_0001",
    AddressKind.MINI_OPENID: "oMINIPROGRAMSTUVWXYZ_0001",
    AddressKind.ROBOT: "693a91f6-7abc-4bc4-97a0-0ec2sifa5aaa",
    AddressKind.GROUP: "feishu://1a2b3c4d-abcd-4bc4-97a0-0ec2aaaabbbb/",
    AddressKind.EMAIL: "merchant@example.com",
    AddressKind.URL: "{url}/webhook-sink/very-private-path",
}
SECRETS = ["tw-auth-token-secret", "wx-app-secret", SECRET, "wx-access-token", "ali-key-secret"]
SECRETS += ["cmpp-shared-secret", "tencent-key-secret", "smpp-pass", "voice-key"]

every_channel = pytest.mark.parametrize("name", NAMES)
WECHATS = {"wechat", "wechat_notice", "mini_program"}
LANGUAGES = ["zh-hans", "en"]
languages = pytest.mark.parametrize("language", LANGUAGES)


@pytest.fixture
def server(settings):
    """Point every channel to a port of this machine."""

    settings.ALIYUN_SMS_ACCESS_KEY_ID = "LTAI1"
    settings.ALIYUN_SMS_ACCESS_KEY_SECRET = SECRETS[4]
    settings.TENCENT_SMS_SECRET_ID, settings.TENCENT_SMS_SECRET_KEY = "AKID1", SECRETS[6]
    settings.TENCENT_SMS_SDK_APP_ID = "1400000001"
    settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN = "AC1", SECRETS[0]
    settings.TWILIO_FROM = "+15005550006"
    settings.CMPP_SOURCE_ADDR, settings.CMPP_SHARED_SECRET = "901234", SECRETS[5]
    settings.CMPP_HOST, settings.CMPP_SRC_ID = "127.0.0.1", "10690001"
    settings.SMPP_SYSTEM_ID, settings.SMPP_PASSWORD = "candor", SECRETS[7]
    settings.SMPP_HOST, settings.SMPP_SOURCE_ADDR = "127.0.0.1", "10690"
    settings.TWILIO_VOICE_FROM = "+15005550006"
    settings.ALIYUN_VOICE_ACCESS_KEY_ID = "LTAI2"
    settings.ALIYUN_VOICE_ACCESS_KEY_SECRET = SECRETS[8]
    settings.ALIYUN_VOICE_TTS_CODE = "TTS_1"
    settings.WECHAT_APP_ID, settings.WECHAT_SECRET = "wx1", SECRETS[1]
    settings.WECHAT_TEMPLATE_ID = "template-0001"
    settings.WECHAT_NOTICE_TEMPLATE_ID = settings.MINI_PROGRAM_TEMPLATE_ID = "template-0001"
    settings.MINI_PROGRAM_APP_ID, settings.MINI_PROGRAM_SECRET = "wx2", SECRETS[1]
    settings.DELIVERY_TIMEOUT_SECONDS = 1.0

    def point(port: int) -> str:
        # Each of these is a layer more of Django's settings: no more of them than must be.
        url = f"http://127.0.0.1:{port}"
        settings.TWILIO_BASE_URL = settings.WECHAT_BASE_URL = settings.WECOM_BASE_URL = url
        settings.ALIYUN_SMS_ENDPOINT = settings.TENCENT_SMS_ENDPOINT = url
        settings.ALIYUN_VOICE_ENDPOINT = url
        settings.ROBOT_RELAY_URL = url
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
        settings.CMPP_PORT = settings.SMPP_PORT = port
        return url

    return point


def one_message(name: str, url: str = "http://127.0.0.1"):
    channel = find_provider(name)
    address = ADDRESSES[channel.address_kind].format(url=url)
    return message(address, content=composed(channel, bulletin()))


def test_each_medium_has_providers_for_its_kind_of_address() -> None:
    assert [one.name for one in media()] == sorted(MEDIA)
    assert {one.medium for one in providers()} == set(MEDIA)
    for one in providers():
        of = medium(one.medium)
        assert one.address_kind in (of.address_kind, *of.other_kinds)


@every_channel
def test_a_channel_has_a_label_an_address_kind_and_limits(name: str) -> None:
    channel = find_provider(name)
    assert str(channel.label)
    assert isinstance(channel.address_kind, AddressKind)
    limits = channel.limits
    assert isinstance(limits, Limits)
    assert limits.per_second > 0
    assert limits.burst >= 1


@every_channel
def test_the_addresses_of_a_channel_are_normalised_and_masked(name: str) -> None:
    kind = find_provider(name).address_kind
    address = ADDRESSES[kind].format(url="https://hooks.example.com")
    assert normalise(kind, address) == address
    assert "*" in mask(kind, address)


@every_channel
def test_a_channel_composes_every_kind_of_statement(name: str, subtests: pytest.Subtests) -> None:
    for language, kind in product(LANGUAGES, KINDS + NOTICES):
        with subtests.test(language=language, kind=kind):
            said = bulletin(language, kind=kind, status=kind.split(".")[1])
            content = composed(find_provider(name), said)
            assert isinstance(content, Content)
            assert content.segments >= 1
            template = template_for(find_provider(name), said)
            if template and template.kind == kind:  # it says in words of its own what it is
                assert {"12", "CDF3X"} <= set(re.findall(r"[0-9A-Z]+", content.text))
            elif find_provider(name).medium == VOICE:
                assert speakable(said.name, chinese=language != "en")[:10] in content.text
            else:
                assert said.name[:10] in content.text


@every_channel
def test_a_channel_composes_corrections_and_withdrawals(
    name: str, subtests: pytest.Subtests
) -> None:
    for language, kind in product(LANGUAGES, ("correction", "withdrawal")):
        with subtests.test(language=language, kind=kind):
            text = composed(find_provider(name), correction(language, kind)).text
            if name in WECHATS:
                assert {"correction": "更正", "withdrawal": "撤回"}[kind] in text
            else:
                assert "11" in text


@every_channel
@languages
def test_composing_twice_gives_the_same_and_leaves_the_bulletin_alone(
    name: str, language: str
) -> None:
    channel = find_provider(name)
    said = bulletin(language)
    before = pickle.dumps(dataclasses.asdict(said))
    assert composed(channel, said) == composed(channel, said)
    assert pickle.dumps(dataclasses.asdict(said)) == before


@every_channel
def test_the_active_language_does_not_leak_into_a_message(name: str) -> None:
    from django.utils.translation import override

    channel = find_provider(name)
    with override("en"):
        english = composed(channel, bulletin("zh-hans"))
    with override("zh-hans"):
        chinese = composed(channel, bulletin("zh-hans"))
    assert english == chinese


@every_channel
def test_any_body_can_be_composed(name: str) -> None:
    for body in ("", "x", "\n\n", "话" * 5000, "😀" * 2500, "a. " * 1600, "%s {x}"):
        assert composed(find_provider(name), bulletin(body=body)).text, body[:10]


@every_channel
def test_an_empty_batch_has_no_outcomes(name: str, server) -> None:
    server(closed_port())
    assert send(name) == []


@every_channel
def test_a_refused_connection_means_not_sent(name: str, server) -> None:
    url = server(closed_port())
    [outcome] = send(name, one_message(name, url))
    assert isinstance(outcome, NotSent)


@every_channel
@pytest.mark.parametrize("serve", [http_answer("500 Oh", "{}"), hang_up], ids=["500", "hangs up"])
def test_whatever_is_not_certain_is_not_repeated_blindly(name: str, serve, server) -> None:
    with tcp_server(serve) as port:
        [outcome] = send(name, one_message(name, server(port)))
    # These had not come to sending: no greeting from the mail server, no token from WeChat, no
    # answer to the log-in from the gateway.
    nothing_sent = {"email", *WECHATS, "cmpp", "smpp"}
    recognised = find_provider(name).recognises_repeats_for
    assert isinstance(outcome, NotSent if name in nothing_sent or recognised else Unknown)


ANSWERS = ["200 OK", "201 Created", "302 Found", "400 Bad", "401 No", "429 Slow", "503 Later"]
BODIES = ["", "{}", "[]", "<html>", '{"errcode": "x", "code": "y"}']


@every_channel
def test_whatever_a_provider_answers_is_an_outcome(
    name: str, server: Callable[[int], str], settings: Settings, subtests: pytest.Subtests
) -> None:
    if name in {"email", "cmpp", "smpp"}:
        # A mail server speaks first, and this one never does; nor does it see a request's end.
        settings.DELIVERY_TIMEOUT_SECONDS = 0.02
    for answer, body in product(ANSWERS, BODIES):
        with subtests.test(answer, body=body), tcp_server(http_answer(answer, body)) as port:
            [outcome] = send(name, one_message(name, server(port)))
            assert isinstance(outcome, (Accepted, Failed, NotSent, Unknown))


@every_channel
def test_looking_up_at_a_closed_port_is_no_answer(name: str, server) -> None:
    server(closed_port())
    found = asyncio.run(find_provider(name).look_up(one_message(name), PUBLISHED))
    assert not isinstance(found, Accepted)
    assert found is LookupResult.CANNOT_TELL


@every_channel
@pytest.mark.parametrize("method", ["get", "post"])
def test_an_unsigned_callback_is_refused(name: str, method: str, settings) -> None:
    settings.TWILIO_AUTH_TOKEN = settings.WECHAT_CALLBACK_TOKEN = "token"
    settings.ALIYUN_SMS_CALLBACK_TOKEN = settings.ALIYUN_VOICE_CALLBACK_TOKEN = "token"
    request = getattr(RequestFactory(), method)(f"/hooks/{name}/status/", {"MessageSid": "SM1"})
    with pytest.raises(BadSignature):
        find_provider(name).verify_callback(request)


@every_channel
@pytest.mark.parametrize("serve", [http_answer("400 Bad", '{"code": 21211}'), hang_up, None])
def test_neither_secrets_nor_addresses_are_logged(name: str, serve, server, caplog) -> None:
    caplog.set_level(logging.DEBUG)
    if serve is None:
        sent = one_message(name, server(closed_port()))
        send(name, sent)
    else:
        with tcp_server(serve) as port:
            sent = one_message(name, server(port))
            send(name, sent)
    logged = caplog.text
    assert sent.address not in logged
    assert "13800138000" not in logged
    for secret in [*SECRETS, base64.b64encode(b"AC1:" + SECRETS[0].encode()).decode()]:
        assert secret not in logged


@every_channel
def test_a_channel_that_needs_credentials_is_off_without_them(name: str, settings) -> None:
    for setting in (
        "TWILIO_AUTH_TOKEN",
        "ALIYUN_SMS_ACCESS_KEY_SECRET",
        "CMPP_SHARED_SECRET",
        "SMPP_PASSWORD",
        "ALIYUN_VOICE_ACCESS_KEY_SECRET",
        "WECHAT_SECRET",
        "EMAIL_HOST",
    ):
        setattr(settings, setting, "")
    needs_none = {"webhook", "wecom", "apprise"}
    assert find_provider(name).configured() is (name in needs_none)
