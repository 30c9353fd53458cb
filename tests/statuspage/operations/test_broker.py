"""A worker outlives a Redis that goes away while its tasks run."""

import logging
from typing import Any

import pytest
from django.conf import settings
from kombu import Message
from kombu.simple import SimpleQueue

from statuspage.celery import app


@pytest.fixture(params=["transport", "connection"])
def lost(request) -> tuple[Message, Any]:
    """Return a message whose connection was closed, in part or all of it, before its task ended."""
    connection = app.connection_for_read(url=settings.REDIS_URL)
    queue = SimpleQueue(connection, "test-broker")
    queue.put("work")
    message = queue.get(timeout=5)
    message.channel.do_restore = False  # when the tests end
    errors = connection.connection_errors
    if request.param == "connection":
        connection.close()
    else:  # what an error on the way leaves behind
        message.channel._disconnect_pools()
        connection.transport.client = None
    return message, errors


@pytest.mark.parametrize("answer", ["ack", "reject"])
def test_a_task_may_end_after_its_connection(lost: Any, caplog, answer: str) -> None:
    message, errors = lost
    getattr(message, f"{answer}_log_error")(logging.getLogger(), errors)
    assert f"Couldn't {answer}" in caplog.text
    assert not message.acknowledged


def test_a_channel_whose_connection_lives_acknowledges() -> None:
    with app.connection_for_read(url=settings.REDIS_URL) as connection:
        queue = SimpleQueue(connection, "test-broker")
        queue.put("work")
        message = queue.get(timeout=5)
        message.ack_log_error(logging.getLogger(), connection.connection_errors)
        assert message.acknowledged


@pytest.mark.parametrize("answer", ["ack", "reject"])
def test_a_worker_takes_the_next_message_though_redis_took_no_answer(caplog, answer: str) -> None:
    with app.connection_for_read(url=settings.REDIS_URL) as connection:
        queue = SimpleQueue(connection, "test-broker")
        queue.put("work")
        message = queue.get(timeout=5)
        channel = message.channel
        channel.do_restore = False  # when the tests end
        channel.basic_qos(0, 1, False)
        assert not channel.qos.can_consume()
        channel.pool.connection_kwargs["port"] = 1
        channel.pool.reset()
        getattr(message, f"{answer}_log_error")(logging.getLogger(), connection.connection_errors)
        assert f"Couldn't {answer}" in caplog.text
        assert channel.qos.can_consume()
