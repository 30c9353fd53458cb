"""What tests of the console, and of the words at hand in it, start from."""

import pytest
from django.test import Client

from statuspage.components.models import Component
from tests.factories import make_component
from tests.statuspage.console.browser import signed_in


@pytest.fixture
def component(db: None) -> Component:
    """T+1 settlement, operational."""
    return make_component()


@pytest.fixture
def author(db: None) -> Client:
    """Someone who may publish, reading English."""
    return signed_in()


@pytest.fixture
def chinese(db: None) -> Client:
    """Someone who may publish, reading Chinese."""
    return signed_in(language="zh-hans")
