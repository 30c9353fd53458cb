"""What the tests of the API start from."""

import pytest

from statuspage.components.models import Component
from statuspage.staff.roles import Role
from tests.factories import make_component
from tests.statuspage.api.client import Caller, caller


@pytest.fixture
def api(db: None) -> Caller:
    """Return a system that may publish."""
    return caller()


@pytest.fixture
def approver(db: None) -> Caller:
    """Return a system that may do all that the API offers."""
    return caller(Role.APPROVER)


@pytest.fixture
def auditor(db: None) -> Caller:
    """Return a system that may only read."""
    return caller(Role.AUDITOR)


@pytest.fixture
def component(db: None) -> Component:
    """T+1 settlement, operational."""
    return make_component()
