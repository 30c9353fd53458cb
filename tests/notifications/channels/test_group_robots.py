"""Group robots: Apprise's own plugins against the simulated services."""

import json
import logging
import socket
import subprocess
import sys
from collections.abc import Callable
from unittest.mock import Mock

import pytest

from notifications.channels import provider as find_provider
from notifications.channels.base import Content
from notifications.channels.group_robots.plugins import plugin_class
from notifications.channels.group_robots.services import SERVICES
from notifications.channels.group_robots.writing import request_for
from notifications.channels.outcomes import Accepted, Failed, NotSent, Outcome, Reason, Unknown
from tests.notifications.channels.builders import (
    bulletin,
    closed_port,
    hang_up,
    http_answer,
    message,
    read_request,
    send,
    tcp_server,
)
from tests.notifications.channels.groups import GROUPS, TOKEN
from tests.simulator import Simulator

APPRISE = find_provider("apprise")
every_service = pytest.mark.parametrize("scheme", SERVICES)
SENTENCE = "10:42起部分小微商户到账延迟\uff0c应付共200,000.00元\uff0c12月15日前发放完毕。"
LONG = SENTENCE * 600
FIGURE = "0123456789,.:年月日"


@pytest.fixture
def relay(simulator: Simulator) -> Simulator:
    """The simulator as every service, with no robot removed, guarded or limited."""
    usual = {"group_gone": [], "group_keywords": [], "group_secrets": [], "group_per_minute": 0}
    simulator.control("PUT", "config", usual)
    return simulator


def sent_to(simulator: Simulator, scheme: str) -> list[str]:
    return [row["body"] for row in simulator.messages(provider="group", to=GROUPS[scheme].sink)]


@every_service
def test_a_statement_reaches_the_group(relay: Simulator, scheme: str) -> None:
    content = APPRISE.compose(bulletin(details=("适用对象\uff1a小微商户",)))
    [outcome] = send(APPRISE, message(GROUPS[scheme].kept, content=content))
    assert outcome == Accepted(f"{scheme}-7")
    [text] = sent_to(relay, scheme)
    for part in ("【演示支付】T+1到账延迟", "10:42起部分小微商户到账延迟", "11:15", "适用对象"):
        assert part in text
    assert "https://status.example.com/incidents/abc/" in text
    assert "CDF3X" in text


@every_service
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_long_statement_fits_and_no_figure_is_cut(
    relay: Simulator, scheme: str, language: str
) -> None:
    content = APPRISE.compose(bulletin(language, body=LONG))
    [outcome] = send(APPRISE, message(GROUPS[scheme].kept, content=content))
    assert isinstance(outcome, Accepted)
    [text] = sent_to(relay, scheme)
    assert "incidents/abc/" in text
    assert "CDF3X" in text
    if "…" in text:
        begun = text.partition("…")[0].rpartition("。")[2]
        assert SENTENCE.startswith(begun)
        assert not begun or begun[-1] not in FIGURE or SENTENCE[len(begun)] not in FIGURE


@every_service
def test_a_code_reaches_the_group(relay: Simulator, scheme: str) -> None:
    [outcome] = send(
        APPRISE, message(GROUPS[scheme].kept, "【演示支付】验证码 123456\uff0c10分钟内有效。")
    )
    assert isinstance(outcome, Accepted)
    assert "123456" in sent_to(relay, scheme)[0]


@every_service
def test_nothing_in_a_text_is_markup_or_a_call(relay: Simulator, scheme: str) -> None:
    text = 'a <b>x & y *z* _u_ `c` @everyone <at user_id="all">x</at> <!channel> 5,000.00元'
    [outcome] = send(APPRISE, message(GROUPS[scheme].kept, text))
    assert isinstance(outcome, Accepted)
    [said] = sent_to(relay, scheme)
    assert "5,000.00元" in said
    if scheme == "discord":
        assert "@everyone" not in said
    if scheme in {"slack", "tgram"}:
        assert "<" not in said
    if scheme in {"feishu", "lark"}:
        assert "<at" not in said


# What each service answers for a robot that is gone, one that is guarded, and for its limit.
GONE = {
    **dict.fromkeys(SERVICES, Reason.BAD_ADDRESS),
    "tgram": Reason.OPTED_OUT,
}


@every_service
def test_a_robot_that_is_gone_is_written_to_no_more(relay: Simulator, scheme: str) -> None:
    relay.control("PUT", "config", {"group_gone": [GROUPS[scheme].sink]})
    [outcome] = send(APPRISE, message(GROUPS[scheme].kept))
    assert isinstance(outcome, Failed)
    if scheme == "ntfys":  # a topic that may not be written to: its owner can allow it again
        assert outcome == Failed(Reason.BLOCKED, "40301")
    else:
        assert outcome.suppress
        assert outcome.reason == GONE[scheme]


@every_service
def test_a_limit_is_waited_for(relay: Simulator, scheme: str) -> None:
    relay.switch("rate_limited", provider="group", count=1)
    [outcome] = send(APPRISE, message(GROUPS[scheme].kept))
    assert isinstance(outcome, NotSent)
    assert outcome.reason in {Reason.RATE_LIMITED, Reason.QUOTA}
    [outcome] = send(APPRISE, message(GROUPS[scheme].kept))
    assert isinstance(outcome, Accepted)


@every_service
@pytest.mark.parametrize("fault", ["drop_after", "error_after", "drop_before", "error_before"])
def test_what_may_have_gone_out_is_left_open(relay: Simulator, scheme: str, fault: str) -> None:
    relay.switch(fault, provider="group", count=1)
    [outcome] = send(APPRISE, message(GROUPS[scheme].kept))
    assert isinstance(outcome, Unknown)


@every_service
def test_a_slow_answer_leaves_it_open(relay: Simulator, scheme: str, impatient) -> None:
    relay.switch("timeout_after", provider="group", count=1, ms=3000)
    [outcome] = send(APPRISE, message(GROUPS[scheme].kept))
    assert outcome == Unknown(Reason.TIMEOUT, outcome.code)


@every_service
def test_no_minute_has_more_than_the_service_allows(scheme: str) -> None:
    allowed = {
        **{"dingtalk": 20, "feishu": 100, "lark": 100, "slack": 60, "workflow": 240, "tgram": 20},
        **{"discord": 30, "barks": 60, "schan": 20, "ntfys": 60},
    }
    limits = APPRISE.limits_of(GROUPS[scheme].kept)
    assert limits.each_address
    assert limits.burst + 60 * limits.per_second <= allowed[scheme]
    per_second = {"feishu": 5, "lark": 5, "workflow": 4}
    assert limits.burst + limits.per_second <= per_second.get(scheme, 1000)


def answered(settings, address: str, status: str, body: str = "", *headers: str) -> Outcome:
    with tcp_server(http_answer(status, body, *headers)) as port:
        settings.ROBOT_RELAY_URL = f"http://127.0.0.1:{port}"
        [outcome] = send(APPRISE, message(address))
    return outcome


@pytest.mark.parametrize(
    ("scheme", "status", "body", "expected"),
    [
        ("dingtalk", "200 OK", {"errcode": 310000}, Failed(Reason.BLOCKED, "310000")),
        (
            *("dingtalk", "200 OK", {"errcode": 300001}),
            Failed(Reason.BAD_ADDRESS, "300001", suppress=True),
        ),
        (
            *("dingtalk", "200 OK", {"errcode": 130101}),
            NotSent(Reason.RATE_LIMITED, "130101", 600.0),
        ),
        ("dingtalk", "200 OK", {"errcode": -1}, Unknown(Reason.PROVIDER_ERROR, "-1")),
        ("dingtalk", "200 OK", {"errcode": 999}, NotSent(Reason.PROVIDER_ERROR, "999")),
        ("dingtalk", "200 OK", {"errcode": "0"}, Unknown(Reason.PROVIDER_ERROR, "200")),
        ("dingtalk", "200 OK", {"errcode": False}, Unknown(Reason.PROVIDER_ERROR, "200")),
        ("feishu", "200 OK", {"code": 19024, "msg": "Key"}, Failed(Reason.BLOCKED, "19024")),
        ("feishu", "200 OK", {"code": 19021, "msg": "sign"}, Failed(Reason.BLOCKED, "19021")),
        ("feishu", "200 OK", {"code": 11232}, NotSent(Reason.RATE_LIMITED, "11232", 60.0)),
        (
            *("feishu", "400 Bad", {"code": 9499, "msg": "Bad Request"}),
            NotSent(Reason.PROVIDER_ERROR, "9499"),
        ),
        (
            *("feishu", "200 OK", {"code": 9499, "msg": "too many request"}),
            NotSent(Reason.RATE_LIMITED, "9499", 60.0),
        ),
        (
            *("feishu", "200 OK", {"code": 19001, "msg": "param invalid: msg_type"}),
            NotSent(Reason.PROVIDER_ERROR, "19001"),
        ),
        ("feishu", "200 OK", {"StatusCode": 0, "StatusMessage": "success"}, None),
        ("slack", "404 No", "channel_not_found", "suppressed"),
        ("slack", "403 No", "invalid_token", "suppressed"),
        ("slack", "410 Gone", "channel_is_archived", "suppressed"),
        ("slack", "403 No", "action_prohibited", Failed(Reason.BLOCKED, "action_prohibited")),
        ("slack", "400 No", "invalid_payload", Failed(Reason.REFUSED_CONTENT, "invalid_payload")),
        ("slack", "404 No", "<html>", NotSent(Reason.PROVIDER_ERROR, "404")),
        ("slack", "200 OK", "<html>", Unknown(Reason.PROVIDER_ERROR, "200")),
        (
            *("tgram", "403 No", {"ok": False, "description": "Forbidden: bot was kicked"}),
            Failed(Reason.OPTED_OUT, "403", suppress=True),
        ),
        ("tgram", "401 No", {"ok": False, "description": "Unauthorized"}, "suppressed"),
        (
            *("tgram", "400 No", {"ok": False, "description": "Bad Request: TOPIC_CLOSED"}),
            Failed(Reason.BLOCKED, "400"),
        ),
        (
            "tgram",
            "400 No",
            {"ok": False, "description": "Bad Request: message thread not found"},
            "suppressed",
        ),
        ("discord", "400 No", {"code": 220001}, Failed(Reason.BLOCKED, "220001")),
        ("discord", "400 No", {"code": 200000}, Failed(Reason.REFUSED_CONTENT, "200000")),
        ("tgram", "404 No", "<html>", NotSent(Reason.PROVIDER_ERROR, "404")),
        (
            *("tgram", "429 Slow", {"ok": False, "parameters": {"retry_after": 17}}),
            NotSent(Reason.RATE_LIMITED, "429", 17.0),
        ),
        (
            *("tgram", "429 Slow", {"ok": False, "parameters": {"retry_after": "x"}}),
            NotSent(Reason.RATE_LIMITED, "429", None),
        ),
        (
            *("discord", "429 Slow", {"retry_after": 1.5}),
            NotSent(Reason.RATE_LIMITED, "429", 1.5),
        ),
        ("discord", "401 No", {"code": 50027}, "suppressed"),
        ("discord", "400 No", {"code": 50035}, Failed(Reason.REFUSED_CONTENT, "50035")),
        ("discord", "400 No", {"code": [1]}, NotSent(Reason.PROVIDER_ERROR, "400")),
        ("discord", "200 OK", {"id": "1"}, None),
        ("barks", "400 No", {"code": 400, "message": "failed to get device token"}, "suppressed"),
        ("barks", "500 No", {"code": 500, "message": "push failed: Unregistered"}, "suppressed"),
        ("barks", "500 No", {"code": 500, "message": "?"}, Unknown(Reason.PROVIDER_ERROR, "500")),
        ("barks", "200 OK", {"code": 500}, Unknown(Reason.PROVIDER_ERROR, "200")),
        ("schan", "400 No", {"code": 40001, "message": "[AUTH]错误的Key"}, "suppressed"),
        (
            *("schan", "400 No", {"code": 40001, "message": "[AUTH]超过当天的发送次数限制[5]"}),
            NotSent(Reason.QUOTA, "40001", 3600.0),
        ),
        (
            "schan",
            "400 No",
            {"code": 40001, "message": "?"},
            NotSent(Reason.PROVIDER_ERROR, "40001"),
        ),
        ("ntfys", "429 Slow", {"code": 42908}, NotSent(Reason.QUOTA, "42908", 3600.0)),
        ("ntfys", "403 No", {"code": 40301}, Failed(Reason.BLOCKED, "40301")),
        ("ntfys", "413 Long", {"code": 41301}, Failed(Reason.REFUSED_CONTENT, "41301")),
        ("workflow", "404 No", {"error": {"code": "WorkflowNotFound"}}, "suppressed"),
        (
            *("workflow", "400 No", {"error": {"code": "WorkflowTriggerIsNotEnabled"}}),
            Failed(Reason.BLOCKED, "WorkflowTriggerIsNotEnabled"),
        ),
        (
            *("workflow", "502 Bad", {"error": {"code": "NoResponse"}}),
            Unknown(Reason.PROVIDER_ERROR, "502"),
        ),
        ("workflow", "404 No", {"error": "x"}, NotSent(Reason.PROVIDER_ERROR, "404")),
    ],
)
def test_what_an_answer_means(settings, scheme: str, status: str, body, expected) -> None:
    said = body if isinstance(body, str) else json.dumps(body)
    outcome = answered(settings, GROUPS[scheme].kept, status, said)
    if expected is None:
        assert isinstance(outcome, Accepted)
    elif expected == "suppressed":
        assert isinstance(outcome, Failed)
        assert outcome.suppress
    else:
        assert outcome == expected


@every_service
@pytest.mark.parametrize("body", ["", "{}", "[]", "<html>", '"ok', '{"ok": "true", "code": "0"}'])
def test_a_success_that_the_service_did_not_say_is_none(settings, scheme: str, body: str) -> None:
    said_by_status = {"discord", "workflow"}
    if scheme not in said_by_status:
        outcome = answered(settings, GROUPS[scheme].kept, "200 OK", body)
        assert outcome == Unknown(Reason.PROVIDER_ERROR, "200")


@every_service
def test_a_redirect_is_not_followed(settings, scheme: str) -> None:
    where = f"Location: http://127.0.0.1:{closed_port()}/latest/meta-data/"
    outcome = answered(settings, GROUPS[scheme].kept, "307 Temporary", "", where)
    assert outcome == NotSent(Reason.PROVIDER_ERROR, "307")


@every_service
def test_a_refused_connection_means_not_sent(settings, scheme: str) -> None:
    settings.ROBOT_RELAY_URL = f"http://127.0.0.1:{closed_port()}"
    [outcome] = send(APPRISE, message(GROUPS[scheme].kept))
    assert isinstance(outcome, NotSent)


def test_an_endless_answer_is_not_read_to_its_end(settings) -> None:
    def endless(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
        for _ in range(4096):
            connection.sendall(b"x" * 65536)

    with tcp_server(endless) as port:
        settings.ROBOT_RELAY_URL = f"http://127.0.0.1:{port}"
        [outcome] = send(APPRISE, message(GROUPS["slack"].kept))
    assert isinstance(outcome, Unknown)


def test_a_signed_robot_gets_its_signature(relay: Simulator) -> None:
    relay.control("PUT", "config", {"group_secrets": [f"{TOKEN}=SEC0123abc"]})
    [refused] = send(APPRISE, message(f"dingtalk://{TOKEN}/"))
    [taken] = send(APPRISE, message(f"dingtalk://SEC0123abc@{TOKEN}/"))
    assert refused == Failed(Reason.BLOCKED, "310000")
    assert isinstance(taken, Accepted)


@pytest.mark.parametrize("scheme", ["feishu", "lark"])
def test_feishus_signature_is_in_the_body(relay: Simulator, scheme: str) -> None:
    bare = GROUPS[scheme].kept
    token, secret = bare.split("/")[2], "SIbEXmjqXxYyZz"
    relay.control("PUT", "config", {"group_secrets": [f"{token}={secret}"]})
    [refused] = send(APPRISE, message(bare))
    [wrong] = send(APPRISE, message(bare.replace("://", "://other@")))
    signed = message(
        bare.replace("://", f"://{secret}@"), content=APPRISE.compose(bulletin(body=LONG))
    )
    [taken] = send(APPRISE, signed)
    assert refused == wrong == Failed(Reason.BLOCKED, "19021")
    assert isinstance(taken, Accepted)
    assert secret not in sent_to(relay, scheme)[0]


def test_a_message_for_a_thread_of_discord_names_it() -> None:
    request = request_for("discord://123456789012345678/AbC-dEf_1/?thread=99", Content(text="x"))
    assert request.url.endswith("/123456789012345678/AbC-dEf_1?thread_id=99")


def test_a_robot_with_the_operators_name_as_keyword_takes_every_message(relay: Simulator) -> None:
    keywords = [f"{GROUPS[one].sink}=演示支付" for one in ("dingtalk", "feishu")]
    relay.control("PUT", "config", {"group_keywords": keywords})
    for one in ("dingtalk", "feishu"):
        content = APPRISE.compose(bulletin(body=LONG))
        [outcome] = send(APPRISE, message(GROUPS[one].kept, content=content))
        assert isinstance(outcome, Accepted)
        [outcome] = send(APPRISE, message(GROUPS[one].kept, "other words"))
        assert isinstance(outcome, Failed)
        assert not outcome.suppress


def test_a_service_that_is_no_longer_allowed_gets_nothing(relay: Simulator, settings) -> None:
    settings.ROBOT_SERVICES = frozenset({"feishu"})
    [outcome] = send(APPRISE, message(GROUPS["slack"].kept))
    assert outcome == Failed(Reason.BLOCKED, "service")
    assert relay.messages(provider="group") == []


@pytest.mark.parametrize(
    "address",
    [
        *("barks://127.0.0.1/key1/", "ntfys://localhost/topic/?mode=private", "nonsense", ""),
        *("json://example.com/", "barks://bark.example.com:22/key1/", "workflow://x.example/a/b/"),
    ],
)
def test_a_row_that_is_older_than_the_rules_is_not_sent(relay: Simulator, address: str) -> None:
    [outcome] = send(APPRISE, message(address))
    assert isinstance(outcome, Failed)
    assert outcome.reason == Reason.BAD_ADDRESS
    assert relay.messages(provider="group") == []


def resolving(monkeypatch: pytest.MonkeyPatch, *answers: str) -> list[str]:
    """Have every name resolve to these addresses in turn; return the names that were asked for."""
    asked: list[str] = []

    def answer(host, port, *_rest, **_more):
        asked.append(host)
        found = answers[min(len(asked), len(answers)) - 1]
        family = socket.AF_INET6 if ":" in found else socket.AF_INET
        peer = (found, port, 0, 0) if ":" in found else (found, port)
        return [(family, socket.SOCK_STREAM, 6, "", peer)]

    monkeypatch.setattr(socket, "getaddrinfo", answer)
    return asked


@pytest.mark.parametrize(
    "found",
    ["127.0.0.1", "10.1.2.3", "169.254.169.254", "::1", "fd00::1", "100.64.0.1", "192.0.0.1"],
)
@pytest.mark.parametrize(
    "address", ["barks://bark.example.com/key1/", "ntfys://ntfy.example.com/t1/?mode=private"]
)
def test_a_name_of_a_private_address_is_never_connected_to(
    settings, monkeypatch: pytest.MonkeyPatch, found: str, address: str
) -> None:
    settings.ROBOT_RELAY_URL = ""
    asked = resolving(monkeypatch, found)
    [outcome] = send(APPRISE, message(address))
    assert outcome == Failed(Reason.BAD_ADDRESS, "private")
    assert asked


def test_a_name_that_turns_private_between_two_messages_is_noticed(
    monkeypatch: pytest.MonkeyPatch, impatient
) -> None:
    # Documentation's own network: nothing answers there. It counts as private, as it should.
    asked = resolving(monkeypatch, "203.0.113.7", "127.0.0.1")
    for _ in range(2):
        [outcome] = send(APPRISE, message("barks://bark.example.com/key1/"))
        assert outcome == Failed(Reason.BAD_ADDRESS, "private")
    assert len(asked) == 2


DEAD = {
    "barks://bark.example.com/key1/": Reason.UNREACHABLE,
    "ntfys://ntfy.example.com/t1/?mode=private": Reason.UNREACHABLE,
    GROUPS["barks"].kept: Reason.CONNECTION,
    GROUPS["ntfys"].kept: Reason.CONNECTION,
    GROUPS["dingtalk"].kept: Reason.CONNECTION,
}


@pytest.mark.parametrize(("address", "reason"), DEAD.items())
def test_a_host_that_is_gone_is_its_readers_where_it_is_no_companys(
    settings, monkeypatch: pytest.MonkeyPatch, address: str, reason: Reason
) -> None:
    settings.ROBOT_RELAY_URL = ""
    gone = socket.gaierror(socket.EAI_NONAME, "Name or service not known")
    monkeypatch.setattr(socket, "getaddrinfo", Mock(side_effect=gone))
    [outcome] = send(APPRISE, message(address))
    assert outcome == NotSent(reason, outcome.code)


def test_a_relay_that_is_away_is_no_readers_fault(settings) -> None:
    settings.ROBOT_RELAY_URL = f"http://127.0.0.1:{closed_port()}"
    [outcome] = send(APPRISE, message("barks://bark.example.com/key1/"))
    assert outcome == NotSent(Reason.CONNECTION, outcome.code)


def test_a_refusal_of_a_readers_own_server_is_theirs(settings) -> None:
    refused = answered(settings, "ntfys://ntfy.example.com/t1/?mode=private", "404 Not Found", "")
    assert refused == NotSent(Reason.UNREACHABLE, "404")
    refused = answered(settings, GROUPS["ntfys"].kept, "404 Not Found", "")
    assert refused == NotSent(Reason.PROVIDER_ERROR, "404")


def test_a_services_own_name_that_leads_to_us_is_no_fault_of_the_group(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    resolving(monkeypatch, "127.0.0.1")
    [outcome] = send(APPRISE, message(GROUPS["dingtalk"].kept))
    assert isinstance(outcome, NotSent)


def test_proxies_of_the_environment_are_not_used(
    monkeypatch: pytest.MonkeyPatch, relay: Simulator
) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{closed_port()}")
    [outcome] = send(APPRISE, message(GROUPS["slack"].kept))
    assert isinstance(outcome, Accepted)


@every_service
@pytest.mark.parametrize("serve", [http_answer("400 No", "{}"), hang_up, None])
def test_nothing_of_an_address_is_logged(
    settings, caplog: pytest.LogCaptureFixture, scheme: str, serve: Callable | None
) -> None:
    plugin_class(SERVICES[scheme])
    # As configuring the logging does in a process that has loaded the plugins already.
    logging.getLogger("apprise").disabled = False
    caplog.set_level("DEBUG")
    if serve is None:
        settings.ROBOT_RELAY_URL = f"http://127.0.0.1:{closed_port()}"
        send(APPRISE, message(GROUPS[scheme].kept))
    else:
        with tcp_server(serve) as port:
            settings.ROBOT_RELAY_URL = f"http://127.0.0.1:{port}"
            send(APPRISE, message(GROUPS[scheme].kept))
    for private in (GROUPS[scheme].kept, *GROUPS[scheme].private):
        assert private not in caplog.text


@every_service
def test_a_plugin_cannot_reach_the_network_by_itself(
    monkeypatch: pytest.MonkeyPatch, scheme: str
) -> None:
    def connect(*_arguments, **_named):
        raise AssertionError("connected")

    request_for(GROUPS[scheme].kept, Content(text="x"))  # loads what it needs
    monkeypatch.setattr(socket.socket, "connect", connect)
    plugin = plugin_class(SERVICES[scheme])
    given = plugin.parse_url(GROUPS[scheme].kept)
    assert plugin(**given).notify(body="x", title="x") is False


def test_one_message_is_one_request_to_the_service_itself() -> None:
    for scheme, service in SERVICES.items():
        request = request_for(GROUPS[scheme].kept, APPRISE.compose(bulletin(body=LONG)))
        assert request.url.startswith("https://")
        assert request.headers.get("User-Agent", "candor") == "candor"
        assert service.label
        assert service.where
        assert b"github.com" not in request.body


def test_no_program_loads_apprise_when_it_starts() -> None:
    script = (
        "import django, sys; django.setup(); "
        "print([one for one in sys.modules if one.split('.')[0] == 'apprise'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
