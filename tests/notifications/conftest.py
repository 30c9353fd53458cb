"""A simulator for all of these folders, and settings that point every channel to it."""

from collections.abc import Iterator

import pytest
from pytest_django.fixtures import Settings

from notifications.delivery import listening
from tests.notifications.approved import simulated
from tests.simulator import Simulator, running_simulator


@pytest.fixture(autouse=True)
def _left() -> Iterator[None]:
    """The connections of a test end with it, whatever its settings were."""
    yield
    listening.leave()


@pytest.fixture(scope="session")
def running() -> Iterator[Simulator]:
    """One process for all tests."""
    with running_simulator() as simulator:
        yield simulator


@pytest.fixture
def provider(running: Simulator, settings: Settings) -> Simulator:
    """Return the simulator, empty and without faults; every channel is configured to talk to it."""
    running.control("POST", "reset")
    settings.TWILIO_BASE_URL = running.url
    settings.TWILIO_ACCOUNT_SID = running.account_sid
    settings.TWILIO_AUTH_TOKEN = running.auth_token
    settings.TWILIO_FROM = "+15005550006"
    settings.ALIYUN_SMS_ENDPOINT = running.url
    settings.ALIYUN_SMS_ACCESS_KEY_ID = running.access_key_id
    settings.ALIYUN_SMS_ACCESS_KEY_SECRET = running.access_key_secret
    settings.TENCENT_SMS_ENDPOINT = running.url
    settings.TENCENT_SMS_SECRET_ID = running.secret_id
    settings.TENCENT_SMS_SECRET_KEY = running.secret_key
    settings.TENCENT_SMS_SDK_APP_ID = "1400000001"
    settings.TENCENT_SMS_CALLBACK_TOKEN = "push-token"
    settings.SMS_PROVIDERS = ["twilio", "aliyun"]
    running.control("PUT", "config", simulated())
    settings.WECHAT_BASE_URL = running.url
    settings.WECHAT_APP_ID = running.app_id
    settings.WECHAT_SECRET = running.secret
    settings.WECHAT_TEMPLATE_ID = "template-0001"
    settings.WECHAT_CALLBACK_TOKEN = running.wechat_token
    settings.WECHAT_ENCODING_AES_KEY = running.wechat_aes_key
    settings.WECHAT_NOTICE_TEMPLATE_ID = settings.MINI_PROGRAM_TEMPLATE_ID = "template-0002"
    settings.MINI_PROGRAM_APP_ID = running.mini_app_id
    settings.MINI_PROGRAM_SECRET = running.mini_secret
    settings.MINI_PROGRAM_CALLBACK_TOKEN = running.mini_token
    settings.MINI_PROGRAM_ENCODING_AES_KEY = running.mini_aes_key
    settings.WECOM_BASE_URL = running.url
    settings.ROBOT_RELAY_URL = f"{running.url}/relay"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", running.smtp_port
    return running


@pytest.fixture
def carrier(provider: Simulator, settings: Settings) -> Simulator:
    """Return the simulator, with SMS to the mainland through its CMPP gateway first."""
    settings.CMPP_HOST, settings.CMPP_PORT = "127.0.0.1", provider.cmpp_port
    settings.CMPP_SOURCE_ADDR = provider.cmpp_source_addr
    settings.CMPP_SHARED_SECRET = provider.cmpp_shared_secret
    settings.CMPP_SRC_ID, settings.CMPP_SERVICE_ID = "10690001", "PAY"
    settings.SMS_ROUTES = {"86": ["cmpp"]}
    settings.DELIVERY_TIMEOUT_SECONDS = 5.0
    return provider
