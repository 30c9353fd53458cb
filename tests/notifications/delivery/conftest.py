"""The simulator as our provider, and a web server for its callbacks."""

from typing import Any

import pytest
import redis
from django.conf import settings as django_settings

from tests.simulator import Simulator


@pytest.fixture
def provider(provider: Simulator, settings: Any) -> Simulator:
    """Whose limits nobody has used up, and which may take its time on a busy machine."""
    settings.DELIVERY_TIMEOUT_SECONDS = 20.0
    redis.Redis.from_url(django_settings.REDIS_URL).flushdb()
    return provider


@pytest.fixture
def called_back(live_server: Any, settings: Any) -> str:
    """Our address as the provider sees it: it posts receipts to a real server."""
    settings.SITE_URL = live_server.url
    return str(live_server.url)
