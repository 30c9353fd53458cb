"""How many questions one address may ask in a minute."""

import logging

import pytest
from django.core.cache import cache
from redis.exceptions import ConnectionError as RedisDown

from statuspage.pages.pace import WINDOW_SECONDS, keeps_pace


def test_as_many_as_allowed_are_answered_and_no_more() -> None:
    assert [keeps_pace("arrival", "192.0.2.1", 3) for _each in range(5)] == [
        *[True] * 3,
        *[False] * 2,
    ]


def test_each_address_and_each_question_is_counted_by_itself() -> None:
    assert keeps_pace("arrival", "192.0.2.1", 1)
    assert keeps_pace("arrival", "192.0.2.2", 1)
    assert keeps_pace("affected", "192.0.2.1", 1)
    assert not keeps_pace("arrival", "192.0.2.1", 1)


def test_the_count_is_forgotten_after_a_minute_and_holds_no_address() -> None:
    keeps_pace("arrival", "192.0.2.1", 1)
    (key,) = cache._cache.get_client().keys("*pace:arrival*")
    assert b"192.0.2.1" not in key
    assert 0 < cache._cache.get_client().ttl(key) <= WINDOW_SECONDS


def test_where_redis_is_down_everyone_is_answered(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def down(*_args: object, **_values: object) -> None:
        raise RedisDown("192.0.2.1")

    monkeypatch.setattr(cache, "add", down)
    with caplog.at_level(logging.WARNING):
        assert keeps_pace("arrival", "192.0.2.1", 0)
    assert "not counted" in caplog.text
    assert "192.0.2.1" not in caplog.text
