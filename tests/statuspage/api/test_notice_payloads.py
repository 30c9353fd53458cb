"""The OpenAPI description says for every kind of notice what its details are."""

import jsonschema
import pytest
import yaml

from statuspage.api.serializers.notices import payload_schema
from statuspage.settlement.notices import kinds
from tests.statuspage.settlement.notices.samples import (
    NEEDS_WORLD,
    every_kind,
    right_payload,
    world,
)

pytestmark = pytest.mark.django_db
each_kind = pytest.mark.parametrize("kind", every_kind(), ids=lambda kind: kind.name)


def valid(payload, kind) -> bool:
    given = {name: value for name, value in payload.items() if value is not None}
    return jsonschema.Draft202012Validator(payload_schema(kind)).is_valid(given)


@each_kind
def test_what_the_description_allows_is_accepted(api, kind):
    if kind.name in NEEDS_WORLD:
        world()
    payload = right_payload(kind.name)
    assert valid(payload, kind)
    kind.clean(payload)


@each_kind
def test_a_published_payload_is_as_described(kind):
    if kind.name in NEEDS_WORLD:
        world()
    assert valid(kind.clean(right_payload(kind.name)), kind)


@each_kind
def test_an_unknown_field_is_not_described(kind):
    assert not valid({**right_payload(kind.name), "surprise": "1"}, kind)


def test_the_published_description_has_every_kind(client):
    schema = yaml.safe_load(client.get("/api/v1/schema/").content)
    payload = schema["components"]["schemas"]["NoticeRequestRequest"]["properties"]["payload"]
    assert {one["title"] for one in payload["anyOf"]} == {kind.name for kind in kinds()}
