"""Twilio's own description of its API, and a recorder between us and the simulator."""

import base64
import http.client
import json
import re
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

from jsonschema import Draft202012Validator, FormatChecker

from tests.notifications.channels.builders import read_request, tcp_server
from tests.product import ROOT
from tests.simulator import Simulator

DOCUMENT: Final = ROOT / "tests" / "data" / "twilio_api.json"
FORM: Final = "application/x-www-form-urlencoded"
E164: Final = re.compile(r"\+[1-9]\d{6,14}")
# A sender is also a short code, or a name of up to 11 letters, digits, blanks and + _ & -.
SENDER: Final = re.compile(r"\d{3,8}|(?=.*[A-Za-z])[A-Za-z0-9 +_&-]{1,11}")
# Of requests, and of answers: those name pages of the API by their paths.
FORMATS, OF_ANSWERS = FormatChecker(formats=()), FormatChecker(formats=())


@FORMATS.checks("phone-number")
@FORMATS.checks("endpoint")
def _is_phone_number(value: object) -> bool:
    return not isinstance(value, str) or bool(E164.fullmatch(value) or SENDER.fullmatch(value))


@FORMATS.checks("uri")
def _is_uri(value: object) -> bool:
    if not isinstance(value, str):
        return True
    parts = urlsplit(value)
    # "URLs must contain a valid hostname (underscores are not permitted)."
    return parts.scheme in ("http", "https") and "_" not in (parts.hostname or "_")


@OF_ANSWERS.checks("uri")
def _is_path(value: object) -> bool:
    return not isinstance(value, str) or value.startswith("/")


@FORMATS.checks("twiml")
def _is_twiml(value: object) -> bool:
    return not isinstance(value, str) or (value.startswith("<Response>") and len(value) <= 4000)


@dataclass(frozen=True)
class Exchange:
    """One request of ours, and its answer."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: str
    status: int
    answer: str

    @property
    def form(self) -> dict[str, str]:
        """What was posted."""
        return dict(parse_qsl(self.body, keep_blank_values=True, strict_parsing=True))


@dataclass
class Recorder:
    """Passes requests on to the simulator, and keeps them."""

    simulator: Simulator
    exchanges: list[Exchange] = field(default_factory=list)

    def serve(self, connection: socket.socket) -> None:
        """Answer the requests of one connection as the simulator does."""
        while raw := read_request(connection):
            head, _, body = raw.partition(b"\r\n\r\n")
            first, *lines = head.decode().split("\r\n")
            method, target, _version = first.split(" ")
            headers = {
                name.strip().lower(): value.strip()
                for name, _, value in (line.partition(":") for line in lines)
            }
            passed = http.client.HTTPConnection("127.0.0.1", self.simulator.port, timeout=30)
            passed.request(method, target, body, headers)
            response = passed.getresponse()
            answer = response.read()
            self.exchanges.append(
                Exchange(method, target, headers, body.decode(), response.status, answer.decode())
            )
            passed.close()
            reply = f"HTTP/1.1 {response.status} OK\r\nContent-Type: application/json\r\n"
            connection.sendall(f"{reply}Content-Length: {len(answer)}\r\n\r\n".encode() + answer)


@contextmanager
def recording(simulator: Simulator) -> Iterator[tuple[Recorder, str]]:
    """Yield a recorder in front of the simulator, and its URL."""
    recorder = Recorder(simulator)
    with tcp_server(recorder.serve) as port:
        yield recorder, f"http://127.0.0.1:{port}"


def check(exchange: Exchange, account: str, token: str) -> None:
    """Assert that the request, and the answer to it, are as Twilio's document says."""
    parts = urlsplit(exchange.target)
    operation, named = _operation(exchange.method.lower(), parts.path)
    _check_values(named, {"properties": operation["path"]}, "path")
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    query_schema = {"properties": operation["query"], "additionalProperties": False}
    _check_values(query, query_schema, "query")
    login = base64.b64encode(f"{account}:{token}".encode()).decode()
    assert exchange.headers["authorization"] == f"Basic {login}"
    if exchange.method == "POST":
        assert exchange.headers["content-type"].split(";")[0] == FORM
        _check_values(exchange.form, {**operation["form"], "additionalProperties": False}, "form")
        for group in operation["one_of_each"]:
            assert any(exchange.form.get(name) for name in group), f"none of {group}"
    if answered := operation["answers"].get(str(exchange.status)):
        _check(json.loads(exchange.answer), answered, "answer", OF_ANSWERS)


def _check_values(values: Mapping[str, str], schema: Mapping[str, Any], what: str) -> None:
    """Check what is only text on its way: a number is one by its digits."""
    kinds = schema.get("properties", {})
    read = {
        name: int(value)
        if kinds.get(name, {}).get("type") == "integer" and value.isdecimal()
        else [value]
        if kinds.get(name, {}).get("type") == "array"
        else value
        for name, value in values.items()
    }
    _check(read, {"type": "object", **schema}, what)


def _check(
    value: object, schema: Mapping[str, Any], what: str, formats: FormatChecker = FORMATS
) -> None:
    errors = Draft202012Validator(_nullable(schema), format_checker=formats).iter_errors(value)
    problems = [f"{what} {list(one.absolute_path)}: {one.message}" for one in errors]
    assert not problems, problems


def _nullable(schema: Any) -> Any:
    """Return the schema with OpenAPI's `nullable` as JSON Schema says it."""
    if isinstance(schema, list):
        return [_nullable(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    whole = {name: _nullable(one) for name, one in schema.items() if name != "nullable"}
    if schema.get("nullable") is True:
        return {"anyOf": [whole, {"type": "null"}]}
    return whole


def _operation(method: str, path: str) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the operation of a request, and the values in its path."""
    for template, operations in _document().items():
        pattern = re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(template))
        if (match := re.fullmatch(pattern, path)) and method in operations:
            return operations[method], match.groupdict()
    raise AssertionError(f"Twilio has no {method.upper()} {path}")


@cache
def _document() -> dict[str, Any]:
    return json.loads(DOCUMENT.read_text("utf-8"))
