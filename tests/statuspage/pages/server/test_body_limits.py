"""How long a body may be, and how slow: judged before anything of it is read or written."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
from django.core.wsgi import get_wsgi_application
from django.test import Client

from notifications.channels.base import providers
from statuspage.lib.body_limits import ANONYMOUS_BYTES, ANSWER, ASKED, SIGNED_IN_BYTES
from statuspage.pages.server import bodies
from statuspage.pages.server.gateway import Gateway
from statuspage.staff.roles import Role, Scope
from statuspage.staff.services import token_issue
from tests.factories import make_staff
from tests.product import ROOT
from tests.statuspage.pages.server.site import Request

MEGABYTE = 1 << 20
IMPORT, LISTS = "/console/subscribers/import/", "/console/transactions/upload/"
LONG_ONES = [
    *("/", "/subscribe/", "/en/transactions/", "/console/login/", "/admin/login/", IMPORT, LISTS),
    *("/api/v1/incidents/", "/api/v1/subscribers/import/", "/hooks/alertmanager/"),
    *("/hooks/twilio/inbound/", "/hooks/wechat/", "/hooks/aliyun/report/", "/nothing/"),
]


def allowed(client: Client, path: str, **headers: str) -> int:
    """Return what the application tells the web server."""
    answer = client.get(path, headers=headers, **{ASKED: True})  # type: ignore[arg-type]
    return int(answer.headers.get(ANSWER, ANONYMOUS_BYTES))


@pytest.mark.parametrize("path", LONG_ONES)
def test_strangers_may_send_little_anywhere(db: None, path: str) -> None:
    for headers in ({}, {"Authorization": "Bearer x"}, {"Authorization": "Bearer é" + "x" * 300}):
        assert allowed(Client(), path, **headers) == ANONYMOUS_BYTES
    assert allowed(Client(headers={"cookie": "sessionid=forged"}), path) == ANONYMOUS_BYTES


@pytest.mark.parametrize(
    ("role", "path", "most"),
    [
        (Role.APPROVER, IMPORT, 201 * MEGABYTE),
        (Role.APPROVER, LISTS, 201 * MEGABYTE),
        (Role.AUTHOR, IMPORT, ANONYMOUS_BYTES),
        (Role.AUDITOR, LISTS, ANONYMOUS_BYTES),
        (Role.AUTHOR, "/console/incidents/new/", SIGNED_IN_BYTES),
        (Role.AUTHOR, "/subscribe/", ANONYMOUS_BYTES),
        (Role.AUTHOR, "/api/v1/incidents/", ANONYMOUS_BYTES),
    ],
)
def test_staff_may_upload_where_they_have_the_right(db: None, role, path, most) -> None:
    client = Client()
    client.force_login(make_staff(role))
    assert allowed(client, path) == most


def test_who_has_left_may_send_as_little_as_strangers(db: None) -> None:
    staff, client = make_staff(Role.APPROVER), Client()
    client.force_login(staff)
    secret = token_issue(name="x", staff=staff)
    staff.is_active = False
    staff.save()
    assert allowed(client, IMPORT) == ANONYMOUS_BYTES
    headers = {"Authorization": f"Bearer {secret}"}
    assert allowed(Client(), "/api/v1/subscribers/import/", **headers) == ANONYMOUS_BYTES


def test_without_a_required_second_factor_a_session_allows_nothing(db: None, settings) -> None:
    settings.STAFF_SECOND_FACTOR = "required"
    client = Client()
    client.force_login(make_staff(Role.APPROVER))
    assert allowed(client, IMPORT) == ANONYMOUS_BYTES


def test_a_token_allows_what_its_address_takes(db: None) -> None:
    staff = make_staff(Role.APPROVER)
    secret = token_issue(name="x", staff=staff, scopes=list(Scope), confirmed=True)
    headers = {"Authorization": f"bearer {secret}"}
    assert allowed(Client(), "/api/v1/incidents/", **headers) == 1_000_000
    assert allowed(Client(), "/api/v1/subscribers/import/", **headers) == 20_000_000
    assert allowed(Client(), "/api/v1/subscribers/bcdfghjkmnpq/", **headers) == 1_000_000
    assert allowed(Client(), "/hooks/alertmanager/", **headers) == 10_000_000
    assert allowed(Client(), IMPORT, **headers) == ANONYMOUS_BYTES


@pytest.mark.parametrize(("role", "scopes"), [(Role.AUTHOR, None), (Role.APPROVER, ["signals"])])
def test_a_token_allows_nothing_where_it_may_not_act(db: None, role, scopes) -> None:
    secret = token_issue(name="x", staff=make_staff(role), scopes=scopes, confirmed=True)
    headers = {"Authorization": f"Bearer {secret}"}
    assert allowed(Client(), "/api/v1/subscribers/import/", **headers) == ANONYMOUS_BYTES


def test_the_secret_in_aliyuns_address_allows_a_batch_of_reports(settings) -> None:
    settings.ALIYUN_SMS_CALLBACK_TOKEN = "a-secret-of-the-address"
    path = "/hooks/aliyun/report/?token="
    assert allowed(Client(), f"{path}a-secret-of-the-address") == MEGABYTE
    assert allowed(Client(), f"{path}another") == ANONYMOUS_BYTES


def test_nginx_lets_long_callbacks_through_before_it_looks_for_a_page() -> None:
    text = (ROOT / "deploy/nginx.conf").read_text(encoding="utf-8")
    first, names = re.findall(r"^ {8}location ~ (\^/hooks/\(([\w|]+)\)/|\S+)", text, re.M)[0]
    assert first.startswith("^/hooks/")
    assert {one.name for one in providers() if one.longest_callback} <= {*names.split("|")}


@pytest.fixture(autouse=True)
def _in_no_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing more comes after an answer: nobody has to wait for it."""
    monkeypatch.setattr(bodies, "DROPPED_SECONDS", 0.05)


class Sending(Request):
    """A request of which `size` bytes come, and after them nothing more.

    Counts what was read: by the time of the answer, and in all.
    """

    def __init__(self, path: str, size: int, **headers: str) -> None:
        super().__init__(path, "POST", **headers)
        self._left, self.read, self.read_before = size, 0, 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while self._left:
            part = min(self._left, 16 << 10)
            self._left, self.read = self._left - part, self.read + part
            yield b"a" * part
        await asyncio.sleep(60)

    def response_bytes(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self.read_before = self.read
        super().response_bytes(status, headers, body)


def told(request: Sending) -> tuple[int, dict[str, str], str]:
    asyncio.run(Gateway(get_wsgi_application()).answer(request, request))
    ((status, headers, body),) = request.answered
    return status, dict(headers), body.decode()


@pytest.mark.parametrize("path", ["/subscribe/", IMPORT, "/hooks/twilio/inbound/"])
@pytest.mark.parametrize("kind", ["multipart/form-data; boundary=x", "text/csv"])
def test_a_long_body_of_a_stranger_is_refused_unread(transactional_db, path, kind) -> None:
    """What is read on after the answer is dropped, and little."""
    request = Sending(path, 200 * MEGABYTE, content_length=str(200 * MEGABYTE), content_type=kind)
    status, headers, page = told(request)
    assert (status, headers["Connection"], request.read_before) == (413, "close", 0)
    assert "太大" in page
    assert request.read <= MEGABYTE + (16 << 10)


def test_a_body_without_a_length_is_read_to_the_limit_only(transactional_db) -> None:
    request = Sending("/en/subscribe/", 200 * MEGABYTE, transfer_encoding="chunked")
    status, _headers, page = told(request)
    assert status == 413
    assert "too large" in page
    assert request.read_before <= ANONYMOUS_BYTES + (16 << 10)
    assert request.read <= request.read_before + MEGABYTE + (16 << 10)


def test_a_length_beside_a_transfer_encoding_counts_for_nothing(transactional_db) -> None:
    headers = {"transfer_encoding": "chunked", "content_length": "5"}
    assert told(Sending("/subscribe/", MEGABYTE, **headers))[0] == 413


@pytest.mark.parametrize("length", ["-1", "5, 5", "١٢", "0x10", "1e3", " ", "+1"])
def test_a_length_that_is_no_number_is_refused(length: str) -> None:
    assert told(Sending("/subscribe/", 5, content_length=length))[0] == 400


@pytest.mark.parametrize(
    ("path", "kind", "words"),
    [
        ("/en/subscribe/", "text/html; charset=utf-8", "too long to arrive"),
        ("/subscribe/", "text/html; charset=utf-8", "没有在规定时间内传完"),
        ("/api/v1/incidents/", "application/json", '"code": "timeout"'),
    ],
)
def test_a_body_that_stops_is_told_so_in_its_own_format(monkeypatch, path, kind, words) -> None:
    monkeypatch.setattr(bodies, "SHORT_SECONDS", 0.05)
    monkeypatch.setattr(bodies, "BYTES_A_SECOND", 1 << 30)
    status, headers, page = told(Sending(path, 1, content_length="1000"))
    assert (status, headers["Content-Type"]) == (408, kind)
    assert words in page


def test_a_body_in_pieces_arrives_with_its_length() -> None:
    seen: list[Any] = []

    def django(environ: dict[str, Any], start: Any) -> list[bytes]:
        if ASKED not in environ:
            seen.append((environ["CONTENT_LENGTH"], environ["wsgi.input"].read()))
        start("200 OK", [])
        return []

    request = Request("/subscribe/", "POST", b"channel=sms", transfer_encoding="chunked")
    asyncio.run(Gateway(django).answer(request, request))
    assert seen == [("11", b"channel=sms")]


@pytest.mark.parametrize("told_length", [True, False], ids=["with a length", "in pieces"])
def test_of_a_monitors_call_over_10_mb_the_first_are_taken(transactional_db, told_length) -> None:
    secret = token_issue(name="m", staff=make_staff(), scopes=["signals"])
    alert = {"status": "firing", "labels": {"alertname": "A"}, "x": "x" * 1_000_000}
    sent = json.dumps({"alerts": [{**alert, "fingerprint": str(n)} for n in range(12)]}).encode()
    headers = (
        {"content_length": str(len(sent))} if told_length else {"transfer_encoding": "chunked"}
    )
    path = "/hooks/alertmanager/"
    request = Saying(path, sent, authorization=f"Bearer {secret}", **headers)
    status, answered, body = told(request)
    assert (status, json.loads(body)) == (200, {"taken": 9, "left_out": 3})
    assert answered["Connection"] == "close"
    assert request.read == len(sent)


def test_a_monitors_call_that_ends_early_is_refused(transactional_db) -> None:
    secret = token_issue(name="m", staff=make_staff(), scopes=["signals"])
    headers = {"authorization": f"Bearer {secret}", "content_length": "200000"}
    assert told(Saying("/hooks/alertmanager/", b"{", **headers))[0] == 400


class Saying(Sending):
    """A request with these bytes; after them the body ends."""

    def __init__(self, path: str, body: bytes, **headers: str) -> None:
        super().__init__(path, len(body), **headers)
        self._body = body

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for start in range(0, len(self._body), 64 << 10):
            part = self._body[start : start + (64 << 10)]
            self.read += len(part)
            yield part
        yield b""
