"""The simulator as the other end of every channel."""

import pytest

from tests.simulator import Simulator


@pytest.fixture
def simulator(provider: Simulator, settings) -> Simulator:
    """With the templates and tokens of the second SMS provider, and with patience."""
    settings.ALIYUN_SMS_CALLBACK_TOKEN = "push-token"
    settings.DELIVERY_TIMEOUT_SECONDS = 5.0
    return provider


@pytest.fixture
def impatient(settings) -> None:
    """Timeouts so short that a test can wait for them, and long enough to connect and send."""
    settings.DELIVERY_TIMEOUT_SECONDS = 1.0
