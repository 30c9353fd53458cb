"""The simulator's phone, and someone who holds it."""

from collections.abc import Iterator
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from notifications.simulator.testing import running_simulator
from tests.notifications.subscribers.visitor import Visitor


@pytest.fixture(scope="session")
def _simulator() -> Iterator[Any]:
    with running_simulator() as simulator:
        yield simulator


@pytest.fixture
def sim(_simulator: Any, settings: Settings) -> Any:
    """A simulator without a past, that our channels talk to."""
    _simulator.control("POST", "reset")
    settings.TWILIO_BASE_URL = _simulator.url
    settings.TWILIO_ACCOUNT_SID = _simulator.account_sid
    settings.TWILIO_AUTH_TOKEN = _simulator.auth_token
    settings.TWILIO_FROM = "+15005550006"
    settings.WECHAT_BASE_URL = _simulator.url
    settings.WECHAT_APP_ID = _simulator.app_id
    settings.WECHAT_SECRET = _simulator.secret
    settings.WECHAT_TEMPLATE_ID = "template"
    settings.WECHAT_CALLBACK_TOKEN = _simulator.wechat_token
    settings.EMAIL_HOST = "127.0.0.1"
    settings.EMAIL_PORT = _simulator.smtp_port
    return _simulator


@pytest.fixture
def visitor(sim: Any, db: None) -> Visitor:
    """An English-speaking merchant, because the sentences under test are English."""
    return Visitor(sim)
