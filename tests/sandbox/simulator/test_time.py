"""Limits that pass with time: tokens, quotas, repetitions and the robots' minute."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import time_machine
from aiohttp.test_utils import TestClient, TestServer

from sandbox.simulator.app import build
from sandbox.simulator.settings import Settings
from tests.sandbox.simulator.wechat_client import DATA, OPENID

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


def test_a_robots_minute_slides() -> None:
    async def story(client: TestClient[Any, Any], clock: Clock) -> None:
        assert [await write(client) for _ in range(10)] == [0] * 10
        clock.shift(timedelta(seconds=30))
        assert [await write(client) for _ in range(11)] == [0] * 10 + [45009]
        clock.shift(timedelta(seconds=31))
        # The first ten are over a minute old; the other ten still count.
        assert [await write(client) for _ in range(11)] == [0] * 10 + [45009]

    live(story)
