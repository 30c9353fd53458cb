"""Refusals in the caller's language, field by field."""

import pytest

from tests.statuspage.api import samples
from tests.statuspage.api.client import Caller, caller, error_of

pytestmark = pytest.mark.django_db

HEADERS = {
    "en": "en",
    "en-US": "en",
    "en;q=0.9, zh;q=0.1": "en",
    "zh": "zh-hans",
    "zh-CN": "zh-hans",
    "zh-Hans": "zh-hans",
    "zh;q=0.9, en;q=0.8": "zh-hans",
    "de, en;q=0.5": "en",
    "de": "zh-hans",
    "": "zh-hans",
    ";;;,,,": "zh-hans",
    "en" * 2000: "zh-hans",
}


@pytest.mark.parametrize(("asked", "given"), HEADERS.items(), ids=[key[:20] for key in HEADERS])
def test_the_language_follows_the_header(asked, given):
    response = Caller(None, asked).get("incidents/")
    assert response["Content-Language"] == given
    error_of(response)


def test_a_missing_field_is_named_in_both_languages():
    said = {}
    for language in ["en", "zh-hans"]:
        fields = error_of(caller(language=language).post("incidents/", {}))["fields"]
        assert set(fields) == {"name", "body", "components"}
        said[language] = fields["name"][0]
    assert said["en"] == "This field is required."
    assert any("\u4e00" <= character <= "\u9fff" for character in said["zh-hans"])


def test_a_service_refuses_in_the_callers_language(component):
    body = samples.incident(component, next_update_by="2024-01-01T00:00:00+08:00")
    message = error_of(caller(language="en").post("incidents/", body))["message"]
    assert message == "The next update must be in the future."


def test_what_is_published_does_not_depend_on_the_publishers_language(component):
    bodies = []
    for language in ["en", "zh-hans"]:
        answer = caller(language=language).post("incidents/", samples.incident(component)).json()
        bodies.append(answer["timeline"][0]["document"]["content"]["body"])
    assert bodies[0] == bodies[1]


def test_the_published_page_is_given_in_the_first_language(component):
    answer = caller(language="en").post("incidents/", samples.incident(component)).json()
    assert "/en/" not in answer["url"]
