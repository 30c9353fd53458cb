"""The simulator as our provider, and a web server for its callbacks."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import redis
from django.conf import settings as django_settings
from kombu.simple import SimpleQueue

from notifications.hints import flush
from statuspage.celery import app
from statuspage.operations.configuration import QUEUES
from statuspage.operations.queueing import take
from tests.notifications.approved import approve
from tests.simulator import Simulator


@pytest.fixture
def provider(provider: Simulator, settings: Any, db: None) -> Simulator:
    """Whose limits nobody has used up, and which may take its time on a busy machine.

    Every suggested template is approved.
    """
    approve()
    settings.DELIVERY_TIMEOUT_SECONDS = 20.0
    redis.Redis.from_url(django_settings.REDIS_URL).flushdb()
    return provider


@pytest.fixture
def called_back(live_server: Any, settings: Any) -> str:
    """Our address as the provider sees it: it posts receipts to a real server."""
    settings.SITE_URL = live_server.url
    return str(live_server.url)


@pytest.fixture
def asked() -> Iterator[Callable[[], list[tuple[Any, ...]]]]:
    """Yield the tasks that were asked for, as a worker would find them in the queue."""
    with app.connection_for_read() as connection:
        queues = [connection.SimpleQueue(name) for name in QUEUES]

        def tasks() -> list[tuple[Any, ...]]:
            flush()  # a thread of this process sends them
            found = []
            for queue in queues:
                while message := waiting(queue):
                    message.ack()
                    task, arguments = message.headers["task"], message.payload[0]
                    assert take(task, arguments)
                    found.append((task, *arguments))
            return found

        tasks()
        yield tasks
        tasks()
        for queue in queues:
            queue.close()


def waiting(queue: SimpleQueue) -> Any:
    """Return the next message, or None."""
    try:
        return queue.get(block=False)
    except queue.Empty:
        return None
