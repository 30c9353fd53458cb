"""A template that its provider refuses holds up its own message alone, under an alarm."""

import pytest
from django.db.models.functions import Now

from notifications.channels.outcomes import Accepted, NotSent, Reason
from notifications.delivery import refused_templates
from notifications.delivery.models import Alarm, Delivery
from notifications.delivery.refused_templates import refused_by
from notifications.delivery.send import send_due
from notifications.delivery.shares import alarms_settle, templates_approved
from notifications.delivery.templating import Key
from notifications.templates.models import Template
from tests.factories import make_address
from tests.notifications.approved import approve, cloud
from tests.notifications.delivery.steps import SMS, broadcast, due_now, on_the_phone

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.within_the_hour]
PHONES = [f"+861380013{number:04}" for number in range(60)]
REFUSED = NotSent(Reason.NO_TEMPLATE, "isv.SMS_TEMPLATE_ILLEGAL")
ALIYUN = cloud("aliyun")


@pytest.fixture
def clouds(provider, settings):
    """Aliyun, and Tencent Cloud behind it; the templates of a test are its own."""
    Template.objects.all().delete()
    settings.SMS_PROVIDERS = ["aliyun"]
    approve("aliyun", "tencent")
    return provider


def refuse(simulator):
    simulator.switch("refuse", provider="aliyun", code="isv.SMS_TEMPLATE_ILLEGAL")


def test_it_is_not_tried_for_everybody_and_staff_are_told(clouds):
    broadcast(*PHONES)
    refuse(clouds)
    send_due(SMS)
    tried = Delivery.objects.filter(code="isv.SMS_TEMPLATE_ILLEGAL").count()
    assert refused_templates.STOP_AFTER <= tried < len(PHONES)
    assert {*Delivery.objects.values_list("state", "attempts")} == {("pending", 0)}
    alarm = Alarm.objects.get()
    assert (alarm.kind, alarm.subject) == ("no_template", "aliyun:incident.opened")
    due_now()
    send_due(SMS)
    assert Delivery.objects.filter(due_at__gt=Now()).count() == len(PHONES)
    assert clouds.messages() == []


def test_after_the_repair_everybody_gets_it_once_and_the_alarm_ends(clouds):
    broadcast(*PHONES)
    refuse(clouds)
    send_due(SMS)
    clouds.control("DELETE", "switches")
    templates_approved()
    due_now()
    send_due(SMS)
    assert {*Delivery.objects.values_list("state", flat=True)} == {"sent"}
    assert {len(on_the_phone(clouds, one)) for one in PHONES} == {1}
    alarms_settle()
    assert Alarm.objects.get().over_at


def test_the_next_provider_sends_what_the_first_has_no_good_template_for(clouds, settings):
    settings.SMS_PROVIDERS = ["aliyun", "tencent"]
    broadcast(*PHONES)
    refuse(clouds)
    for _ in range(3):
        due_now()
        send_due(SMS)
    assert {*Delivery.objects.values_list("state", "provider")} == {("sent", "tencent")}
    assert {len(on_the_phone(clouds, one)) for one in PHONES} == {1}


def test_other_messages_of_the_provider_go_on(clouds):
    first = broadcast(*PHONES[:1])
    key = Key(first.number, "zh-hans", abroad=False)
    other = key._replace(language="en")
    refused_templates.note(ALIYUN, [(key, REFUSED)] * refused_templates.STOP_AFTER)
    assert refused_by(ALIYUN, {key, other}) == {key}


def test_one_acceptance_begins_the_row_anew(clouds):
    key = Key(broadcast(PHONES[0]).number, "zh-hans", abroad=False)
    for _ in range(3):
        refused_templates.note(ALIYUN, [(key, REFUSED)] * (refused_templates.STOP_AFTER - 1))
        refused_templates.note(ALIYUN, [(key, Accepted("1"))])
    assert refused_by(ALIYUN, {key}) == set()
    assert not Alarm.objects.exists()


def test_a_wrong_template_at_wechat_is_held_under_an_alarm_and_sent_after_the_repair(provider):
    openid = "oABCDEFGHIJKLMNOPQRSTUV_0001"
    provider.control("POST", "wechat/followers", {"openid": openid, "event": False})
    make_address(openid, channel="wechat")
    broadcast()
    provider.switch("refuse", provider="wechat", code=47003)
    for _ in range(refused_templates.STOP_AFTER):
        due_now()
        send_due("wechat")
    mine = Delivery.objects.filter(channel="wechat")
    assert [*mine.values_list("state", "reason")] == [("pending", "no_template")]
    assert Alarm.objects.get().subject == "wechat:incident.opened"
    provider.control("DELETE", "switches")
    templates_approved()
    due_now()
    send_due("wechat")
    assert mine.get().state == "sent"
