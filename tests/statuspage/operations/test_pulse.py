"""`candor pulse`: health checks of programs that have no port."""

import socket
from collections.abc import Iterator

import pytest
import redis
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError
from pytest_django.fixtures import Settings

from statuspage.operations import heartbeat

NAMES = {"beat": heartbeat.CLOCK, "worker": f"celery@{socket.gethostname()}"}


@pytest.fixture(autouse=True)
def silence() -> Iterator[None]:
    """Nobody was ever heard of."""
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        client.delete(heartbeat.KEY)
        yield
        client.delete(heartbeat.KEY)


@pytest.mark.parametrize("program", NAMES)
def test_who_was_just_heard_of_is_well(program: str) -> None:
    heartbeat.seen(NAMES[program])
    call_command("pulse", program)


@pytest.mark.parametrize("program", NAMES)
def test_who_is_silent_is_not(program: str) -> None:
    heartbeat.seen("celery@another machine")
    with pytest.raises(CommandError, match="nothing was heard"):
        call_command("pulse", program)
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        seconds, _ = client.time()
        client.hset(heartbeat.KEY, NAMES[program], seconds - heartbeat.ALIVE_SECONDS - 5)
    with pytest.raises(CommandError, match="nothing was heard"):
        call_command("pulse", program)


@pytest.mark.parametrize("program", NAMES)
def test_without_redis_nobody_is_ended(program: str, settings: Settings) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    heartbeat._client.cache_clear()
    try:
        call_command("pulse", program)
    finally:
        heartbeat._client.cache_clear()
