"""One request for a run waits in the queue, however many ask, and each that is asked for comes."""

import redis
from django.conf import settings

from statuspage.celery import app
from statuspage.operations import queueing

TASK, EXPAND = "operations.pulse", "delivery.expand"


def client() -> redis.Redis:
    return redis.Redis.from_url(settings.REDIS_URL)


def run(**headers: bool) -> int:
    """Run the task as a worker that reached a message with these headers; how often it ran."""
    before = client().hget("pulse", "beat")
    app.tasks[TASK].apply(throw=True, headers=headers)
    return int(client().hget("pulse", "beat") != before)


def test_while_a_request_waits_no_other_is_sent() -> None:
    assert queueing.offer(EXPAND, [7])
    assert not queueing.offer(EXPAND, [7])
    assert queueing.offer(EXPAND, [8])
    assert queueing.offer(TASK, [])


def test_once_a_run_has_begun_another_may_be_asked_for() -> None:
    queueing.offer(EXPAND, [7])
    assert queueing.take(EXPAND, (7,))
    assert queueing.offer(EXPAND, [7])


def test_of_the_requests_that_piled_up_the_first_runs_for_all() -> None:
    app.loader.import_default_modules()
    for _ in range(3):
        queueing.offer(TASK, [])
        client().delete("sent:operations.pulse:[]")  # its time is over: another is sent
    assert [run(once=True) for _ in range(3)] == [1, 0, 0]


def test_a_task_that_is_called_by_other_means_always_runs() -> None:
    app.loader.import_default_modules()
    assert run() == 1


def test_the_wait_doubles_while_no_worker_takes_what_is_sent() -> None:
    waits = []
    for _ in range(9):
        assert queueing.offer(EXPAND, [7])
        waits.append(client().ttl("sent:delivery.expand:[7]"))
        client().delete("sent:delivery.expand:[7]")
    assert waits == [2, 4, 8, 16, 32, 64, 120, 120, 120]


def test_without_redis_every_request_is_sent_and_runs(settings) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    queueing._client.cache_clear()
    try:
        assert queueing.offer(EXPAND, [7])
        assert queueing.offer(EXPAND, [7])
        assert queueing.take(EXPAND, [7])
    finally:
        queueing._client.cache_clear()
