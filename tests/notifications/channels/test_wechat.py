"""WeChat template messages: fields, the shared token, outcomes and callbacks."""

import asyncio
import json
from unittest.mock import patch

import pytest
import redis
from django.conf import settings as django_settings

from notifications.channels import provider as find_provider
from notifications.channels.outcomes import Accepted, Failed, NotSent, Reason, Unknown
from tests.notifications.channels.builders import (
    again,
    bulletin,
    closed_port,
    correction,
    http_answer,
    message,
    read_request,
    send,
    tcp_server,
)
from tests.notifications.channels.wechat import by_default
from tests.simulator import Simulator

OPENID = "oABCDEFGHIJKLMNOPQRSTUV_0001"
WECHAT = find_provider("wechat")


@pytest.fixture
def follower(simulator: Simulator) -> Simulator:
    simulator.control("POST", "wechat/followers", {"openid": OPENID, "event": False})
    return simulator


def content():
    return by_default(bulletin())


def to(openid: str = OPENID, delivery_id: int = 7):
    return message(openid, delivery_id=delivery_id, content=content())


def received(simulator: Simulator) -> list:
    return simulator.messages(provider="wechat")


class TestWriting:
    def test_the_fields_of_the_template(self) -> None:
        composed = content()
        fields = {name: field["value"] for name, field in composed.data["data"].items()}
        assert fields == {
            "thing1": "T+1到账延迟",
            "phrase2": "调查中",
            "time3": "2025年2月21日 10:42",
            "thing4": "10:42起部分小微商户到账延迟…",
        }
        assert composed.data["url"] == "https://status.example.com/incidents/abc/"
        assert composed.text.splitlines() == list(fields.values())

    @pytest.mark.parametrize("language", ["zh-hans", "en"])
    def test_no_field_is_over_wechats_limits(self, language: str) -> None:
        long = bulletin(language, name="名" * 100, body="话" * 1000, status_label="太长的状态说明")
        fields = by_default(long).data["data"]
        assert len(fields["thing1"]["value"]) == len(fields["thing4"]["value"]) == 20
        assert fields["thing4"]["value"].endswith("…")
        assert fields["phrase2"]["value"] == "调查中"

    def test_english_readers_get_a_phrase_that_wechat_takes(self) -> None:
        assert by_default(bulletin("en")).data["data"]["phrase2"]["value"] == "调查中"
        answer = by_default(correction("en"))
        assert answer.data["data"]["phrase2"]["value"] == "更正"
        notice = bulletin("en", kind="notice.delay", status="notice.delay", status_label="Delay")
        assert by_default(notice).data["data"]["phrase2"]["value"] == "公告"


class TestSending:
    def test_a_message_reaches_the_follower(self, follower: Simulator) -> None:
        [outcome] = send(WECHAT, to())
        [row] = received(follower)
        assert outcome == Accepted(row["sid"]) or outcome == Accepted(str(row["details"]["msgid"]))
        assert row["to"] == OPENID
        assert "T+1到账延迟" in json.dumps(row, ensure_ascii=False)

    def test_the_next_attempt_of_a_delivery_is_recognised(self, follower: Simulator) -> None:
        sent = to()
        send(WECHAT, sent)
        [outcome] = send(WECHAT, again(sent))
        assert isinstance(outcome, Accepted)
        assert len(received(follower)) == 1

    def test_the_name_of_a_delivery_fits_wechats_limit(self) -> None:
        assert len(to(delivery_id=2**63 - 1).repeat_id) <= 32
        assert len(to(delivery_id=0).repeat_id) <= 32

    def test_a_message_of_no_delivery_is_not_taken_for_another(self, follower: Simulator) -> None:
        send(WECHAT, to(delivery_id=0))
        send(WECHAT, to(delivery_id=0))
        assert len(received(follower)) == 2

    def test_a_lost_answer_leaves_it_open_and_a_repetition_is_harmless(self, follower) -> None:
        follower.switch("drop_after", provider="wechat", count=1)
        sent = to()
        assert isinstance(send(WECHAT, sent)[0], Unknown)
        assert isinstance(send(WECHAT, again(sent))[0], Accepted)
        assert len(received(follower)) == 1

    def test_someone_who_does_not_follow_is_not_written_to(self, simulator: Simulator) -> None:
        [outcome] = send(WECHAT, to("oZZZZZZZZZZZZZZZZZZZZZZZ_0009"))
        assert isinstance(outcome, Failed)
        assert outcome.suppress
        assert outcome.reason in {Reason.NOT_A_FOLLOWER, Reason.BAD_ADDRESS}

    @pytest.mark.parametrize(
        ("code", "expected"),
        [
            (-1, Unknown(Reason.PROVIDER_ERROR, "-1")),
            (40003, Failed(Reason.BAD_ADDRESS, "40003", suppress=True)),
            (43004, Failed(Reason.NOT_A_FOLLOWER, "43004", suppress=True)),
            (40037, NotSent(Reason.NO_TEMPLATE, "40037")),
            (45009, NotSent(Reason.QUOTA, "45009", 3600.0)),
            (45011, NotSent(Reason.RATE_LIMITED, "45011", 60.0)),
            (47003, NotSent(Reason.NO_TEMPLATE, "47003")),
            (43019, Failed(Reason.OPTED_OUT, "43019", suppress=True)),
            (40164, NotSent(Reason.NO_CREDENTIALS, "40164")),
            (48001, NotSent(Reason.NO_CREDENTIALS, "48001")),
        ],
    )
    def test_each_errcode_leads_to_its_outcome(
        self, follower: Simulator, code: int, expected
    ) -> None:
        follower.switch("refuse", provider="wechat", code=code)
        assert send(WECHAT, to()) == [expected]
        assert received(follower) == []

    def test_an_unknown_errcode_is_held_for_repair(self, follower: Simulator, settings) -> None:
        send(WECHAT, to())
        with tcp_server(http_answer("200 OK", '{"errcode": 49999}')) as port:
            settings.WECHAT_BASE_URL = f"http://127.0.0.1:{port}"
            assert send(WECHAT, to()) == [NotSent(Reason.UNKNOWN_CODE, "49999")]

    def test_an_answer_without_an_errcode_leaves_it_open(self, follower, settings) -> None:
        send(WECHAT, to())
        with tcp_server(http_answer("200 OK", "[]")) as port:
            settings.WECHAT_BASE_URL = f"http://127.0.0.1:{port}"
            assert send(WECHAT, to()) == [Unknown(Reason.PROVIDER_ERROR, "200")]


class TestToken:
    """A small WeChat of our own counts how often a token is asked for."""

    @pytest.fixture
    def tokens(self, simulator, settings):
        state = {"asked": [], "given": ["t1", "t2", "t3", "t4"], "good": {"t1"}}

        def serve(connection) -> None:
            request = read_request(connection)
            if b"stable_token" in request:
                forced = json.loads(request.partition(b"\r\n\r\n")[2])["force_refresh"]
                state["asked"].append(forced)
                body = {"access_token": state["given"].pop(0), "expires_in": 7200}
            else:
                token = request.partition(b"access_token=")[2].partition(b" ")[0].decode()
                good = token in state["good"]
                body = {"errcode": 0, "msgid": 1} if good else {"errcode": 40001}
            http_bytes = json.dumps(body).encode()
            head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(http_bytes)}\r\nConnection: close\r\n"
            connection.sendall(head.encode() + b"\r\n" + http_bytes)

        with tcp_server(serve) as port:
            settings.WECHAT_BASE_URL = f"http://127.0.0.1:{port}"
            yield state

    def test_one_token_serves_every_message_and_batch(self, tokens) -> None:
        send(WECHAT, *[to(delivery_id=n) for n in range(1, 40)])
        send(WECHAT, to(delivery_id=41))
        assert tokens["asked"] == [False]

    def test_a_refused_token_is_renewed_once_for_the_whole_batch(self, tokens) -> None:
        send(WECHAT, to())
        tokens["good"] = {"t2"}
        outcomes = send(WECHAT, *[to(delivery_id=n) for n in range(1, 40)])
        assert outcomes == [Accepted("1")] * 39
        assert tokens["asked"] == [False, False]

    def test_the_same_token_again_is_forced_to_change(self, tokens) -> None:
        send(WECHAT, to())
        tokens["given"], tokens["good"] = ["t1", "t9"], {"t9"}
        assert send(WECHAT, to()) == [Accepted("1")]
        assert tokens["asked"] == [False, False, True]

    def test_a_token_that_never_works_ends_after_one_repetition(self, tokens) -> None:
        tokens["good"] = set()
        assert send(WECHAT, to()) == [NotSent(Reason.NO_CREDENTIALS, "token")]
        assert len(tokens["asked"]) == 2

    def test_two_processes_ask_only_once(self, tokens) -> None:
        async def both() -> None:
            await asyncio.gather(self._drain(to(delivery_id=1)), self._drain(to(delivery_id=2)))

        asyncio.run(both())
        assert tokens["asked"] == [False]

    async def _drain(self, *batch) -> None:
        async for _message, outcome in WECHAT.send(batch):
            assert outcome == Accepted("1")

    def test_the_token_is_kept_for_less_than_it_holds(self, tokens) -> None:
        send(WECHAT, to())
        client = redis.Redis.from_url(django_settings.REDIS_URL)
        left = client.ttl(f"token:wechat:{django_settings.WECHAT_APP_ID}")
        client.close()
        assert 6000 < left <= 6900

    @pytest.mark.parametrize(
        ("answer", "body", "expected"),
        [
            ("200 OK", '{"errcode": 40125}', NotSent(Reason.NO_CREDENTIALS, "token 40125")),
            ("200 OK", '{"errcode": 40164}', NotSent(Reason.NO_CREDENTIALS, "token 40164")),
            ("200 OK", '{"errcode": 45009}', NotSent(Reason.QUOTA, "token 45009", 3600.0)),
            ("200 OK", '{"errcode": -1}', NotSent(Reason.PROVIDER_ERROR, "token -1")),
            ("502 Bad Gateway", "", NotSent(Reason.PROVIDER_ERROR, "token 502")),
        ],
    )
    def test_without_a_token_nothing_was_sent(
        self, simulator, settings, answer, body, expected
    ) -> None:
        with tcp_server(http_answer(answer, body)) as port:
            settings.WECHAT_BASE_URL = f"http://127.0.0.1:{port}"
            assert send(WECHAT, to()) == [expected]

    def test_a_token_that_redis_did_not_take_is_good_all_the_same(self, tokens) -> None:
        slow = redis.exceptions.TimeoutError("redis")
        with patch("redis.asyncio.lock.Lock.release", side_effect=slow):
            assert send(WECHAT, to()) == [Accepted("1")]
        assert tokens["asked"] == [False]

    def test_without_redis_nothing_was_sent(self, simulator, settings) -> None:
        settings.REDIS_URL = f"redis://127.0.0.1:{closed_port()}/0"
        assert send(WECHAT, to()) == [NotSent(Reason.CONNECTION, "redis")]

    def test_a_wrong_secret_is_not_the_merchants_fault(self, follower, settings) -> None:
        settings.WECHAT_SECRET = "wrong"
        [outcome] = send(WECHAT, to())
        assert isinstance(outcome, NotSent)
        assert outcome.reason is Reason.NO_CREDENTIALS
