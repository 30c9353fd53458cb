"""What goes out by approved templates: by whom, what waits for one, and when it goes out."""

import pytest
from django.db.models.functions import Now
from django.utils.translation import override

from notifications.channels import medium
from notifications.channels.outcomes import Accepted
from notifications.delivery.alarm_texts import headline
from notifications.delivery.models import Alarm, Delivery
from notifications.delivery.send import send_batch, send_due
from notifications.delivery.shares import templates_approved
from notifications.delivery.singles import notes_send
from notifications.delivery.template_work import ask_now, templates_work
from notifications.inbox.services import answer_note
from notifications.templates.models import Template
from notifications.templates.services import (
    drafts_make,
    register_queue,
    template_delete,
    template_save,
)
from notifications.templates.states import TemplateState
from notifications.verification.models import SentText
from statuspage.statements.texts import in_language
from tests.factories import make_address, open_incident
from tests.notifications.approved import approve, cloud, simulated
from tests.notifications.delivery.steps import PHONE, SMS, broadcast, on_the_phone, row

pytestmark = pytest.mark.django_db(transaction=True)
PHONES = medium("sms")
ABROAD = "+85251234567"


@pytest.fixture
def unapproved(provider, settings):
    """The clouds in front of nobody, and nothing approved yet."""
    Template.objects.all().delete()
    settings.SMS_PROVIDERS = ["aliyun", "tencent"]
    settings.SMS_COUNTRIES = settings.SMS_COUNTRIES | {"HK"}
    return provider


def sender(clear=PHONE):
    return row(clear).provider


def test_the_first_provider_with_a_template_sends(unapproved):
    approve("aliyun", "tencent")
    broadcast()
    send_due(SMS)
    assert sender() == "aliyun"
    [said] = on_the_phone(unapproved)
    assert said.startswith("【演示支付】服务异常通知：")
    assert SentText.objects.filter(text=said).exists()


def test_what_the_first_has_no_template_for_goes_through_the_next(unapproved):
    approve("tencent")
    broadcast()
    send_due(SMS)
    assert sender() == "tencent"
    assert len(on_the_phone(unapproved)) == 1
    assert not Alarm.objects.filter(over_at=None).exists()


def test_free_text_takes_what_no_template_is_approved_for(unapproved, settings):
    settings.SMS_PROVIDERS = ["aliyun", "tencent", "twilio"]
    broadcast()
    send_due(SMS)
    assert sender() == "twilio"


def test_each_statement_goes_its_own_way(unapproved):
    approve("aliyun", kinds=("resolved",))
    approve("tencent", kinds=("opened",))
    broadcast()
    send_batch(PHONES)
    assert [(one.provider, one.state) for one in Delivery.objects.all()] == [("tencent", "sent")]


def test_what_nobody_has_a_template_for_waits_under_an_alarm(unapproved):
    broadcast()
    for _ in range(3):
        send_due(SMS)
    waiting = row()
    assert (waiting.state, waiting.reason, waiting.attempts) == ("pending", "no_template", 0)
    assert Delivery.objects.filter(due_at__gt=Now()).count() == 1
    alarm = Alarm.objects.get()
    assert (alarm.kind, alarm.subject) == ("no_template", "aliyun:incident.opened")
    assert unapproved.messages() == []


def test_once_a_template_is_approved_it_is_sent_and_the_alarm_over(unapproved):
    broadcast()
    send_due(SMS)
    approve("tencent")
    assert templates_approved() == 1
    assert Alarm.objects.get().over_at
    send_due(SMS)
    assert (sender(), row().state, row().reason) == ("tencent", "sent", "")
    assert len(on_the_phone(unapproved)) == 1


def test_a_template_for_home_does_not_carry_what_goes_abroad(unapproved):
    approve("aliyun")
    Template.objects.filter(abroad=True).delete()
    approve("tencent")
    make_address(PHONE, language="en")
    make_address(ABROAD, language="en")
    broadcast_all()
    send_due(SMS)
    senders = {one.address.country: one.provider for one in Delivery.objects.all()}
    assert senders == {"86": "aliyun", "852": "tencent"}
    [abroad] = on_the_phone(unapproved, ABROAD)
    assert "【" not in abroad


def broadcast_all():
    from notifications.delivery.broadcasts import expand

    expand(open_incident().number)


def test_a_provider_that_is_down_keeps_what_only_it_can_send(unapproved):
    from notifications.channels.outcomes import NotSent, Reason
    from notifications.delivery import providers

    approve("aliyun")
    refused = NotSent(Reason.CONNECTION)
    providers.note(cloud("aliyun"), [*enumerate([refused] * providers.TROUBLE)])
    broadcast()
    send_due(SMS)
    assert (row().state, row().reason) == ("pending", "")
    assert {one.kind for one in Alarm.objects.all()} == {"provider_down"}


@pytest.mark.parametrize("name", ["aliyun", "tencent"])
def test_a_suggested_template_is_registered_reviewed_and_sent(unapproved, settings, name):
    settings.SMS_PROVIDERS = [name]
    unapproved.control("PUT", "config", {f"{name}_templates": []})
    made = drafts_make(cloud(name), languages=["zh-hans"])
    opened = [one for one in made if one.moment == "opened" and not one.abroad]
    assert drafts_make(cloud(name), languages=["zh-hans"]) == []
    assert register_queue(name, opened) == len(opened) == 2
    for _ in opened:
        templates_work()
    registered = list(Template.objects.filter(pk__in=[one.pk for one in opened]))
    assert {one.state for one in registered} == {TemplateState.IN_REVIEW}
    broadcast()
    send_due(SMS)
    assert row().state == "pending"
    for one in registered:
        review = {"provider": name, "id": one.provider_id, "state": "approved"}
        unapproved.control("PUT", "templates", review)
    ask_now(name)
    templates_work()
    send_due(SMS)
    assert (row().provider, row().state) == (name, "sent")


@pytest.mark.parametrize("name", ["aliyun", "tencent"])
def test_a_template_that_is_refused_or_missing_raises_an_alarm(unapproved, name):
    [first, *_] = drafts_make(cloud(name), languages=["zh-hans"])
    register_queue(name, [first])
    templates_work()
    first.refresh_from_db()
    review = {"provider": name, "id": first.provider_id, "state": "refused", "reason": "变量过多"}
    unapproved.control("PUT", "templates", review)
    ask_now(name)
    templates_work()
    first.refresh_from_db()
    assert (first.state, first.reason) == (TemplateState.REFUSED, "变量过多")
    assert Alarm.objects.get().subject == f"{name}:{first.provider_id}"
    unapproved.control("PUT", "templates", {**review, "state": "approved"})
    ask_now(name)
    templates_work()
    assert Alarm.objects.get().over_at
    unapproved.control("PUT", "templates", {**review, "state": "deleted"})
    ask_now(name)
    templates_work()
    first.refresh_from_db()
    assert first.state == TemplateState.MISSING


def test_a_provider_that_does_not_answer_changes_no_state(unapproved, settings):
    approve("tencent")
    settings.TENCENT_SMS_SECRET_KEY = "wrong"
    ask_now("tencent")
    templates_work()
    assert set(Template.objects.values_list("state", flat=True)) == {TemplateState.APPROVED}


def test_nothing_is_asked_for_free_text(provider, settings, django_assert_num_queries):
    from notifications.delivery.shares import shares_of
    from tests.notifications.approved import find_provider

    twilio = find_provider("twilio")
    with django_assert_num_queries(0):
        [share] = shares_of(PHONES, "", [twilio, cloud("aliyun")])
    assert (share.provider, share.keys) == (twilio, ())


@pytest.mark.parametrize("name", ["aliyun", "tencent"])
def test_a_lost_template_that_is_replaced_or_taken_out_ends_its_alarm(unapproved, name):
    lost = drafts_make(cloud(name), languages=["zh-hans"])[:2]
    register_queue(name, lost)
    for _ in lost:
        templates_work()
    for one in lost:
        one.refresh_from_db()
        review = {"provider": name, "id": one.provider_id, "state": "refused", "reason": "变量过多"}
        unapproved.control("PUT", "templates", review)
    ask_now(name)
    templates_work()
    assert Alarm.objects.filter(kind="template_lost", over_at=None).count() == 2
    first, other = lost
    first.refresh_from_db()
    # As an alarm about one advises: another text, registered anew, has another id.
    values = {"text": first.text.replace("通知", "提示"), "provider_id": ""}
    template_save(cloud(name), first, values, by=None)
    template_delete(other, by=None)
    templates_work()
    assert not Alarm.objects.filter(kind="template_lost", over_at=None).exists()


def test_an_account_without_any_of_the_templates_is_one_alarm(unapproved):
    approve("aliyun")
    templates_work()
    unapproved.control("PUT", "config", {"aliyun_templates": []})
    ask_now("aliyun")
    templates_work()
    count = Template.objects.filter(provider="aliyun", state="missing").count()
    assert count > 50
    alarm = Alarm.objects.get()
    assert (alarm.kind, alarm.subject, alarm.figures) == (
        "template_lost",
        "aliyun",
        f"{count}/{count}",
    )
    with override("en"):
        assert headline(alarm).endswith(f"(Alibaba Cloud · {count} of {count} templates)")
    unapproved.control("PUT", "config", simulated())
    ask_now("aliyun")
    templates_work()
    assert not Alarm.objects.filter(over_at=None).exists()


@pytest.mark.parametrize("name", ["aliyun", "tencent"])
def test_drafts_for_numbers_abroad_come_with_their_countries(unapproved, settings, name):
    settings.SMS_COUNTRIES = frozenset({"CN"})
    assert not [one for one in drafts_make(cloud(name)) if one.abroad]
    settings.SMS_COUNTRIES = frozenset({"CN", "HK"})
    made = drafts_make(cloud(name))
    assert {one.abroad for one in made} == {True}
    assert {one.language for one in made} == {"zh-hans", "en"}


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("name", ["aliyun", "tencent"])
def test_a_number_abroad_reads_who_writes_in_its_language(unapproved, settings, name, language):
    settings.SMS_PROVIDERS = [name]
    approve(name)
    make_address(ABROAD, language=language)
    broadcast()
    send_due(SMS)
    [said] = on_the_phone(unapproved, ABROAD)
    operator = in_language(settings.OPERATOR_NAME, language)
    begins = {"zh-hans": "\uff1a服务异常通知", "en": ": Service incident"}
    assert said.startswith(f"{operator}{begins[language]}")


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("name", ["aliyun", "tencent"])
@pytest.mark.parametrize("hotline", ["", "400-000-0000", "call the front desk"])
def test_the_answer_to_a_reply_has_a_template(unapproved, settings, name, language, hotline):
    settings.SMS_PROVIDERS, settings.OPERATOR_HOTLINE = [name], hotline
    approve(name)
    note = answer_note(make_address(PHONE, language=language))
    [outcome] = notes_send(SMS, [(PHONE, note)])
    assert isinstance(outcome, Accepted)
    [said] = on_the_phone(unapproved)
    assert "TD" in said
