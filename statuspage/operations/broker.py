"""Redis as Celery's broker, for workers that outlive its restarts."""

from typing import Any

from kombu.transport import redis
from redis.exceptions import ConnectionError as NoConnection


class QoS(redis.QoS):
    """The count of messages that a worker holds, without those whose tasks have ended.

    Kombu goes on counting one of which Redis could not be told. Where the connection that waits for
    the next message lives on, nothing else ends this, and after as many as there are processes the
    worker takes no more. Redis gives the message to a worker again, which finds nothing to do.
    """

    def ack(self, delivery_tag: str) -> None:
        """Acknowledge one; what Redis raises is raised once it no longer counts."""
        try:
            super().ack(delivery_tag)
        finally:
            super(redis.QoS, self).ack(delivery_tag)

    def reject(self, delivery_tag: str, requeue: bool = False) -> None:
        """Reject one; what Redis raises is raised once it no longer counts."""
        try:
            super().reject(delivery_tag, requeue=requeue)
        finally:
            super(redis.QoS, self).ack(delivery_tag)


class Channel(redis.Channel):
    """A channel that says that its connection is gone.

    Kombu fails with an AttributeError, and the worker ends: a task that finishes while the worker
    connects again is acknowledged on the channel of before. Celery knows how to go on after a
    connection error, and the message comes again.
    """

    QoS = QoS

    def _connparams(self, asynchronous: bool = False) -> dict[str, Any]:
        if getattr(self.connection, "client", None) is None:
            raise NoConnection("the connection to the broker has been closed")
        return super()._connparams(asynchronous=asynchronous)  # type: ignore[misc,no-any-return]


class Transport(redis.Transport):
    """Kombu's, with the channel above."""

    Channel = Channel
