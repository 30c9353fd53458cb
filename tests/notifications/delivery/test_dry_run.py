"""The provider in docs/providers.md is put into the folder as its reader would, and sends."""

import json
import re
import sys
from collections.abc import Iterator

import pytest
from django.test import Client

from notifications.channels import base, medium, sms
from notifications.channels.outcomes import Failed, NotSent, Reason, Unknown
from notifications.delivery.models import Delivery
from notifications.delivery.receipts import receipts_apply
from notifications.delivery.send import send_due
from notifications.delivery.singles import notes_send
from notifications.media import provider_names
from notifications.subscribers.models import Address
from statuspage.lib.discovery import import_modules
from tests.notifications.channels.builders import message, read_request, send, tcp_server
from tests.notifications.delivery.steps import PHONE, SMS, broadcast, on_the_phone, row
from tests.notifications.delivery.test_singles import NOTE
from tests.product import ROOT

pytestmark = pytest.mark.django_db(transaction=True)
PAGE = (ROOT / "docs" / "providers.md").read_text("utf-8")
NAME = "pigeon"


class Post:
    """The provider's server: it notes what it gets, and answers as it was told to."""

    def __init__(self) -> None:
        self.got: list[dict[str, str]] = []
        self.answers = ["201 Created", {"id": "feather"}]

    def serve(self, connection) -> None:
        while raw := read_request(connection):
            head, _, body = raw.partition(b"\r\n\r\n")
            assert head.startswith(b"POST /v3/messages ")
            assert b"Authorization: Bearer key" in head
            self.got.append(json.loads(body))
            status, said = self.answers
            answer = json.dumps(said).encode()
            sized = f"HTTP/1.1 {status}\r\nContent-Length: {len(answer)}\r\n\r\n"
            connection.sendall(sized.encode() + answer)


@pytest.fixture
def post(provider, settings, tmp_path, monkeypatch) -> Iterator[Post]:
    """The server, once the file is in the folder and its settings are set."""
    [code] = re.findall(r"^```python\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
    (tmp_path / "sms").mkdir()
    (tmp_path / "sms" / f"{NAME}.py").write_text(code, encoding="utf-8")
    folder = str(tmp_path / "sms")
    monkeypatch.setattr(sms, "__path__", [*sms.__path__, folder])
    server = Post()
    with tcp_server(server.serve) as port:
        settings.PIGEON_URL, settings.PIGEON_KEY = f"http://127.0.0.1:{port}", "key"
        settings.PIGEON_PER_SECOND, settings.PIGEON_CALLBACK_TOKEN = 100, "token"
        settings.SMS_PROVIDERS = [NAME, "twilio"]
        import_modules(sms.__name__, [folder])
        yield server
    del base._PROVIDERS[NAME], sys.modules[f"{sms.__name__}.{NAME}"]
    monkeypatch.undo()


def said(client: Client, **report: str):
    address = f"/hooks/{NAME}/report/?token=token"
    answer = client.post(address, json.dumps(report), content_type="application/json")
    receipts_apply()
    return answer.status_code


def test_settings_find_it_by_its_file(post, tmp_path, monkeypatch):
    monkeypatch.setattr("notifications.media.FOLDER", tmp_path)
    assert provider_names(SMS) == {NAME}


def test_statements_codes_and_receipts_go_through_it(post, client: Client):
    broadcast()
    send_due(SMS)
    notes_send(SMS, [(PHONE, NOTE)])
    assert [one["to"] for one in post.got] == [PHONE, PHONE]
    assert post.got[1]["text"] == "【演示支付】您的验证码是 482913。"
    assert (row().state, row().provider, row().provider_id) == ("sent", NAME, "feather")
    assert said(client, id="feather") == 200
    assert row().state == "delivered"


def test_a_reply_to_it_stops_what_another_has_sent(post, client: Client, settings):
    settings.SMS_PROVIDERS = ["twilio", NAME]
    broadcast()
    send_due(SMS)
    assert row().provider == "twilio"
    stop = {"from": PHONE, "text": "退订", "id": "1"}
    assert client.post(f"/hooks/{NAME}/report/", stop).status_code == 403
    assert said(client, **stop) == 200
    assert Address.objects.get().suppressed_for == "opted_out"
    assert said(client, **stop | {"text": "START", "id": "2"}) == 200
    assert said(client, **stop) == 200, "a copy, which changes nothing"
    assert Address.objects.get().suppressed_at is None


def test_the_next_one_sends_while_it_refuses_everybody(post, provider):
    post.answers = ["401 No", {"error": "bad_key"}]
    broadcast()
    send_due(SMS)
    assert len(post.got) == 1
    assert (row().state, row().provider) == ("sent", "twilio")
    assert len(on_the_phone(provider)) == 1


@pytest.mark.parametrize(
    ("answers", "outcome"),
    [
        (
            ["400 Bad", {"error": "no_such_number"}],
            Failed(Reason.BAD_ADDRESS, "no_such_number", True),
        ),
        (["400 Bad", {"error": "new_code"}], NotSent(Reason.UNKNOWN_CODE, "new_code")),
        (["404 No", {}], NotSent(Reason.UNKNOWN_CODE, "404")),
        (["429 Slow", {}], NotSent(Reason.RATE_LIMITED, "429")),
        (["503 Later", {}], Unknown(Reason.PROVIDER_ERROR, "503")),
        (["201 Created", {"id": ""}], Unknown(Reason.PROVIDER_ERROR, "no id")),
    ],
)
def test_its_answers_are_outcomes(post, answers, outcome):
    post.answers = answers
    assert send(NAME, message(PHONE)) == [outcome]


def test_without_its_key_it_is_passed_over(post, settings):
    settings.PIGEON_KEY = ""
    assert [one.name for one in medium(SMS).able()] == ["twilio"]
    broadcast()
    send_due(SMS)
    assert Delivery.objects.get().provider == "twilio"
