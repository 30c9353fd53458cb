"""Waking a worker costs nobody anything, whatever the broker does."""

import socket
import time
from collections.abc import Iterator

import pytest
from celery import Celery

from notifications import hints

AS_MANY = 500
# Issue 11: a publisher or a callback never waits longer, in seconds.
MOST = 0.05


@pytest.fixture(params=["redis", "amqp"])
def silent_broker(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """Have the broker accept connections, and answer nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        app = Celery(set_as_current=False)
        app.config_from_object("django.conf:settings", namespace="CELERY")
        app.conf.broker_url = f"{request.param}://127.0.0.1:{server.getsockname()[1]}//"
        app.conf.broker_connection_timeout = 0.3
        app.conf.broker_transport_options = {"max_retries": 0, "socket_timeout": 0.3}
        monkeypatch.setattr(hints, "app_or_default", lambda: app)
        monkeypatch.setattr(hints, "_sender", hints.Sender())
        yield
        hints.flush()


@pytest.mark.usefixtures("silent_broker")
def test_a_broker_that_says_nothing_holds_nobody_up(caplog: pytest.LogCaptureFixture) -> None:
    taken = []
    for _ in range(AS_MANY):
        began = time.monotonic()
        hints.hint("delivery.expand", 7)
        taken.append(time.monotonic() - began)
    assert sorted(taken)[-3] < MOST
    assert caplog.text.count("could not wake delivery.expand") == 1, "one line is enough"


def test_a_forked_process_sends_by_a_thread_of_its_own() -> None:
    parents = hints._sender
    hints._renew()
    try:
        assert hints._sender is not parents
    finally:
        hints._sender = parents
