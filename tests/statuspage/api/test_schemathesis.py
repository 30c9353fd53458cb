"""The OpenAPI document against the API: whatever fits it, or nearly does, is no fault of ours."""

from collections.abc import Iterator

import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from drf_spectacular.generators import SchemaGenerator
from hypothesis import given, settings
from schemathesis import Case
from schemathesis.specs.openapi.checks import content_type_conformance

from statuspage.staff.roles import Role
from statuspage.staff.services import token_issue
from tests.factories import make_component, make_staff, open_incident
from tests.statuspage.notices import samples

FAULT = 500
EXAMPLES = 12
METHODS = {"get", "post", "put", "patch", "delete"}
described = schemathesis.openapi.from_dict(SchemaGenerator().get_schema(public=True))
described.app = WSGIHandler()


@pytest.fixture
def secret(db: None) -> Iterator[str]:
    """Yield a token that may do everything, on a page on which something is going on."""
    make_component()
    open_incident()
    samples.publish("general")
    # The connection is the test's own, and is not to be put in order between requests.
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield token_issue(staff=make_staff(role=Role.ADMIN), name="machine", confirmed=True)
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


OPERATIONS = [
    (path, method)
    for path, methods in described.raw_schema["paths"].items()
    for method in methods
    if method in METHODS
]


@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_no_request_is_a_fault_of_ours(path: str, method: str, secret: str) -> None:
    @given(case=described[path][method].as_strategy())
    @settings(max_examples=EXAMPLES, deadline=None, derandomize=True, database=None)
    def ask(case: Case) -> None:
        response = case.call(headers={"Authorization": f"Bearer {secret}"})
        assert response.status_code < FAULT, response.text
        case.validate_response(response, checks=[content_type_conformance])

    ask()


def test_every_operation_is_asked() -> None:
    assert len(OPERATIONS) > 20
    assert {method for _path, method in OPERATIONS} == {"get", "post", "patch"}
