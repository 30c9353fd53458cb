"""A template that changes, goes away or is refused at its provider while statements wait for it."""

from datetime import timedelta

import pytest
from django.db.models.functions import Now

from notifications.channels.base import Note
from notifications.channels.outcomes import Accepted
from notifications.channels.templated import TemplateAnswer, Verdict
from notifications.delivery.ledger import deliveries_retry
from notifications.delivery.models import Alarm, Delivery
from notifications.delivery.send import send_due
from notifications.delivery.singles import notes_send
from notifications.delivery.template_work import ask_now, repaired, templates_work
from notifications.templates.models import Template
from notifications.templates.selectors import RESTS_FOR
from notifications.templates.services import answers_record
from tests.notifications.approved import approve, cloud
from tests.notifications.delivery.steps import PHONE, SMS, broadcast, due_now, on_the_phone, row

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.within_the_hour]


@pytest.fixture
def approved(provider, settings):
    """Tencent behind Aliyun, and everything approved at both."""
    settings.SMS_PROVIDERS = ["aliyun", "tencent"]
    Template.objects.all().delete()
    approve("aliyun", "tencent")
    return provider


def used() -> Template:
    """The template by which the opening of an incident goes out at Aliyun."""
    return Template.objects.get(refused_at__isnull=False)


def refuse(provider, code: str, name: str = "aliyun") -> None:
    provider.switch("refuse", provider=name, code=code)


@pytest.mark.parametrize("code", ["isv.SMS_TEMPLATE_ILLEGAL", "isv.TEMPLATE_PARAMS_ILLEGAL"])
def test_a_template_that_is_refused_while_sending_rests_and_the_next_provider_sends(approved, code):
    refuse(approved, code)
    broadcast()
    send_due(SMS)
    assert (row().provider, row().state) == ("tencent", "sent")
    assert (used().refused_code, used().state) == (code, "approved")
    alarm = Alarm.objects.get()
    assert (alarm.kind, alarm.figures) == ("template_lost", code)
    assert len(on_the_phone(approved)) == 1


def test_other_templates_of_that_provider_go_on(approved):
    refuse(approved, "isv.SMS_TEMPLATE_ILLEGAL")
    broadcast()
    send_due(SMS)
    approved.control("DELETE", "switches")
    code = Note("code", "zh-hans", "演示支付", "", facts={"code": "123456", "minutes": "10"})
    [outcome] = notes_send(SMS, [(PHONE, code)])
    assert isinstance(outcome, Accepted)
    by = sorted(one["provider"] for one in approved.messages(to=PHONE))
    assert by == ["aliyun", "tencent"]  # the code, and the statement that Aliyun refused


def test_after_ten_minutes_it_is_tried_again_and_one_that_arrives_ends_the_alarm(
    approved, settings
):
    settings.SMS_PROVIDERS = ["aliyun"]
    refuse(approved, "isv.SMS_TEMPLATE_ILLEGAL")
    broadcast()
    send_due(SMS)
    approved.control("DELETE", "switches")
    due_now()
    send_due(SMS)
    assert row().state == "pending"
    assert on_the_phone(approved) == []
    Template.objects.filter(pk=used().pk).update(refused_at=Now() - 2 * RESTS_FOR)
    due_now()
    send_due(SMS)
    assert row().state == "sent"
    assert not Template.objects.exclude(refused_code="").exists()
    assert not Alarm.objects.filter(kind="template_lost", over_at=None).exists()


def test_staff_who_have_repaired_it_have_it_tried_at_once(approved, settings):
    settings.SMS_PROVIDERS = ["aliyun"]
    refuse(approved, "isv.SMS_TEMPLATE_ILLEGAL")
    broadcast()
    send_due(SMS)
    approved.control("DELETE", "switches")
    repaired("aliyun")
    templates_work()
    due_now()
    send_due(SMS)
    assert (row().state, len(on_the_phone(approved))) == ("sent", 1)
    assert not Template.objects.exclude(refused_code="").exists()
    assert not Alarm.objects.filter(kind="template_lost", over_at=None).exists()


def test_a_refused_signature_stops_the_provider_and_the_next_one_sends(approved, settings):
    from notifications.delivery import providers, refusals

    settings.ALIYUN_SMS_SIGN_NAME = "别的签名"
    approved.control("PUT", "config", {"aliyun_sign_names": ["演示支付"]})
    numbers = [f"+8613800139{n:03d}" for n in range(refusals.STOP_AFTER)]
    broadcast(*numbers)
    send_due(SMS)
    assert providers.health_of(cloud("aliyun")) is providers.ProviderHealth.REFUSING
    alarm = Alarm.objects.get(kind="provider_refuses")
    assert (alarm.subject, alarm.figures) == ("aliyun:no_credentials", "isv.SMS_SIGNATURE_ILLEGAL")
    due_now()
    send_due(SMS)
    assert {(one.provider, one.state) for one in Delivery.objects.all()} == {("tencent", "sent")}
    assert not Template.objects.filter(refused_at__isnull=False).exists()


def test_an_odd_message_among_good_ones_does_not_stop_their_template(approved):
    approved.switch("refuse", provider="aliyun", code="isv.TEMPLATE_PARAMS_ILLEGAL", to=PHONE)
    broadcast(PHONE, "+8613800139999")
    send_due(SMS)
    assert not Template.objects.filter(refused_at__isnull=False).exists()


@pytest.mark.parametrize("name", ["aliyun", "tencent"])
def test_a_text_that_now_has_other_variables_is_out_of_use_under_an_alarm(approved, name):
    one = Template.objects.filter(provider=name, moment="opened").first()
    fewer = (
        one.text.replace("{next_update}", "明天").replace("{3}", "明天").replace("$明天", "明天")
    )
    answers_record(
        cloud(name), [one], {one.provider_id: TemplateAnswer(Verdict.APPROVED, text=fewer)}
    )
    one.refresh_from_db()
    assert (one.state, one.text) == ("refused", fewer)
    assert "next_update" in one.reason or "3" in one.reason


def test_a_text_that_only_says_it_otherwise_goes_out_as_the_provider_has_it(approved):
    said = "服务出现异常："
    texts = [
        f"{one.provider_id}={one.text.replace('服务异常通知：', said)}"
        for one in Template.objects.filter(provider="aliyun")
    ]
    approved.control("PUT", "config", {"aliyun_templates": texts})
    ask_now("aliyun")
    templates_work()
    broadcast()
    send_due(SMS)
    assert on_the_phone(approved)[0].startswith(f"【演示支付】{said}")


def test_what_is_deleted_while_statements_wait_goes_out_by_the_next_provider(approved):
    approved.control("PUT", "config", {"aliyun_templates": []})
    broadcast()
    ask_now("aliyun")
    templates_work()
    send_due(SMS)
    assert {one.state for one in Template.objects.filter(provider="aliyun")} == {"missing"}
    assert (row().provider, row().state) == ("tencent", "sent")


def test_an_approval_sends_what_waits_once_whatever_worker_ends(approved, settings):
    settings.SMS_PROVIDERS = ["aliyun"]
    Template.objects.update(state="in_review")
    broadcast()
    send_due(SMS)
    ask_now("aliyun")
    for _ in range(3):
        templates_work()
        send_due(SMS)
    due_now()
    send_due(SMS)
    assert (row().state, len(on_the_phone(approved))) == ("sent", 1)


def test_a_worker_that_ended_before_it_woke_what_waits_delays_it_by_ten_minutes_at_most(
    approved, settings
):
    from notifications.delivery.shares import LOOK_AGAIN

    settings.SMS_PROVIDERS = ["aliyun"]
    Template.objects.update(state="in_review")
    broadcast()
    send_due(SMS)
    Template.objects.update(state="approved")  # and then it was killed
    waiting = Delivery.objects.get()
    assert waiting.due_at - waiting.updated_at <= LOOK_AGAIN
    due_now()
    send_due(SMS)
    assert (row().state, len(on_the_phone(approved))) == ("sent", 1)


def test_a_refused_template_is_asked_about_again_soon(approved):
    from datetime import timedelta

    Template.objects.update(state="refused", checked_at=Now() - timedelta(minutes=11))
    templates_work()
    assert {one.state for one in Template.objects.filter(provider="aliyun")} == {"approved"}


def test_what_has_waited_for_a_template_for_days_is_not_sent_late(approved, settings):
    settings.SMS_PROVIDERS = ["aliyun"]
    Template.objects.update(state="in_review")
    broadcast()
    long_ago = Now() - timedelta(hours=settings.DELIVERY_GIVE_UP_HOURS + 1)
    Delivery.objects.update(created_at=long_ago)
    send_due(SMS)
    assert (row().state, row().reason) == ("failed", "no_template")
    assert deliveries_retry(Delivery.objects.all()) == 1
    send_due(SMS)
    assert row().state == "pending"
