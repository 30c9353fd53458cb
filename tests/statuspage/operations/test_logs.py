"""One request can be followed through the web process, the broker and the worker."""

import json
import logging
import logging.config
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from celery import current_app
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import resolve
from django.utils.log import log_response

from notifications.hints import hint
from statuspage.celery import _follow
from statuspage.operations.logs import current_request, follow_request, logging_by


@pytest.fixture
def lines(request: pytest.FixtureRequest) -> Iterator[StringIO]:
    """Yield what a handler of the chosen format writes."""
    chosen = logging_by(request.param, "INFO")
    configurator: Any = logging.config.DictConfigurator(chosen)  # type: ignore[attr-defined]
    stream = StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(configurator.configure_formatter(chosen["formatters"]["chosen"]))
    for name in chosen["handlers"]["console"]["filters"]:
        handler.addFilter(configurator.configure_filter(chosen["filters"][name]))
    logger = logging.getLogger("candor.test")
    logger.addHandler(handler)
    yield stream
    logger.removeHandler(handler)


@pytest.fixture(autouse=True)
def _no_request() -> None:
    follow_request("-")


def test_every_answer_carries_an_id_of_its_own(client: Client) -> None:
    first, second = (client.get("/healthz")["X-Request-ID"] for _ in range(2))
    assert first != second
    assert len(first) == 32


def test_the_proxy_s_id_is_kept(client: Client) -> None:
    answer = client.get("/healthz", headers={"X-Request-ID": "edge-20250221.0042"})
    assert answer["X-Request-ID"] == "edge-20250221.0042"


@pytest.mark.parametrize("given", ["short", "x" * 65, "new\tline-20250221", "<script>alert"])
def test_what_is_no_id_is_replaced(client: Client, given: str) -> None:
    assert client.get("/healthz", headers={"X-Request-ID": given})["X-Request-ID"] != given


def test_nothing_belongs_to_a_request_that_is_over(client: Client) -> None:
    client.get("/healthz")
    assert current_request() == "-"


@pytest.mark.parametrize("lines", ["json"], indirect=True)
def test_a_line_of_json_names_request_and_delivery(lines: StringIO) -> None:
    follow_request("request-0001")
    logging.getLogger("candor.test").warning("投递失败 %d", 7, extra={"delivery": 7})
    line = json.loads(lines.getvalue())
    assert line["message"] == "投递失败 7"
    assert (line["request"], line["delivery"], line["level"]) == ("request-0001", 7, "WARNING")
    assert line["logger"] == "candor.test"
    assert "投递失败" in lines.getvalue()


@pytest.mark.parametrize("lines", ["line"], indirect=True)
def test_a_plain_line_names_the_request(lines: StringIO) -> None:
    follow_request("request-0002")
    logging.getLogger("candor.test").warning("hello")
    assert lines.getvalue().endswith("WARNING candor.test [request-0002] hello\n")


@pytest.mark.parametrize("lines", ["line"], indirect=True)
@pytest.mark.parametrize(
    "path",
    [
        "/console/welcome/7/SECRET-1/",
        "/console/login/password/7/SECRET-1/",
        "/manage/SECRET-1/",
        "/unsubscribe/SECRET-1/",
    ],
)
def test_a_line_about_an_answer_names_no_secret_of_the_address(lines: StringIO, path: str) -> None:
    request = RequestFactory().post(path)
    request.resolver_match = resolve(path)
    logger = logging.getLogger("candor.test")
    log_response(
        "%s: %s",
        "Bad Request",
        path,
        response=HttpResponse(status=400),
        request=request,
        logger=logger,
    )
    assert "Bad Request: /" in lines.getvalue()
    assert "SECRET" not in lines.getvalue()


def test_a_task_belongs_to_the_request_that_asked_for_it() -> None:
    with current_app.connection_for_read() as connection:
        queue = connection.SimpleQueue("celery")
        queue.clear()
        follow_request("request-0003")
        hint("delivery.expand", 7)
        message = queue.get(timeout=10)
        message.ack()
        queue.close()
    assert message.headers["request"] == "request-0003"


class Task:
    """As Celery hands it to its signal."""

    def __init__(self, headers: dict[str, str] | None) -> None:
        self.request = type("Request", (), {"headers": headers})


@pytest.mark.parametrize(
    ("headers", "expected"),
    [({"request": "request-0004"}, "request-0004"), ({}, "-"), (None, "-")],
)
def test_what_beat_asks_for_belongs_to_nobody(headers: Any, expected: str) -> None:
    follow_request("request-of-the-task-before")
    _follow(task=Task(headers))
    assert current_request() == expected


@pytest.mark.parametrize("lines", ["line", "json"], indirect=True)
@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/manage/MTIz:1abc:SECRET/stop/", "/manage/…"),
        ("/en/manage/MTIz:1abc:SECRET/", "/en/manage/…"),
        ("/console/welcome/SECRET/abc-SECRET/", "/console/welcome/…"),
        ("/console/login/password/SECRET/abc-SECRET/", "/console/login/password/…"),
        ("/manage/erased/", "/manage/erased/"),
        ("/manage/", "/manage/"),
        ("/manage/code/bcdfghjkmnpq/", "/manage/code/bcdfghjkmnpq/"),
    ],
)
def test_no_log_has_a_link_by_which_one_gets_in(lines: StringIO, path: str, shown: str) -> None:
    """As Django logs a refused method, and the web server what failed."""
    logging.getLogger("candor.test").warning("Method Not Allowed (%s): %s", "GET", path)
    assert "SECRET" not in lines.getvalue()
    assert f"(GET): {shown}" in lines.getvalue()
