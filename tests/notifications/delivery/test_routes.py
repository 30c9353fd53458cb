"""Countries with providers of their own have a queue of their own."""

import pytest

from notifications.channels import medium
from notifications.channels import provider as find_provider
from notifications.channels.outcomes import NotSent, Reason
from notifications.delivery import providers
from notifications.delivery.models import Delivery
from notifications.delivery.resolve import sweep
from notifications.delivery.send import send_due
from tests.factories import make_address, open_incident
from tests.notifications.delivery.steps import SMS, broadcast, expand

pytestmark = pytest.mark.django_db(transaction=True)
HOME, ABROAD = "+8613800138001", "+6591234567"
TWILIO, ALIYUN = find_provider("twilio"), find_provider("aliyun")
REFUSED = NotSent(Reason.CONNECTION, "refused")


@pytest.fixture(autouse=True)
def abroad(settings, provider):
    settings.SMS_COUNTRIES = frozenset({"CN", "SG"})
    settings.SMS_PROVIDERS = ["twilio"]
    settings.SMS_ROUTES = {"86": ["aliyun"]}


def senders():
    rows = Delivery.objects.filter(state="sent").select_related("address")
    return {one.address.country: one.provider for one in rows}


def test_each_number_goes_through_the_provider_of_its_country():
    broadcast(HOME, ABROAD)
    send_due(SMS)
    assert senders() == {"86": "aliyun", "65": "twilio"}


def test_where_a_country_s_provider_is_down_the_others_do_not_wait():
    providers.note(ALIYUN, [*enumerate([REFUSED] * providers.TROUBLE)])
    broadcast(HOME, ABROAD)
    send_due(SMS)
    assert senders() == {"65": "twilio"}
    assert Delivery.objects.get(address__country="86").state == "pending"


def test_the_order_of_the_setting_decides(settings):
    settings.SMS_ROUTES = {"86": ["aliyun", "twilio"]}
    phones = medium(SMS)
    assert phones.in_order("86") == [ALIYUN, TWILIO]
    assert phones.in_order("") == [TWILIO]
    assert phones.leading("86") is ALIYUN
    providers.note(ALIYUN, [*enumerate([REFUSED] * providers.TROUBLE)])
    assert providers.provider_for(phones, "86") is TWILIO


@pytest.mark.parametrize(
    ("before", "after"),
    [({}, {"86": ["aliyun"]}), ({"86": ["aliyun"]}, {}), ({}, {"65": ["twilio"]})],
)
def test_what_waits_moves_when_the_settings_change(settings, before, after):
    settings.SMS_ROUTES = before
    sweep()
    broadcast(HOME, ABROAD)
    settings.SMS_ROUTES = after
    sweep()
    while send_due(SMS):
        pass
    home = "aliyun" if "86" in after else "twilio"
    assert senders() == {"86": home, "65": "twilio"}


def test_the_next_address_of_a_subscriber_waits_in_its_own_queue(settings):
    first = make_address("ops@example.com", channel="email")
    second = make_address(HOME, position=1)
    stranger = second.subscriber
    second.subscriber = first.subscriber
    second.save()
    stranger.delete()
    first.subscriber.one_by_one = True
    first.subscriber.save()
    settings.EMAIL_HOST = "127.0.0.1"
    said = open_incident()
    expand(said.number)
    from notifications.channels.outcomes import Failed
    from notifications.delivery.claim import claim
    from notifications.delivery.results import result_of, write_results
    from statuspage.lib.database_clock import database_now

    [one], _taken = claim("email", 1)
    failed = Failed(Reason.BAD_ADDRESS)
    write_results([(result_of(find_provider("email"), one, failed, database_now()), 1)])
    assert Delivery.objects.get(channel=SMS).route == "86"
