"""Send a test to myself: any draft, any channel, to nobody else, marked, counted, no delivery."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from notifications.channels import medium, providers
from notifications.channels.base import Provider
from notifications.channels.outcomes import Accepted
from notifications.delivery import trials
from notifications.delivery.models import Delivery, Spending
from notifications.delivery.render import trial_bulletin_of
from notifications.delivery.trials import recent_trials, trial_ask, trials_send
from notifications.subscribers.contacts import contact_on
from notifications.subscribers.models import Address, StaffContact, TrialMessage
from notifications.subscribers.services import codes
from notifications.subscribers.services.inbound import wechat_bind
from notifications.subscribers.services.staff_contacts import (
    contact_keep,
    contact_paste,
    writing_code,
)
from notifications.verification.services import MessageVerdict, look_at
from statuspage.postmortems.models import Postmortem
from statuspage.staff.models import AuditEntry, Staff
from statuspage.statements.models import Statement
from tests.factories import make_staff, open_incident, text
from tests.notifications.approved import composed
from tests.statuspage.console.browser import browser_of, form_of, press, words

COMPOSE = "/console/incidents/compose/"
CONTACTS = "/console/account/contacts/"
PHONE = "+8613800138000"
TYPED = {"name_zh": "到账延迟", "name_en": "Late payouts", "body_zh": "资金安全。", "step": "test"}


@pytest.fixture(autouse=True)
def every_channel_is_set_up(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.SMS_PROVIDERS, settings.WECHAT_TEMPLATE_ID = ["twilio"], "test"
    monkeypatch.setattr(Provider, "configured", lambda self: True)


@pytest.fixture
def me(db: None) -> Staff:
    staff = make_staff()
    contact_keep(staff=staff, contact=contact_on("sms", PHONE))
    return staff


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Return the messages that a channel is given; the simulator has its own test."""
    found: list[Any] = []

    async def send(self: Any, batch: Any) -> Any:
        for one in batch:
            found.append(one)
            yield one, Accepted("x")

    for one in providers():
        monkeypatch.setattr(type(one), "send", send)
    return found


def document() -> dict[str, Any]:
    return dict(open_incident(name=text("到账延迟", "Late payouts")).document)


@pytest.mark.parametrize("name", ["sms", "email", "robot", "wechat"])
def test_every_channel_marks_a_test_before_what_it_says(db: None, name: str) -> None:
    for language, marks in (("zh-hans", ("【测试】", "[测试]")), ("en", ("[Test]", "[Test]"))):
        content = composed(medium(name).leading(), trial_bulletin_of(document(), language))
        first = content.subject or content.text
        assert any(mark in first for mark in marks)
        mark = next(mark for mark in marks if mark in first)
        said = "到账延迟" if language == "zh-hans" else "late"
        assert first.index(mark) < first.casefold().index(said)


def test_a_test_has_no_code_and_the_verification_page_does_not_take_it_for_ours(db: None) -> None:
    content = medium("sms").leading().compose(trial_bulletin_of(document(), "zh-hans"))
    assert look_at(content.text).verdict is MessageVerdict.UNKNOWN


def test_a_draft_is_sent_to_its_author_by_a_worker_and_to_nobody_else(
    me: Staff, sent: list[Any]
) -> None:
    other = make_staff()
    contact_keep(staff=other, contact=contact_on("sms", "+8613800138999"))
    browser = browser_of(me)
    where = {"test_channel": "sms", "test_language": "zh-hans"}
    page = press(browser, COMPOSE, **{**TYPED, **where})
    assert "A test is being sent to" in words(page)
    assert form_of(page)["body_zh"] == "资金安全。"
    assert not sent  # never within the request
    assert trials_send() == 1
    assert trials_send() == 0  # and never twice
    assert [one.address for one in sent] == [PHONE]
    assert sent[0].content.text.startswith("【演示支付】[测试]到账延迟")
    assert not Statement.objects.exists()
    assert not Delivery.objects.exists()
    assert not Address.objects.exists()
    assert AuditEntry.objects.filter(act="test.sent", staff=me).count() == 1
    assert "Sent" in words(browser.get("/console/account/tests/"))


def test_a_postmortem_is_tried_before_it_is_saved(me: Staff, sent: list[Any]) -> None:
    said = open_incident(name=text("到账延迟", "Late payouts"))
    browser, path = browser_of(me), f"/console/incidents/{said.subject_id}/postmortem/"
    given = {**form_of(browser.get(path), "summary_zh"), "summary_zh": "一批文件未送达。"}
    where = {"test_channel": "sms", "test_language": "zh-hans", "step": "test"}
    page = browser.post(path, {**given, **where})
    assert "A test is being sent to" in words(page)
    assert form_of(page, "summary_zh")["summary_zh"] == "一批文件未送达。"
    trials_send()
    assert "一批文件未送达。" in sent[0].content.text
    assert not Postmortem.objects.exists()


def test_its_cost_counts_against_the_months_budget(me: Staff, sent: list[Any]) -> None:
    trial_ask(staff=me, channel="sms", language="zh-hans", document=document())
    trials_send()
    assert Spending.objects.get().segments >= 1


def test_no_test_is_sent_once_the_budget_is_used_up(
    me: Staff, sent: list[Any], settings: Any
) -> None:
    settings.SMS_MONTHLY_CAP = 0
    trial_ask(staff=me, channel="sms", language="zh-hans", document=document())
    trials_send()
    assert not sent
    assert recent_trials(me)[0].outcome == "failed"


def test_who_has_no_address_on_a_channel_is_told_how_to_add_one(me: Staff) -> None:
    browser = browser_of(me)
    where = {"test_channel": "email", "test_language": "en"}
    page = words(press(browser, COMPOSE, **{**TYPED, **where}))
    assert "Add your own address on this channel first." in page
    assert CONTACTS in page
    assert not TrialMessage.objects.exists()


def test_tests_are_limited_by_the_hour(me: Staff, settings: Any) -> None:
    settings.TESTS_PER_HOUR = 2
    asked = {"channel": "sms", "language": "en", "document": document()}
    for _time in range(2):
        trial_ask(staff=me, **asked)
    with pytest.raises(ValidationError):
        trial_ask(staff=me, **asked)
    assert TrialMessage.objects.count() == 2


@pytest.mark.parametrize(("wanted", "language"), [("fax", "en"), ("sms", "fr")])
def test_what_there_is_not_is_refused(me: Staff, wanted: str, language: str) -> None:
    with pytest.raises(ValidationError):
        trial_ask(staff=me, channel=wanted, language=language, document=document())


def test_words_at_hand_are_sent_as_a_test_too(sent: list[Any], db: None) -> None:
    me = make_staff("approver")
    contact_keep(staff=me, contact=contact_on("sms", PHONE))
    path = "/console/templates/new/?use=incident.opened"
    given = {"title": "x", **TYPED, "test_channel": "sms", "test_language": "zh-hans"}
    assert browser_of(me).post(path, given).status_code == 200
    trials_send()
    assert "[测试]到账延迟" in sent[0].content.text


def test_a_phone_is_ones_own_once_its_code_is_entered(
    db: None, monkeypatch: pytest.MonkeyPatch, sent: list[Any]
) -> None:
    monkeypatch.setattr(codes, "new_code", lambda: "123456")
    me = make_staff()
    browser = browser_of(me)
    browser.post(CONTACTS, {"act": "add", "channel": "sms", "address": "13800138000"})
    assert not StaffContact.objects.exists()
    codes.codes_send()
    assert "123456" in sent[0].content.text
    assert browser.post(CONTACTS, {"act": "confirm", "code": "000000"}).status_code == 400
    assert Client().post(CONTACTS, {"act": "confirm", "code": "123456"}).status_code == 302
    stranger = browser_of(make_staff())
    assert stranger.post(CONTACTS, {"act": "confirm", "code": "123456"}).status_code == 400
    browser.post(CONTACTS, {"act": "confirm", "code": "123456"})
    assert StaffContact.objects.get().staff == me
    assert "138****8000" in words(browser.get(CONTACTS))
    assert not Address.objects.exists()
    browser.post(CONTACTS, {"act": "remove", "channel": "sms"})
    assert not StaffContact.objects.exists()


def test_a_wechat_account_is_ones_own_once_it_sent_the_code(db: None) -> None:
    me = make_staff()
    openid = "o" * 28
    assert wechat_bind(openid=openid, text=f"绑定 {writing_code(me)}") is None
    assert StaffContact.objects.get().staff == me
    assert not Address.objects.exists()


@pytest.mark.parametrize(("role", "kept"), [("author", 0), ("approver", 1)])
def test_a_robot_is_added_by_those_who_add_them_for_subscribers(
    db: None, role: str, kept: int
) -> None:
    given = {"act": "add", "channel": "robot", "address": "693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa"}
    browser_of(make_staff(role)).post(CONTACTS, given)
    assert StaffContact.objects.count() == kept


@pytest.mark.parametrize(
    ("channel", "typed"),
    [
        ("robot", "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=a"),
        ("webhook", "ftp://x.example"),
        ("sms", "138001380"),
    ],
)
def test_a_refused_address_is_not_typed_again(db: None, channel: str, typed: str) -> None:
    given = {"act": "add", "channel": channel, "address": typed}
    answer = browser_of(make_staff("approver")).post(CONTACTS, given)
    assert answer.status_code == 400
    assert f'id="address-{channel}" value="{typed}"' in words(answer)


def test_a_phone_is_never_pasted_without_its_code(me: Staff) -> None:
    with pytest.raises(ValidationError):
        contact_paste(staff=me, channel="sms", raw=PHONE, client_ip="")


def test_tests_are_forgotten_after_a_day(me: Staff) -> None:
    row = trial_ask(staff=me, channel="sms", language="en", document=document())
    TrialMessage.objects.filter(pk=row.pk).update(asked_at=row.asked_at - trials.KEPT_FOR * 2)
    assert trials_send() == 0
    assert not TrialMessage.objects.exists()
