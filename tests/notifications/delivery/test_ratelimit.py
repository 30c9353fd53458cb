"""The token bucket: shared, exact, and refilled by the clock of Redis itself."""

import threading

import pytest
import redis
from django.conf import settings
from django.test import override_settings

from notifications.channels.base import Limits
from notifications.delivery import providers
from notifications.delivery.providers import give_back, hashed, take

SLOW = Limits(per_second=0.001, burst=10)


@pytest.fixture(autouse=True)
def _fresh():
    redis.Redis.from_url(settings.REDIS_URL).flushdb()


def test_a_full_bucket_gives_up_to_its_burst():
    assert take("a", SLOW, 4)[0] == 4
    assert take("a", SLOW, 100)[0] == 6
    assert take("a", SLOW, 1)[0] == 0


def test_an_empty_bucket_says_how_long_to_wait():
    take("a", SLOW, 10)
    taken, wait = take("a", SLOW, 1)
    assert taken == 0
    assert 900 < wait <= 1000


def test_buckets_are_apart():
    take("a", SLOW, 10)
    assert take("b", SLOW, 10)[0] == 10


def test_what_is_given_back_can_be_taken_again_and_no_more():
    take("a", SLOW, 10)
    give_back("a", SLOW, 3)
    assert take("a", SLOW, 10)[0] == 3
    give_back("a", SLOW, 100)
    assert take("a", SLOW, 100)[0] == 10


def test_giving_back_nothing_is_nothing():
    give_back("never-used", SLOW, 5)
    give_back("never-used", SLOW, 0)
    assert take("never-used", SLOW, 100)[0] == 10


def test_a_bucket_refills_with_time():
    quick = Limits(per_second=1000, burst=5)
    taken = sum(take("a", quick, 5)[0] for _ in range(2000))
    assert taken > 5


def test_workers_together_never_take_more_than_there_is():
    limits = Limits(per_second=0.001, burst=100)
    taken: list[int] = []

    def worker():
        taken.extend(take("a", limits, 3)[0] for _ in range(20))

    threads = [threading.Thread(target=worker) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(taken) == 100


def test_without_redis_nobody_may_send():
    providers._client.cache_clear()
    try:
        with (
            override_settings(REDIS_URL="redis://127.0.0.1:1/0"),
            pytest.raises(redis.RedisError),
        ):
            take("a", SLOW, 1)
    finally:
        providers._client.cache_clear()


def test_a_hashed_address_gives_nothing_away():
    assert "138" not in hashed("+8613800138001")
    assert hashed("+8613800138001") == hashed("+8613800138001") != hashed("+8613800138002")
