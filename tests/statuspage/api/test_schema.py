"""The OpenAPI description and the page that shows it."""

import json
import re
from pathlib import Path

import pytest
import yaml
from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.test import Client
from drf_spectacular.validation import validate_schema
from drf_spectacular.views import SpectacularAPIView

from statuspage import __version__
from statuspage.api.views.docs import Schema
from tests.statuspage.api import samples
from tests.statuspage.api.client import Caller


@pytest.fixture
def schema(db: None) -> dict:
    """As a stranger gets it."""
    response = Client().get("/api/v1/schema/", headers={"Accept-Language": "en"})
    assert response.status_code == 200
    return yaml.safe_load(response.content)


def test_the_description_is_valid_and_made_without_a_warning(tmp_path: Path):
    target = tmp_path / "schema.yml"
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(target))
    validate_schema(yaml.safe_load(target.read_text(encoding="utf-8")))


def test_it_names_the_version(schema):
    assert schema["info"]["version"] == __version__


def test_every_post_documents_the_key_its_refusals_and_the_token(schema):
    posts = [one["post"] for one in schema["paths"].values() if "post" in one]
    assert posts
    for operation in posts:
        assert "Idempotency-Key" in [one["name"] for one in operation["parameters"]]
        assert {"400", "401", "403", "409", "413", "422"} <= set(operation["responses"])
        assert operation["security"] == [{"token": []}]
        assert operation["summary"]
    assert schema["components"]["securitySchemes"]["token"]["scheme"] == "bearer"


def test_nothing_is_offered_that_changes_what_was_said_or_deletes(schema):
    by_method = {}
    for path, operations in schema["paths"].items():
        for method in operations:
            by_method.setdefault(method, set()).add(path)
    assert set(by_method) == {"get", "post", "patch"}
    assert by_method["patch"] == {"/api/v1/subscribers/{public_id}/"}


def test_a_change_is_described_like_what_is_posted(schema):
    change = schema["paths"]["/api/v1/subscribers/{public_id}/"]["patch"]
    assert {"200", "400", "401", "403", "404", "409", "422"} <= set(change["responses"])
    assert "Idempotency-Key" in {one["name"] for one in change["parameters"]}
    assert change["requestBody"]["content"]["application/json"]["examples"]
    assert "known" in change["description"]


def test_every_address_of_the_design_is_described(schema):
    described = {re.sub(r"\{\w+\}", "<>", path) for path in schema["paths"]}
    assert described == {
        f"/api/v1/{path}"
        for path in [
            "incidents/",
            "incidents/backfills/",
            "incidents/<>/",
            "incidents/<>/updates/",
            "maintenances/",
            "incidents/<>/reopenings/",
            "proposals/<>/stops/",
            "maintenances/<>/",
            "maintenances/<>/updates/",
            "maintenances/<>/cancellations/",
            "maintenances/<>/reschedulings/",
            "notices/",
            "notices/<>/",
            "statements/",
            "statements/<>/",
            "statements/<>/corrections/",
            "statements/<>/withdrawals/",
            "previews/incidents/",
            "previews/incidents/<>/updates/",
            "previews/incidents/<>/reopenings/",
            "previews/maintenances/",
            "previews/maintenances/<>/updates/",
            "previews/maintenances/<>/cancellations/",
            "previews/maintenances/<>/reschedulings/",
            "previews/notices/",
            "previews/statements/<>/corrections/",
            "previews/statements/<>/withdrawals/",
            "arrival/",
            "components/",
            "proposals/<>/",
            "broadcasts/<>/",
            "deliveries/",
            "resendings/",
            "resendings/<>/",
            "subscribers/",
            "subscribers/import/",
            "subscribers/mini-program/",
            "subscribers/<>/",
            "signals/",
        ]
    }


def test_summaries_are_written_for_callers_not_taken_from_the_code(schema):
    opening = schema["paths"]["/api/v1/incidents/"]["post"]
    assert opening["summary"] == "Open an incident"
    assert "subscriber" in opening["description"]
    assert "description" not in schema["paths"]["/api/v1/incidents/"]["get"]


def test_no_docstring_and_no_doubled_word_reaches_the_schema(schema):
    assert not [one for one in schema["components"]["schemas"] if "RequestRequest" in one]
    assert "description: Return " not in str(schema).replace("'", "")


def test_a_text_is_described_with_both_languages(schema):
    name = schema["components"]["schemas"]["IncidentRequest"]["properties"]["name"]
    assert set(name["properties"]) == {"zh-hans", "en"}
    assert name["required"] == ["zh-hans"]


@pytest.mark.django_db
def test_the_examples_are_accepted_as_they_stand(schema, approver, component):
    """Whoever copies an example should get a 201, once the id is one of theirs."""
    for path in ["incidents/", "notices/", "signals/", "subscribers/"]:
        content = schema["paths"][f"/api/v1/{path}"]["post"]["requestBody"]["content"]
        (example,) = content["application/json"]["examples"].values()
        body = dict(example["value"])
        if "components" in body:
            body["components"] = {component.public_id: "partial_outage"}
        if "next_update_by" in body:
            body["next_update_by"] = samples.in_hours(1)
        assert approver.post(path, body).status_code == 201, path


@pytest.mark.django_db
def test_answers_have_the_fields_that_the_description_gives_them(schema, api, component):
    answers = {
        "IncidentPublished": api.post("incidents/", samples.incident(component)),
        "MaintenancePublished": api.post("maintenances/", samples.maintenance(component)),
        "NoticePublished": api.post("notices/", samples.notice()),
        "StatementPublished": api.post("statements/1/corrections/", {"body": {"zh-hans": "好"}}),
        "BroadcastAnswer": api.get("broadcasts/1/"),
    }
    for name, answer in answers.items():
        assert set(answer.json()) == set(schema["components"]["schemas"][name]["properties"]), name


@pytest.mark.parametrize(("language", "word"), [("en", "Open an incident"), ("zh-hans", "")])
def test_the_description_speaks_the_readers_language(db, language, word):
    response = Client().get("/api/v1/schema/", headers={"Accept-Language": language})
    assert response["Content-Language"] == language
    assert word in response.content.decode()


def test_the_description_is_public_and_nothing_else_is(db):
    assert Caller(None).get("schema/").status_code == 200
    assert Caller(None).get("docs/").status_code == 200
    assert Caller(None).get("components/").status_code == 401


def test_the_documentation_page_works_under_the_strict_policy(db):
    response = Client().get("/api/v1/docs/")
    page = response.content.decode()
    policy = response["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "script-src 'self'" in policy
    assert "<style" not in page
    assert not re.search(r"<script(?![^>]*\bsrc=)", page)
    assert not re.search(r'\son\w+="', page)


def test_everything_that_the_documentation_page_loads_is_there(db):
    page = Client().get("/api/v1/docs/").content.decode()
    loaded = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert len(loaded) >= 5
    for address in loaded:
        if address.startswith("/static/"):
            assert finders.find(address.removeprefix("/static/")), address
        else:
            assert Client().get(address.replace("&amp;", "&")).status_code == 200, address


def test_the_pages_script_is_a_script_and_names_the_description(db):
    response = Client().get("/api/v1/docs/?script=")
    assert response["Content-Type"].startswith("application/javascript")
    assert "/api/v1/schema/" in response.content.decode()


def test_it_is_made_once_for_each_language_and_format(db: None, monkeypatch) -> None:
    made: list[str] = []
    real = SpectacularAPIView._get_schema_response

    def count(view: SpectacularAPIView, request: object) -> object:
        made.append("made")
        return real(view, request)

    monkeypatch.setattr(SpectacularAPIView, "_get_schema_response", count)
    monkeypatch.setattr(Schema, "_made", {})
    client, answers = Client(), []
    for number in range(12):
        language = ("en", "zh-hans")[number % 2]
        query = f"?version=evil{number}" + (f"&lang={language}" if number > 5 else "")
        headers = {"Accept-Language": language}
        answers.append(client.get(f"/api/v1/schema/{query}", headers=headers))
    assert len(made) == 2
    assert len({answer.content for answer in answers}) == 2
    assert b"evil" not in answers[0].content
    first = answers[0]
    assert "public" in first["Cache-Control"]
    assert {"Accept", "Accept-Language"} <= {one.strip() for one in first["Vary"].split(",")}
    known = {"Accept-Language": "en", "If-None-Match": first["ETag"]}
    again = client.get("/api/v1/schema/", headers=known)
    assert (again.status_code, again.content) == (304, b"")
    known["Accept-Language"] = "zh-hans"
    assert client.get("/api/v1/schema/", headers=known).status_code == 200
    as_json = client.get("/api/v1/schema/", headers={"Accept": "application/vnd.oai.openapi+json"})
    assert json.loads(as_json.content)["info"]["version"] == __version__
    assert client.head("/api/v1/schema/").status_code == 200


def test_one_readers_cookie_chooses_no_language_for_others(db: None) -> None:
    client = Client()
    client.cookies["django_language"] = "en"
    answer = client.get("/api/v1/schema/", headers={"Accept-Language": "zh-hans"})
    said = {one.strip() for one in answer["Vary"].split(",")}
    assert answer["Content-Language"] == "zh-hans" or "Cookie" in said
