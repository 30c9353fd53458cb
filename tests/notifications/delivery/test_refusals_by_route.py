"""A sender that one country refuses holds up no other, and its alarm lasts until it is repaired."""

import pytest

from notifications.channels import medium
from notifications.channels import provider as find_provider
from notifications.channels.base import Note
from notifications.channels.outcomes import Accepted, NotSent, Reason
from notifications.delivery import providers, refusals
from notifications.delivery.alarm_texts import headline
from notifications.delivery.models import Alarm, Delivery
from notifications.delivery.routes import routes_follow_settings
from notifications.delivery.send import send_due
from notifications.delivery.singles import notes_send
from tests.notifications.delivery.steps import SMS, broadcast, due_now, on_the_phone

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.within_the_hour]
TWILIO = find_provider("twilio")
SENDER = NotSent(Reason.NO_CREDENTIALS, "21606")
HONG_KONG = [f"+8529123{number:04}" for number in range(30)]
HOME = [f"+861380013{number:04}" for number in range(30)]


@pytest.fixture
def senders(provider, settings):
    """Twilio alone, with a sender of its own to Hong Kong."""
    settings.ALIYUN_SMS_ACCESS_KEY_ID = ""
    settings.SMS_COUNTRIES = settings.SMS_COUNTRIES | {"HK"}
    settings.TWILIO_SENDERS = {"852": "DemoPay"}
    return provider


def note(*outcomes, route="852", first=1):
    providers.note(TWILIO, [*enumerate(outcomes, first)], route)


def up(route):
    return bool(providers.those_up(medium(SMS).able(route), route))


def test_countries_with_a_sender_of_their_own_have_a_queue_of_their_own(senders, settings):
    assert medium(SMS).route_of(HONG_KONG[0]) == "852"
    assert medium(SMS).route_of(HOME[0]) == ""
    assert [one.name for one in medium(SMS).able("852")] == ["twilio"]
    settings.TWILIO_SENDERS = {}
    assert medium(SMS).route_of(HONG_KONG[0]) == ""


def test_a_refused_sender_stops_its_country_alone(senders):
    note(*[SENDER] * refusals.STOP_AFTER)
    assert not up("852")
    assert up("")
    assert providers.most_at_once(TWILIO, "852") == providers.PROBE
    assert providers.most_at_once(TWILIO, "") > providers.PROBE
    assert providers.health_of(TWILIO) is providers.ProviderHealth.REFUSING


def test_what_other_countries_are_sent_ends_neither_the_stop_nor_the_alarm(senders):
    note(*[SENDER] * refusals.STOP_AFTER)
    for _ in range(3):
        note(*[Accepted("SM1")] * 50, route="")
    assert not up("852")
    alarm = Alarm.objects.get()
    assert alarm.over_at is None
    assert "21606 +852" in headline(alarm)


def test_both_refused_is_one_alarm_that_ends_with_the_last_repair(senders):
    for route in ("852", ""):
        note(*[SENDER] * refusals.STOP_AFTER, route=route)
    assert Alarm.objects.count() == 1
    note(Accepted("SM1"), route="")
    assert Alarm.objects.get().over_at is None
    note(Accepted("SM2"), route="852")
    assert Alarm.objects.get().over_at
    assert up("852")
    assert up("")


def test_a_code_to_one_country_does_not_try_what_another_is_refused(senders):
    broadcast(*HONG_KONG[:1])
    Delivery.objects.update(reason="no_credentials", provider="twilio", route="852")
    note(*[SENDER] * refusals.STOP_AFTER)
    said = Note(kind="code", language="en", operator="DemoPay", text="Code 123456")
    assert isinstance(notes_send(SMS, [(HOME[0], said)])[0], Accepted)
    assert not up("852")
    assert Alarm.objects.get().over_at is None


def test_one_country_waits_while_the_other_is_sent_and_goes_out_after_the_repair(senders):
    broadcast(*HONG_KONG, *HOME)
    routes_follow_settings()
    senders.switch("refuse", code=21606, to="+852*")
    for _ in range(2):
        due_now()
        send_due(SMS)
    states = Delivery.objects.values_list("route", "state")
    assert {*states.filter(route="")} == {("", "sent")}
    assert {*states.filter(route="852")} == {("852", "pending")}
    senders.control("DELETE", "switches")
    note(Accepted("SM1"), route="852")
    due_now()
    send_due(SMS)
    assert not Delivery.objects.exclude(state="sent").exists()
    assert {len(on_the_phone(senders, one)) for one in (*HONG_KONG, *HOME)} == {1}
