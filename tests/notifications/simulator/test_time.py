"""Limits that pass with time: tokens, quotas, repetitions and the robots' minute."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from aiohttp.test_utils import TestClient, TestServer

from notifications.simulator.app import build
from notifications.simulator.settings import Settings
from notifications.simulator.wechat_tokens import OverQuota, Tokens
from tests.notifications.simulator.wechat_client import DATA, OPENID

START = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
KEY = "a-group-robot"
Clock = time_machine.Traveller
Story = Callable[[TestClient[Any, Any], Clock], Awaitable[None]]


def live(story: Story, **settings: Any) -> None:
    """Live through a story with a simulator of its own, in a time of its own."""
    told = Settings(wechat_app_id="wx1", wechat_secret="s", **settings)

    async def run(clock: Clock) -> None:
        async with TestClient(TestServer(build(told, None))) as client:
            await client.post("/control/wechat/followers", json={"openid": OPENID, "event": False})
            await story(client, clock)

    with time_machine.travel(START, tick=False) as clock:
        asyncio.run(run(clock))


async def token_answer(client: TestClient[Any, Any], *, force: bool = False) -> dict[str, Any]:
    body = {
        "grant_type": "client_credential",
        "appid": "wx1",
        "secret": "s",
        "force_refresh": force,
    }
    answer: dict[str, Any] = await (await client.post("/cgi-bin/stable_token", json=body)).json()
    return answer


async def token_of(client: TestClient[Any, Any], *, force: bool = False) -> str:
    return str((await token_answer(client, force=force))["access_token"])


async def send(client: TestClient[Any, Any], token: str, **changes: Any) -> int:
    body = {"touser": OPENID, "template_id": "demo-template", "data": DATA, **changes}
    path = f"/cgi-bin/message/template/send?access_token={token}"
    return int((await (await client.post(path, json=body)).json())["errcode"])


async def write(client: TestClient[Any, Any], key: str = KEY) -> int:
    body = {"msgtype": "text", "text": {"content": "x"}}
    answer = await client.post(f"/cgi-bin/webhook/send?key={key}", json=body)
    return int((await answer.json())["errcode"])


def test_a_token_lasts_for_two_hours_and_not_longer() -> None:
    async def story(client: TestClient[Any, Any], clock: Clock) -> None:
        token = await token_of(client)
        clock.shift(timedelta(seconds=7199))
        assert await send(client, token) == 0
        clock.shift(timedelta(seconds=1))
        assert await send(client, token) == 42001

    live(story)


def test_asking_again_tells_how_long_the_token_still_lasts() -> None:
    async def story(client: TestClient[Any, Any], clock: Clock) -> None:
        first = await token_answer(client)
        clock.shift(timedelta(minutes=30))
        again = await token_answer(client)
        assert again["access_token"] == first["access_token"]
        assert (first["expires_in"], again["expires_in"]) == (7200, 5400)

    live(story)


def test_in_its_last_five_minutes_a_token_is_replaced_and_both_work() -> None:
    async def story(client: TestClient[Any, Any], clock: Clock) -> None:
        old = await token_of(client)
        clock.shift(timedelta(seconds=6899))
        assert await token_of(client) == old
        clock.shift(timedelta(seconds=1))
        new = await token_of(client)
        assert new != old
        assert [await send(client, token) for token in (old, new)] == [0, 0]
        clock.shift(timedelta(minutes=5))
        assert [await send(client, token) for token in (old, new)] == [42001, 0]

    live(story)


def test_a_replaced_token_works_for_five_more_minutes() -> None:
    async def story(client: TestClient[Any, Any], clock: Clock) -> None:
        old = await token_of(client)
        await token_of(client, force=True)
        clock.shift(timedelta(seconds=299))
        assert await send(client, old) == 0
        clock.shift(timedelta(seconds=1))
        assert await send(client, old) == 42001

    live(story)


def test_forcing_is_free_again_after_half_a_minute() -> None:
    async def story(client: TestClient[Any, Any], clock: Clock) -> None:
        first = await token_of(client, force=True)
        clock.shift(timedelta(seconds=29))
        assert await token_of(client, force=True) == first
        clock.shift(timedelta(seconds=2))
        assert await token_of(client, force=True) != first

    live(story)


def test_twenty_may_be_forced_a_day_and_the_next_day_again() -> None:
    async def story(client: TestClient[Any, Any], clock: Clock) -> None:
        for _ in range(20):
            assert "access_token" in await token_answer(client, force=True)
            clock.shift(timedelta(minutes=1))
        assert (await token_answer(client, force=True))["errcode"] == 45009
        assert "access_token" in await token_answer(client)
        clock.shift(timedelta(days=1))
        assert "access_token" in await token_answer(client, force=True)

    live(story)


def test_a_refused_force_leaves_the_present_token_as_it_is() -> None:
    tokens = Tokens(Settings(wechat_forced_a_day=0))
    token, _ = tokens.get(force=False)
    with pytest.raises(OverQuota):
        tokens.get(force=True)
    assert tokens.valid(token)
    assert tokens.get(force=False)[0] == token


def test_a_short_token_is_replaced_in_the_second_half_of_its_life() -> None:
    with time_machine.travel(START, tick=False) as clock:
        tokens = Tokens(Settings(wechat_token_seconds=10))
        first, seconds = tokens.get(force=False)
        assert seconds == 10
        clock.shift(4)
        assert tokens.get(force=False) == (first, 6)
        clock.shift(1)
        assert tokens.get(force=False)[0] != first


def test_what_was_issued_is_known_even_when_it_is_void() -> None:
    tokens = Tokens(Settings())
    token, _ = tokens.get(force=False)
    tokens.expire_all()
    assert tokens.known(token)
    assert not tokens.valid(token)
    assert not tokens.known("made-up")
    assert not tokens.valid("")


def test_a_repetition_is_recognised_for_ten_minutes() -> None:
    async def story(client: TestClient[Any, Any], clock: Clock) -> None:
        token = await token_of(client)
        assert await send(client, token, client_msg_id="42") == 0
        clock.shift(timedelta(minutes=10))
        assert await send(client, token, client_msg_id="42") == 45065
        clock.shift(timedelta(seconds=1))
        assert await send(client, token, client_msg_id="42") == 0

    live(story)


def test_the_daily_quota_comes_back_after_a_day() -> None:
    async def story(client: TestClient[Any, Any], clock: Clock) -> None:
        token = await token_of(client)
        assert [await send(client, token) for _ in range(3)] == [0, 0, 45009]
        clock.shift(timedelta(days=1))
        assert await send(client, await token_of(client)) == 0

    live(story, wechat_daily_quota=2)


def test_what_followers_write_does_not_use_up_the_quota() -> None:
    async def story(client: TestClient[Any, Any], clock: Clock) -> None:
        for _ in range(3):
            await client.post("/control/inbound", json={"from": OPENID, "text": "x"})
        token = await token_of(client)
        assert [await send(client, token) for _ in range(3)] == [0, 0, 45009]

    live(story, wechat_daily_quota=2)


def test_a_robots_minute_slides() -> None:
    async def story(client: TestClient[Any, Any], clock: Clock) -> None:
        assert [await write(client) for _ in range(10)] == [0] * 10
        clock.shift(timedelta(seconds=30))
        assert [await write(client) for _ in range(11)] == [0] * 10 + [45009]
        clock.shift(timedelta(seconds=31))
        # The first ten are over a minute old; the other ten still count.
        assert [await write(client) for _ in range(11)] == [0] * 10 + [45009]

    live(story)


def test_what_was_refused_does_not_lengthen_the_wait() -> None:
    async def story(client: TestClient[Any, Any], clock: Clock) -> None:
        assert [await write(client) for _ in range(2)] == [0, 45009]
        for _ in range(5):
            clock.shift(timedelta(seconds=10))
            assert await write(client) == 45009
        clock.shift(timedelta(seconds=11))
        assert await write(client) == 0

    live(story, wecom_per_minute=1)


def test_each_robot_has_a_minute_of_its_own() -> None:
    async def story(client: TestClient[Any, Any], clock: Clock) -> None:
        keys = [f"group-robot-{number}" for number in range(5)]
        assert [await write(client, key) for key in keys * 2] == [0] * 5 + [45009] * 5

    live(story, wecom_per_minute=1)
