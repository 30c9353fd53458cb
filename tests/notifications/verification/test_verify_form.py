"""The form of `/verify/`: for everyone, without a cookie, and proof against whatever is typed."""

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.factories import open_incident

pytestmark = pytest.mark.django_db


def test_the_page_speaks_chinese_at_the_root_and_names_the_promise() -> None:
    response = Client().get("/verify/")
    assert response.status_code == 200
    assert '<html lang="zh-hans">' in response.content.decode()
    page = Client().get("/en/verify/").content.decode()
    for promise in ("reply with a number", "pay a deposit", "follow a link"):
        assert promise in page


def test_the_question_is_the_same_for_everyone_and_needs_no_cookie() -> None:
    first, second = Client().get("/verify/"), Client().get("/verify/")
    assert first.content == second.content
    assert not first.cookies
    assert "Cookie" not in first.get("Vary", "")
    assert first["ETag"] == second["ETag"]
    assert Client().post("/verify/", {"message": "x"}).cookies == {}


def test_what_was_asked_is_kept_nowhere(caplog) -> None:
    with caplog.at_level("DEBUG"), CaptureQueriesContext(connection) as queries:
        response = Client().post("/verify/", {"message": "【演示支付】私人内容 13912345678 CDF3X"})
    assert "no-store" in response["Cache-Control"]
    assert "13912345678" not in caplog.text
    assert not any("13912345678" in one["sql"] for one in queries.captured_queries)
    assert all(one["sql"].startswith("SELECT") for one in queries.captured_queries)


def test_a_browser_does_not_cut_what_is_pasted() -> None:
    page = Client().get("/en/verify/").content.decode()
    assert "<textarea" in page
    assert "maxlength" not in page


@pytest.mark.parametrize(
    ("message", "sentence"),
    [
        ("", "Paste the message, or enter its code."),
        (" \n ", "Paste the message, or enter its code."),
        ("长" * 2001, "Too long for an SMS. Paste only that message."),
        ("a\x00b", "Null characters are not allowed."),
    ],
)
def test_what_cannot_be_a_message_gets_a_sentence(message: str, sentence: str) -> None:
    response = Client().post("/en/verify/", {"message": message})
    assert response.status_code == 400
    assert sentence in response.content.decode()


def test_a_form_without_its_field_gets_a_sentence() -> None:
    assert Client().post("/en/verify/").status_code == 400


@pytest.mark.parametrize(
    "message", ["\ufffd\ufffe", "🙂" * 900, "<script>alert(1)</script>CDF3X", "%00"]
)
def test_whatever_is_pasted_is_answered(message: str) -> None:
    response = Client().post("/en/verify/", {"message": message})
    assert response.status_code == 200
    assert "<script>alert" not in response.content.decode()


def test_who_asks_too_fast_is_told_to_wait(settings) -> None:
    settings.VERIFY_PER_IP_MINUTE = 2
    for _each in range(2):
        Client().post("/en/verify/", {"message": "CDF3X"})
    response = Client().post("/en/verify/", {"message": "CDF3X"})
    assert response.status_code == 429
    assert response["Retry-After"] == "60"
    assert "Try again in a minute." in response.content.decode()
    assert Client().get("/en/verify/").status_code == 200
    cache.clear()
    assert Client().post("/en/verify/", {"message": "CDF3X"}).status_code == 200


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_other_methods_are_refused(method: str) -> None:
    assert getattr(Client(), method)("/verify/").status_code == 405


def test_every_page_leads_there() -> None:
    open_incident()
    assert 'href="/verify/"' in Client().get("/").content.decode()
    assert 'href="/en/verify/"' in Client().get("/en/notices/").content.decode()
