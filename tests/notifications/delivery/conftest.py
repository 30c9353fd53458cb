"""The simulator as our provider, and a web server for its callbacks."""

from collections.abc import Iterator
from typing import Any

import pytest
import redis
from django.conf import settings as django_settings

from notifications.simulator.testing import Simulator, running_simulator


@pytest.fixture(scope="module")
def _simulator() -> Iterator[Simulator]:
    with running_simulator() as simulator:
        yield simulator


@pytest.fixture
def provider(_simulator: Simulator, settings: Any) -> Simulator:
    """An empty simulator that our settings take for Twilio and WeChat."""
    _simulator.control("POST", "reset")
    settings.TWILIO_BASE_URL = _simulator.url
    settings.TWILIO_ACCOUNT_SID = _simulator.account_sid
    settings.TWILIO_AUTH_TOKEN = _simulator.auth_token
    settings.TWILIO_FROM = "+15005550006"
    settings.ALIYUN_SMS_ENDPOINT = _simulator.url
    settings.ALIYUN_SMS_ACCESS_KEY_ID = _simulator.access_key_id
    settings.ALIYUN_SMS_ACCESS_KEY_SECRET = _simulator.access_key_secret
    settings.ALIYUN_SMS_TEMPLATE = "SMS_100000001"
    settings.WECHAT_BASE_URL = _simulator.url
    settings.WECHAT_APP_ID = _simulator.app_id
    settings.WECHAT_SECRET = _simulator.secret
    settings.WECHAT_CALLBACK_TOKEN = _simulator.wechat_token
    settings.WECHAT_TEMPLATE_ID = "demo-template"
    settings.WECOM_BASE_URL = _simulator.url
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", _simulator.smtp_port
    settings.DELIVERY_TIMEOUT_SECONDS = 1.0
    redis.Redis.from_url(django_settings.REDIS_URL).flushdb()
    return _simulator


@pytest.fixture
def called_back(live_server: Any, settings: Any) -> str:
    """Our address as the provider sees it: it posts receipts to a real server."""
    settings.SITE_URL = live_server.url
    return str(live_server.url)
