"""Redis as Celery's broker, for workers that outlive its restarts."""

from typing import Any

from kombu.transport import redis
from redis.exceptions import ConnectionError as NoConnection


class Channel(redis.Channel):
    """A channel that says that its connection is gone.

    Kombu fails with an AttributeError, and the worker ends: a task that finishes while the worker
    connects again is acknowledged on the channel of before. Celery knows how to go on after a
    connection error, and the message comes again.
    """

    def _connparams(self, asynchronous: bool = False) -> dict[str, Any]:
        if getattr(self.connection, "client", None) is None:
            raise NoConnection("the connection to the broker has been closed")
        return super()._connparams(asynchronous=asynchronous)  # type: ignore[misc,no-any-return]


class Transport(redis.Transport):
    """Kombu's, with the channel above."""

    Channel = Channel
