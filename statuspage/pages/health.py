"""Health checks of this process, PostgreSQL and Redis."""

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from typing import Any, Final

import redis
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from statuspage import __version__
from statuspage.lib import redis_client
from statuspage.lib.postgres.base import impatient

# An engine that has not answered after so long is down.
TIMEOUT_SECONDS: Final = 1.0
# Apps above this one register here, in ready().
_readers: Final[list[Callable[[], Iterable[str]]]] = []


@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Answer with the version, without any check."""
    return HttpResponse(f"ok {__version__}\n", content_type="text/plain")


@never_cache
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """Return which engine answers, as JSON; 503 while one of them does not.

    What else is wrong is named as "degraded", with 200: readers must not be turned away because
    messages are late.
    """
    answers = {name: check() for name, check in CHECKS.items()}
    state: dict[str, Any] = {name: "ok" if well else "down" for name, well in answers.items()}
    if answers["database"] and (reasons := _reasons()):
        state["degraded"] = reasons
    return JsonResponse(state, status=200 if all(answers.values()) else 503)


def degraded_by(reader: Callable[[], Iterable[str]]) -> None:
    """Have /readyz name what this function returns; its database answers when it is called."""
    _readers.append(reader)


def _reasons() -> list[str]:
    try:
        with impatient(TIMEOUT_SECONDS):
            return sorted({reason for reader in _readers for reason in reader()})
    except DatabaseError:
        return []


def _database() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SHOW transaction_read_only")
            return bool(cursor.fetchone()[0] == "off")  # "on": it is no primary
    except DatabaseError:
        return False
    finally:
        connection.close()


def _redis() -> bool:
    try:
        redis_client.check()
    except (redis.RedisError, OSError):
        return False
    return True


class _Check:
    """Asks one engine in a thread of its own, so that nobody waits for one that hangs."""

    def __init__(self, ask: Callable[[], bool]) -> None:
        self._ask = ask
        self._asked: Future[bool] | None = None

    def __call__(self) -> bool:
        """Return whether the engine answers in time; one is asked no second time meanwhile."""
        if self._asked is None or self._asked.done():
            self._asked = _threads().submit(self._ask)
        try:
            return self._asked.result(TIMEOUT_SECONDS)
        except TimeoutError:
            return False


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(thread_name_prefix="candor-check")


CHECKS: Final[Mapping[str, Callable[[], bool]]] = {
    "database": _Check(_database),
    "redis": _Check(_redis),
}
