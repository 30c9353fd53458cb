"""A Redis that says nothing costs one short wait, and then none for a while."""

import socket
import time
from collections.abc import Iterator

import pytest
from django.core.cache import caches
from redis.exceptions import ConnectionError as NoConnection
from redis.exceptions import RedisError
from redis.exceptions import TimeoutError as NoAnswer

from statuspage.lib import redis_client
from statuspage.lib.rate_limits import Limit, take, within_limit
from statuspage.lib.redis_client import PAUSE_SECONDS, TIMEOUT_SECONDS


@pytest.fixture
def silent(monkeypatch: pytest.MonkeyPatch, settings: object) -> Iterator[list[socket.socket]]:
    """Have Redis accept connections, and answer nothing."""
    monkeypatch.setattr(redis_client, "_silent_until", 0.0)
    with socket.create_server(("127.0.0.1", 0)) as server:
        settings.REDIS_URL = f"redis://127.0.0.1:{server.getsockname()[1]}/0"  # type: ignore[attr-defined]
        yield [server]


@pytest.mark.usefixtures("silent")
def test_everybody_waits_once_and_then_nobody_does() -> None:
    with pytest.raises(NoAnswer):
        redis_client.client().ping()
    began = time.monotonic()
    with pytest.raises(NoConnection, match="a moment ago"):
        redis_client.client().ping()
    with pytest.raises(RedisError):
        take(Limit("5/minute", "what", "who"))
    with pytest.raises(RedisError):
        caches["default"].get("key")
    assert all(within_limit("what", f"who{number}", 1) for number in range(100))
    assert time.monotonic() - began < PAUSE_SECONDS + TIMEOUT_SECONDS


def test_after_the_pause_it_is_asked_again(settings: object) -> None:
    redis_client._silent_until = time.monotonic() + 0.2
    with pytest.raises(NoConnection):
        redis_client.client().ping()
    time.sleep(0.2)
    assert redis_client.client().ping()
