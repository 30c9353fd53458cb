"""Refusals: one shape, in the caller's language, for anything a stranger can send."""

import json

import pytest

from statuspage.staff.roles import Role
from statuspage.statements.models import Statement
from tests.statuspage.api import samples
from tests.statuspage.api.client import Caller, caller, error_of

pytestmark = pytest.mark.django_db

POSTS = [
    "incidents/",
    "incidents/zzzzzzzzzzzz/updates/",
    "maintenances/",
    "maintenances/zzzzzzzzzzzz/updates/",
    "notices/",
    "statements/1/corrections/",
    "statements/1/withdrawals/",
    "subscribers/",
]

UNREADABLE = {
    "not JSON": b"{name:",
    "not UTF-8": b'{"name": "\xff\xfe"}',
    "NaN": b'{"version": NaN}',
    "infinite": b'{"version": 1e999}',
    "too large a number": b'{"version": 123456789012345678901234567890}',
    "thousands of digits": b'{"version": ' + b"9" * 5000 + b"}",
    "NUL": b'{"name": {"zh-hans": "a\\u0000b"}}',
    "NUL in a key": b'{"a\\u0000b": 1}',
    "half a surrogate pair": b'{"name": {"zh-hans": "\\ud83d"}}',
    "half a surrogate pair in a key": b'{"\\udc00": 1}',
    "a well": b"[" * 100_000,
    "a deep object": b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
}


def test_a_body_that_cannot_be_kept_is_a_parse_error(api, subtests: pytest.Subtests) -> None:
    for body in UNREADABLE.values():
        with subtests.test(body=body):
            response = api.call("POST", "incidents/", body)
            assert response.status_code == 400
            assert error_of(response)["code"] == "parse_error"
            assert not Statement.objects.exists()


def test_a_body_that_is_no_filled_object_is_refused(approver, subtests: pytest.Subtests) -> None:
    for body in [b"", b"null", b"[]", b'"text"', b"12", b"true", b"{}"]:
        for path in ["incidents/", "maintenances/", "notices/", "subscribers/"]:
            with subtests.test(body=body, path=path):
                response = approver.call("POST", path, body)
                assert response.status_code == 400
                error_of(response)


def test_another_content_type_is_refused(approver, subtests: pytest.Subtests) -> None:
    for path in POSTS:
        for content_type in [
            "text/plain",
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=x",
            "x",
            "",
        ]:
            with subtests.test(path=path, content_type=content_type):
                response = approver.call("POST", path, "a=b", content_type)
                assert response.status_code in {404, 415}
                error_of(response)


def test_the_whole_body_is_refused_before_it_is_read_when_it_is_too_large(api):
    response = api.call("POST", "incidents/", b" " * 1_000_001)
    assert response.status_code == 413
    assert error_of(response)["code"] == "too_large"
    keyed = api.call("POST", "incidents/", b" " * 6_000_000, Idempotency_Key="k")
    assert keyed.status_code == 413


def test_every_unknown_field_is_named_beside_what_else_is_wrong(api, component):
    body = samples.incident(component, titel="x", impakt="y", status="closed")
    fields = error_of(api.post("incidents/", body))["fields"]
    assert set(fields) == {"titel", "impakt", "status"}


def test_refusals_speak_the_callers_language(component):
    wrong = samples.incident(component, started_at="2025-02-20T10:42:00")
    for language, code in [("en", "en"), ("en-GB,en;q=0.9", "en"), ("zh-CN", "zh-hans")]:
        response = caller(language=language).post("incidents/", wrong)
        assert response["Content-Language"] == code
        assert "Accept-Language" in response["Vary"]


def test_chinese_is_spoken_where_no_language_is_asked_for(component):
    for language in ["", "fr", "*"]:
        response = Caller(None, language).get("incidents/")
        assert response["Content-Language"] == "zh-hans"


def test_one_callers_language_does_not_stick_to_the_next(component):
    assert caller(language="en").get("components/")["Content-Language"] == "en"
    assert caller(language="zh-hans").get("components/")["Content-Language"] == "zh-hans"


def test_an_address_of_nothing_is_404_in_the_apis_shape(api, subtests: pytest.Subtests) -> None:
    for path in ["", "nothing/", "incidents", "incidents/a/b/c/", "%00/", "é/"]:
        for method in ["GET", "POST", "DELETE"]:
            with subtests.test(path=path, method=method):
                response = api.call(method, path)
                assert response.status_code == 404
                assert "slash" in error_of(response)["message"]


def test_an_accept_header_that_json_cannot_meet_is_406(api):
    response = api.get("incidents/", Accept="image/png")
    assert response.status_code == 406
    error_of(response)


def test_options_says_which_methods_there_are(api):
    response = api.call("OPTIONS", "incidents/")
    assert response.status_code == 405
    assert "POST" in response["Allow"]


CURSORS = ["x", "%00", "cD1hYmM=", "cD0lMDA=", "bz14", "é", "cD0xJm89OTk5OTk5OTk5OTk5OTk5OTk5OTk="]


def test_an_invented_cursor_is_refused(api, subtests: pytest.Subtests) -> None:
    for cursor in CURSORS:
        for path in ["incidents/?", "maintenances/?", "notices/?", "statements/?", "components/?"]:
            with subtests.test(cursor=cursor, path=path):
                response = api.get(f"{path}cursor={cursor}")
                assert response.status_code == 400
                assert "cursor" in error_of(response)["fields"]


def test_an_odd_limit_is_the_usual_one(api, subtests: pytest.Subtests) -> None:
    for limit in ["0", "-1", "x", "9" * 5000, "%00", ""]:
        with subtests.test(limit=limit):
            assert api.get(f"incidents/?limit={limit}").status_code == 200


def test_a_page_has_no_more_rows_than_the_largest(api):
    assert api.get("incidents/?limit=1000000").status_code == 200


def test_a_huge_text_is_refused_with_its_length(
    approver, component, subtests: pytest.Subtests
) -> None:
    for path in POSTS:
        with subtests.test(path=path):
            body = samples.incident(component, body={"zh-hans": "长" * 5001})
            response = approver.post(path, body)
            assert response.status_code in {400, 404}
            error_of(response)


def test_an_admin_gets_the_same_refusals(component):
    body = json.dumps(samples.incident(component, status="closed"))
    assert caller(Role.ADMIN).call("POST", "incidents/", body).status_code == 400
