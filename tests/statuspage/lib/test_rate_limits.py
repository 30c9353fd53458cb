"""How many requests one address may make in a minute."""

import logging

import pytest
import redis
from django.conf import settings as django_settings
from pytest_django.fixtures import Settings

from statuspage.lib.rate_limits import WINDOW_SECONDS, Limit, forget, take, within_limit


def test_as_many_as_allowed_are_answered_and_no_more() -> None:
    answers = [within_limit("arrival", "192.0.2.1", 3) for _each in range(5)]
    assert answers == [True, True, True, False, False]


def test_each_address_and_each_question_is_counted_by_itself() -> None:
    assert within_limit("arrival", "192.0.2.1", 1)
    assert within_limit("arrival", "192.0.2.2", 1)
    assert within_limit("affected", "192.0.2.1", 1)
    assert not within_limit("arrival", "192.0.2.1", 1)


def test_the_count_is_forgotten_after_a_minute_and_holds_no_address() -> None:
    within_limit("arrival", "192.0.2.1", 1)
    client = redis.Redis.from_url(django_settings.REDIS_URL)
    (key,) = client.keys("*arrival*")
    assert b"192.0.2.1" not in key
    assert 0 < client.ttl(key) <= WINDOW_SECONDS


def test_the_wait_is_that_of_the_limit_which_was_reached_and_can_be_lifted() -> None:
    limits = (Limit("2/30 seconds", "door", "lin"), Limit("9/hour", "door", "lin"))
    assert [take(*limits), take(*limits)] == [0, 0]
    assert 0 < take(*limits) <= 30
    forget(*limits)
    assert take(*limits) == 0


def test_where_redis_is_down_everyone_is_answered_unless_guessing_must_be_impossible(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    with caplog.at_level(logging.WARNING):
        assert within_limit("arrival", "192.0.2.1", 1)
        assert not within_limit("transactions", "192.0.2.1", 1, fail_open=False)
    assert "not counted" in caplog.text
    assert "192.0.2.1" not in caplog.text
