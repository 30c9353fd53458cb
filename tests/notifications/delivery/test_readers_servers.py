"""Servers of readers that are gone are their fault; many at once are ours, as a network is."""

import pytest

from notifications.channels import provider as find_provider
from notifications.delivery import providers
from notifications.delivery.broadcasts import expand
from notifications.delivery.models import Alarm, Delivery
from notifications.delivery.send import send_due
from notifications.media import WEBHOOK
from notifications.subscribers.services.addresses import webhook_add
from tests.factories import open_incident
from tests.notifications.channels.builders import closed_port
from tests.notifications.delivery.steps import due_now
from tests.simulator import Simulator

pytestmark = pytest.mark.django_db(transaction=True)
HOOK = find_provider(WEBHOOK)


@pytest.fixture(autouse=True)
def _private(provider: Simulator, settings) -> None:
    settings.WEBHOOK_ALLOW_PRIVATE = True


def gone(count: int) -> None:
    """Subscribe so many webhooks at which nobody listens."""
    port = closed_port()
    for number in range(count):
        hook = f"http://127.0.0.1:{port}/{number}"
        webhook_add(url=hook, language="en", source="contract")


def tell(times: int) -> None:
    expand(open_incident().number)
    for _ in range(times):
        due_now()
        send_due(WEBHOOK)


def test_a_few_that_are_gone_alarm_nobody_and_hold_up_no_other() -> None:
    gone(4)
    tell(providers.TROUBLE // 4 + 2)
    assert Delivery.objects.first().attempts == providers.TROUBLE // 4 + 2
    assert providers.health_of(HOOK) is providers.ProviderHealth.TROUBLED
    assert not Alarm.objects.exists()


def test_many_at_once_are_no_coincidence() -> None:
    gone(providers.TROUBLE)
    tell(1)
    assert providers.health_of(HOOK) is providers.ProviderHealth.DOWN
    assert Alarm.objects.get().subject == WEBHOOK
