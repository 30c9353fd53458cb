"""Staff with a mailbox at the simulator, and a watch that need not wait."""

from collections.abc import Iterator
from typing import Any

import pytest
import redis
from django.conf import settings as django_settings

from notifications.watch.watcher import Watch
from statuspage.lib import troubles
from statuspage.operations import heartbeat
from tests.simulator import Simulator

MAILBOX = "duty@example.com"


@pytest.fixture
def staff(provider: Simulator, settings: Any) -> Simulator:
    """Return the simulator with a mailbox that alarms go to."""
    settings.ALARM_WECOM_KEY, settings.ALARM_EMAILS = "", [MAILBOX]
    settings.ALARM_SILENT_SECONDS = 60
    return provider


@pytest.fixture
def watch(staff: Simulator) -> Iterator[Watch]:
    """Return a watch whose rounds a test does by hand, beside programs that all work."""
    redis.Redis.from_url(django_settings.REDIS_URL).flushdb()
    heartbeat.seen("worker@one")
    heartbeat.seen(heartbeat.CLOCK)
    found = Watch()
    found._since -= 60
    yield found
    for kind, subject in troubles.troubles():
        troubles.trouble_over(kind, subject)
