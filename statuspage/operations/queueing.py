"""Keep one request for the same run of a task in the queue, by Redis' clock alone.

Celery's own expiry compares the sender's clock with the worker's: with one that is wrong, a worker
would drop every request, or none. Here each request notes in Redis that a run is wanted, and the
first that a worker reaches takes the note; those behind it find none and end at once.
"""

import json
import logging
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final

import redis
from celery import Task

from statuspage.lib.redis_client import client

# Marks a message, so that one sent by other means (`celery call`) always runs.
HEADER: Final = "once"
# A request may be lost with the worker that had reserved it: then another is sent after this.
FIRST_WAIT_SECONDS: Final = 2
# The wait doubles with every request that no worker takes: an hour without workers leaves some
# thirty for each task, and not thousands.
LONGEST_WAIT_SECONDS: Final = 120
KEPT_SECONDS: Final = 86_400

OFFER: Final = """
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
local unanswered = redis.call('INCR', KEYS[2])
redis.call('EXPIRE', KEYS[2], ARGV[3])
local wait = math.min(ARGV[1] * 2 ^ (unanswered - 1), ARGV[2])
redis.call('SET', KEYS[1], 1, 'EX', string.format('%d', wait))
return 1
"""

logger = logging.getLogger(__name__)


class OnceTask(Task):  # type: ignore[type-arg]  # generic in its stubs only
    """A task that ends at once where nothing has asked for it since it last began."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run it if it is wanted."""
        marked = (self.request.headers or {}).get(HEADER)
        if marked and not take(self.name, args):
            return None
        return super().__call__(*args, **kwargs)


def offer(task: str, arguments: Sequence[object]) -> bool:
    """Return whether to send a request, and note that a run is wanted.

    While a request waits in the queue no other is needed. Without Redis every request is sent.
    """
    try:
        waits = [FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS, KEPT_SECONDS]
        return bool(_client().eval(OFFER, 2, *_keys(task, arguments), *waits))
    except redis.RedisError as error:
        logger.warning("%s may be asked for twice: %s", task, type(error).__name__)
        return True


def take(task: str, arguments: Sequence[object]) -> bool:
    """Return whether a run is still wanted, and take it on; without Redis it is.

    Call it before the work begins: what is asked for from here on needs another run.
    """
    try:
        sent, wanted = _keys(task, arguments)
        with _client().pipeline() as pipe:
            pipe.delete(sent)
            pipe.delete(wanted)
            return bool(pipe.execute()[1])
    except redis.RedisError as error:
        logger.warning("%s may run twice: %s", task, type(error).__name__)
        return True


def _keys(task: str, arguments: Sequence[object]) -> tuple[str, str]:
    """Return the keys of "a request was sent" and of "a run is wanted"."""
    name = f"{task}:{json.dumps([*arguments])}"
    return f"sent:{name}", f"wanted:{name}"


@lru_cache(maxsize=1)
def _client() -> redis.Redis:
    return client()
