"""Apprise's plugins, loaded when they are first needed, and kept from the network.

A plugin posts with `requests`, under a module's name of its own. Here that name stands for a
recorder: it keeps the request, so that we send it as we send every other one, to public addresses
only, without redirects or proxies, in bounded time. Nothing else of Apprise runs: no configuration,
no attachment, no retry, no thread, and none of its other 150 plugins is loaded.
"""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any, Final

import requests

from notifications.channels.group_robots.services import SERVICES, Service

_kept: ContextVar[list[requests.PreparedRequest] | None] = ContextVar("kept", default=None)


class NotWritten(Exception):
    """The plugin did not write exactly one request; the message never quotes the address."""


@dataclass(frozen=True)
class Request:
    """A request as a plugin wrote it."""

    url: str
    headers: Mapping[str, str]
    body: bytes


class _Recorder:
    """Stands for the module `requests` in a plugin."""

    codes: Final = requests.codes
    RequestException: Final = requests.RequestException

    def request(self, method: str, url: str, **options: Any) -> None:
        """Keep the request, and end the plugin's work as a broken connection would."""
        names = ("headers", "data", "json", "params", "auth", "files")
        given = {name: options.get(name) for name in names}
        if isinstance(given["auth"], tuple):  # a user's name may stand without a password
            given["auth"] = tuple(one or "" for one in given["auth"])
        if (kept := _kept.get()) is not None:
            kept.append(requests.Request(method, url, **given).prepare())
        raise requests.ConnectionError("kept, not sent")

    def get(self, url: str, **options: Any) -> None:
        """Keep a GET."""
        self.request("GET", url, **options)

    def post(self, url: str, **options: Any) -> None:
        """Keep a POST."""
        self.request("POST", url, **options)


@contextmanager
def recorded() -> Iterator[list[requests.PreparedRequest]]:
    """Yield the list of the requests that plugins write in this context."""
    kept: list[requests.PreparedRequest] = []
    before = _kept.set(kept)
    try:
        yield kept
    finally:
        _kept.reset(before)


def one_request(kept: list[requests.PreparedRequest]) -> Request:
    """Return the one request that was written.

    Raises:
        NotWritten: there is none, there are several, or it is no POST with a plain body.
    """
    if len(kept) != 1 or kept[0].method != "POST":
        raise NotWritten(f"{len(kept)} requests")
    body = kept[0].body or b""
    if not isinstance(body, (bytes, str)):
        raise NotWritten("a body that is a file")
    headers = {
        name: str(value)
        for name, value in kept[0].headers.items()
        if name.lower() != "content-length"
    }
    return Request(
        url=str(kept[0].url),
        headers=headers,
        body=body.encode() if isinstance(body, str) else body,
    )


def load() -> None:
    """Load the plugins, if they are not loaded yet."""
    _classes()


def plugin_class(service: Service) -> Any:
    """Return the plugin of a service, kept from the network and from the log."""
    return _classes()[service.scheme]


@cache
def asset() -> Any:
    """Return what all plugins share: our name, and no picture from another server."""
    from apprise import AppriseAsset

    return AppriseAsset(
        app_id="candor",
        app_desc="candor",
        app_url="",
        image_url_mask=False,
        http_redirects=False,
        storage_mode="memory",
        timezone="UTC",
        language="en",
    )


@cache
def _classes() -> Mapping[str, Any]:
    """Load the plugins of all rows: 0.1 seconds and 14 MB, so not at the start of every program."""
    # Its warnings quote what was typed, and its debugging quotes whole requests. A filter, because
    # configuring the logging later enables every logger that was disabled.
    logging.getLogger("apprise").addFilter(lambda _record: False)
    return {scheme: _load(*service.plugin) for scheme, service in SERVICES.items()}


def _load(name: str, plugin: str) -> Any:
    module: Any = import_module(f"apprise.plugins.{name}")
    module.requests = _Recorder()
    return getattr(module, plugin)
