"""Shorter words for a channel are part of what was said: sent there, in the log, recognised."""

import pytest

from notifications.channels import medium
from notifications.delivery.render import bulletin_of
from notifications.verification.services import MessageVerdict, look_at
from statuspage.components.models import Component
from statuspage.incidents.models import Incident, Maintenance
from statuspage.notices.services import notice_publish
from statuspage.statements.models import Statement
from statuspage.statements.services import statement_correct, statement_withdraw
from tests.factories import make_component, make_staff, open_incident, text
from tests.notifications.approved import composed
from tests.statuspage.api import samples
from tests.statuspage.api.client import caller, error_of
from tests.statuspage.console.browser import publish, signed_in, words

SHORT = {
    "sms": text("部分到账延迟，资金安全，请勿重复交易。", "Some payouts are late. Funds are safe."),
    "wechat": text("部分到账延迟，资金安全"),
}
TYPED = {
    "name_zh": "到账延迟",
    "body_zh": "今日部分商户的款项未按时到账，我们正在处理。",
    "short_sms_zh": SHORT["sms"]["zh-hans"],
    "short_wechat_zh": SHORT["wechat"]["zh-hans"],
}


def sent(statement: Statement, name: str, language: str = "zh-hans") -> str:
    return composed(medium(name).leading(), bulletin_of(statement.document, language)).text


def test_sms_and_wechat_say_the_shorter_words_and_every_other_channel_the_body(db: None):
    statement = open_incident(body=text("详细说明。", "At length."), short=SHORT)
    assert statement.content["short"] == SHORT
    assert SHORT["sms"]["zh-hans"] in sent(statement, "sms")
    assert "Some payouts are late. Funds" in sent(statement, "sms", "en")
    assert "部分到账延迟，资金安全" in sent(statement, "wechat")
    for name in ("email", "robot"):
        assert "详细说明" in sent(statement, name)
        assert "请勿重复交易" not in sent(statement, name)


def test_the_verification_page_recognises_the_message_that_was_shortened(db: None):
    statement = open_incident(body=text("详细说明。"), short=SHORT)
    assert look_at(sent(statement, "sms")).verdict is MessageVerdict.GENUINE
    assert look_at(sent(statement, "wechat")).verdict is not MessageVerdict.GENUINE  # has no code


def test_a_correction_or_withdrawal_says_its_own_words_not_the_shorter_ones_of_the_original(
    db: None,
):
    statement = open_incident(body=text("详细说明。"), short=SHORT)
    staff = make_staff()
    corrected = statement_correct(statement=statement, body=text("更正后的说明。"), author=staff)
    withdrawn = statement_withdraw(statement=statement, body=text("有误。"), author=staff)
    for answer in (corrected, withdrawn):
        assert "请勿重复交易" not in sent(answer, "sms")
        assert "short" not in answer.content


@pytest.fixture
def component(db: None) -> Component:
    return make_component()


def test_the_console_publishes_shorter_words_and_shows_them(component):
    browser = signed_in()
    affected = {f"component_{component.public_id}": "partial_outage"}
    publish(browser, "/console/incidents/compose/", **TYPED, **affected)
    statement = Statement.objects.get()
    assert statement.content["short"]["wechat"] == {"zh-hans": TYPED["short_wechat_zh"]}
    page = words(browser.get(f"/console/incidents/{statement.subject_id}/"))
    assert TYPED["short_sms_zh"] in page


@pytest.mark.parametrize("what", ["incidents", "maintenances", "notices"])
def test_the_api_takes_shorter_words(component, what: str):
    body = {
        "incidents": samples.incident(component),
        "maintenances": samples.maintenance(component),
        "notices": samples.notice(),
    }[what]
    answer = caller().post(f"{what}/", {**body, "short": SHORT})
    assert answer.status_code == 201, answer.content
    assert Statement.objects.get().content["short"] == SHORT


@pytest.mark.parametrize("what", ["incidents", "maintenances"])
def test_the_api_takes_shorter_words_for_an_update(component, what: str):
    api = caller()
    made = {"incidents": samples.incident, "maintenances": samples.maintenance}[what](component)
    created = api.post(f"{what}/", made).json()
    status = {"incidents": "monitoring", "maintenances": "in_progress"}[what]
    update = {"status": status, "body": text("进展。"), "short": SHORT}
    assert api.post(f"{what}/{created['id']}/updates/", update).status_code == 201
    assert Statement.objects.get(number=2).content["short"] == SHORT


@pytest.mark.parametrize("act", ["cancellations", "reschedulings"])
def test_the_api_takes_shorter_words_where_a_maintenance_is_planned_anew(component, act: str):
    api = caller()
    created = api.post("maintenances/", samples.maintenance(component)).json()
    body = {"body": text("改期。"), "short": SHORT}
    if act == "reschedulings":
        body["scheduled_until"] = samples.in_hours(30)
    answer = api.post(f"maintenances/{created['id']}/{act}/", body)
    assert answer.status_code == 201, answer.content
    assert Statement.objects.get(number=2).content["short"] == SHORT


@pytest.mark.parametrize("field", ["name", "body", "short"])
def test_the_api_refuses_a_placeholder_that_was_left(component, field: str):
    left = text("{原因}导致延迟")
    body = samples.incident(component, **{field: {"sms": left} if field == "short" else left})
    answer = caller().post("incidents/", body)
    assert answer.status_code == 400
    assert "{原因}" in error_of(answer)["message"] + str(error_of(answer)["fields"])
    assert not Incident.objects.exists()


def test_the_api_refuses_a_placeholder_in_notices_maintenances_and_answers(component):
    api, left = caller("approver"), text("{原因}")
    made = samples.maintenance(component, body=left)
    assert api.post("maintenances/", made).status_code == 400
    assert api.post("notices/", samples.notice(body=left)).status_code == 400
    statement = open_incident(component)
    for act in ("corrections", "withdrawals"):
        path = f"statements/{statement.number}/{act}/"
        assert api.post(path, {"body": left}).status_code == 400
    assert not Maintenance.objects.exists()
    assert Statement.objects.count() == 1


def test_a_notice_says_the_authors_shorter_words_before_those_that_its_kind_makes(db: None):
    statement = notice_publish(
        author=make_staff(),
        kind="delay",
        title=text("到账延迟"),
        body=text("详细说明。"),
        payload={"transactions_from": "2025-02-21T00:00:00+08:00"},
        short={"sms": text("款项稍后到账。")},
    )
    assert "款项稍后到账。" in sent(statement, "sms")
    assert statement.content["brief"]


def test_shorter_words_may_be_left_out_everywhere(component):
    typed = {"name_zh": "到账延迟", "body_zh": "说明。"}
    affected = {f"component_{component.public_id}": "partial_outage"}
    publish(signed_in(), "/console/incidents/compose/", **typed, **affected)
    assert "short" not in Statement.objects.get().content
