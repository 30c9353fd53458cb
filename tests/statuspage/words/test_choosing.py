"""Choose prepared words in every composer: filled in without a script, nothing typed lost."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from statuspage.components.models import Component
from statuspage.incidents.models import Maintenance, Template
from statuspage.incidents.services.maintenances import maintenance_schedule
from statuspage.statements.models import Statement
from tests.factories import incident_of, make_staff, open_incident, text
from tests.statuspage.console.browser import form_of, press, publish, words

COMPOSE = "/console/incidents/compose/"


def prepared(use: str, body: str, **values: object) -> Template:
    return Template.objects.create(use=use, title=f"备好的话 {use}", body=text(body), **values)


def test_words_for_each_update_are_offered_and_fill_in_what_is_known(
    author: Client, component: Component
) -> None:
    incident = incident_of(open_incident(component, name=text("到账延迟")))
    path = f"/console/incidents/{incident.public_id}/update/"
    for use, status in (
        ("incident.identified", "identified"),
        ("incident.monitoring", "monitoring"),
        ("incident.resolved", "resolved"),
    ):
        row = prepared(use, "“{name}”：{components}受影响，{started}起。")
        form = form_of(author.get(f"{path}?template={row.pk}"))
        assert form["status"] == status
        assert form["body_zh"].startswith(f"“到账延迟”：{component.name['zh-hans']}受影响，")
        assert "{" not in form["body_zh"]


def test_the_promise_typed_beside_the_words_is_what_they_say(
    author: Client, component: Component
) -> None:
    incident = incident_of(open_incident(component))
    row = prepared("incident.identified", "正在处理，{next_update}前再次更新。")
    path = f"/console/incidents/{incident.public_id}/update/?template={row.pk}"
    tomorrow = timezone.localtime() + timedelta(days=1)
    publish(author, path, next_update_by=f"{tomorrow:%Y-%m-%dT09:30}")
    said = Statement.objects.get(number=2).content["body"]["zh-hans"]
    assert said == f"正在处理，{tomorrow.month}月{tomorrow.day}日 09:30前再次更新。"


def test_words_for_a_kind_of_notice_say_what_its_fields_say(author: Client, db: None) -> None:
    row = prepared("notice.delay", "款项不晚于{arrives_by}到账。", name=text("到账延迟"))
    path = f"/console/notices/compose/delay/?template={row.pk}"
    begun = timezone.localtime() - timedelta(hours=2)
    given = {"payload_transactions_from": f"{begun:%Y-%m-%dT%H:%M}"}
    refused = press(author, path, "confirm", **given)
    assert "Fill in or delete these placeholders: {arrives_by}" in words(refused)
    day = begun.date() + timedelta(days=3)
    publish(author, path, **given, payload_arrives_by=day.isoformat())
    said = Statement.objects.get().content["body"]["zh-hans"]
    assert said == f"款项不晚于{day.month}月{day.day}日到账。" or str(day.year) in said


@pytest.mark.parametrize("act", ["correct", "withdraw"])
def test_words_for_corrections_and_withdrawals_name_the_statement(
    author: Client, component: Component, act: str
) -> None:
    statement = open_incident(component, name=text("到账延迟"))
    use = {"correct": "correction", "withdraw": "withdrawal"}[act]
    row = prepared(use, "公告第{number}号“{name}”有误。")
    form = form_of(author.get(f"/console/statements/1/{act}/?template={row.pk}"))
    assert form["body_zh"] == f"公告第{statement.number}号“到账延迟”有误。"


def test_words_for_a_maintenance_say_its_times(author: Client, component: Component) -> None:
    now = timezone.now()
    maintenance_schedule(
        name=text("升级"),
        body=text("升级。"),
        components=[component.public_id],
        scheduled_for=now + timedelta(days=20),
        scheduled_until=now + timedelta(days=20, hours=2),
        author=make_staff(),
    )
    row = prepared("maintenance.in_progress", "“{name}”已开始，{ends}结束。")
    found = Maintenance.objects.get()
    form = form_of(author.get(f"/console/maintenances/{found.public_id}/?template={row.pk}"))
    assert form["status"] == "in_progress"
    assert form["body_zh"].startswith("“升级”已开始，")
    assert "{" not in form["body_zh"]


def test_words_for_a_cancellation_and_a_rescheduling_are_offered_there(
    author: Client, component: Component
) -> None:
    now = timezone.now()
    maintenance_schedule(
        name=text("升级"),
        body=text("升级。"),
        components=[component.public_id],
        scheduled_for=now + timedelta(days=20),
        scheduled_until=now + timedelta(days=20, hours=2),
        author=make_staff(),
    )
    page = f"/console/maintenances/{Maintenance.objects.get().public_id}"
    row = prepared("maintenance.cancelled", "“{name}”取消。")
    assert form_of(author.get(f"{page}/cancel/?template={row.pk}"))["body_zh"] == "“升级”取消。"
    row = prepared("maintenance.rescheduled", "“{name}”改为{starts}开始。")
    later = timezone.localtime(now) + timedelta(days=25)
    path = f"{page}/reschedule/?template={row.pk}"
    times = {
        "scheduled_for": f"{later:%Y-%m-%dT01:30}",
        "scheduled_until": f"{later:%Y-%m-%dT03:30}",
    }
    publish(author, path, **times)
    said = Statement.objects.get(number=2).content["body"]["zh-hans"]
    assert f"{later.month}月{later.day}日 01:30" in said


def test_chosen_in_the_form_they_fill_what_is_empty_and_say_what_was_kept(
    author: Client, component: Component
) -> None:
    given = {"name": text("备好的标题"), "impact": "minor", "status": "identified"}
    row = prepared("incident.opened", "备好的正文。", **given)
    page = press(author, COMPOSE, "template", template=str(row.pk), name_zh="我写的标题")
    form = form_of(page)
    assert form["name_zh"] == "我写的标题"
    assert form["body_zh"] == "备好的正文。"
    assert form["impact"] == "minor"
    assert form["status"] == "identified"
    assert "What you entered was kept: Headline." in words(page)
    replaced = author.post(COMPOSE, {**form, "template": str(row.pk), "step": "template_over"})
    assert form_of(replaced)["name_zh"] == "备好的标题"
    assert not Statement.objects.exists()


def test_shorter_words_of_a_template_are_carried_by_the_draft(author: Client, db: None) -> None:
    row = prepared(
        "incident.opened",
        "很长的正文。",
        name=text("到账延迟"),
        short={"sms": text("{time}起到账延迟。"), "wechat": text("到账延迟")},
    )
    publish(author, f"{COMPOSE}?template={row.pk}")
    short = Statement.objects.get().content["short"]
    assert short["wechat"] == text("到账延迟")
    assert short["sms"]["zh-hans"].endswith("起到账延迟。")
    assert "{" not in short["sms"]["zh-hans"]


@pytest.mark.parametrize("wanted", ["99999", "x", "correction"])
def test_words_for_another_moment_are_not_offered(
    author: Client, component: Component, wanted: str
) -> None:
    row = prepared("correction", "更正。")
    chosen = str(row.pk) if wanted == "correction" else wanted
    assert author.get(f"{COMPOSE}?template={chosen}").status_code == 404
    assert press(author, COMPOSE, "template", template=chosen).status_code == 404


def test_shorter_words_of_a_template_go_when_only_the_text_was_changed(
    author: Client, component: Component
) -> None:
    """The SMS would say what the author has just struck out."""
    short = {"sms": text("扫码失败，排查中。")}
    row = prepared("incident.opened", "扫码支付失败。", name=text("扫码失败"), short=short)
    path = f"{COMPOSE}?template={row.pk}"
    form = {**form_of(author.get(path)), f"component_{component.public_id}": "major_outage"}
    assert form["short_sms_zh"] == "扫码失败，排查中。"
    changed = {**form, "body_zh": "刷卡支付失败。"}
    page = words(press(author, path, "preview", **changed))
    assert "because you changed the text" in page
    publish(author, path, **changed)
    assert "short" not in Statement.objects.get(number=1).content
    both = {
        **changed,
        **form_of(author.get(path)),
        "body_zh": "刷卡失败。",
        "short_sms_zh": "刷卡。",
    }
    both[f"component_{component.public_id}"] = "major_outage"
    publish(author, path, **both)
    assert Statement.objects.get(number=2).content["short"]["sms"]["zh-hans"] == "刷卡。"
