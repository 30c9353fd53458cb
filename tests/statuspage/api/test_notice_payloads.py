"""The OpenAPI description says for every kind of notice what its details are."""

import jsonschema
import pytest
import yaml

from statuspage.api.views.notices import payload_schema
from statuspage.notices.kind import kinds
from tests.statuspage.notices.samples import every_kind, right_payload, world

pytestmark = pytest.mark.django_db


def valid(payload, kind) -> bool:
    given = {name: value for name, value in payload.items() if value is not None}
    return jsonschema.Draft202012Validator(payload_schema(kind)).is_valid(given)


def test_the_description_allows_what_is_accepted_and_what_is_published(subtests):
    world()
    for kind in every_kind():
        with subtests.test(kind.name):
            payload = right_payload(kind.name)
            assert valid(payload, kind)
            assert valid(kind.clean(payload), kind)
            assert not valid({**payload, "surprise": "1"}, kind)


def test_the_published_description_has_every_kind(client):
    schema = yaml.safe_load(client.get("/api/v1/schema/").content)
    payload = schema["components"]["schemas"]["NoticeRequest"]["properties"]["payload"]
    assert {one["title"] for one in payload["anyOf"]} == {kind.name for kind in kinds()}
