"""Words at hand, edited in the console: listed, written, copied, ordered, deleted, previewed."""

import pytest
from django.test import Client
from django.utils.translation import override

from statuspage.components.models import Component
from statuspage.incidents.models import Template
from statuspage.incidents.moments import moments, placeholders_of
from statuspage.staff.models import AuditEntry
from tests.factories import text
from tests.statuspage.console.browser import form_of, signed_in, words
from tests.statuspage.monitors.factories import make_rule, make_template

LIST = "/console/templates/"
NEW = f"{LIST}new/?use="
CORRECTION = {"title": "更正说明", "body_zh": "公告第{number}号有误。", "step": "save"}


@pytest.fixture
def approver(db: None) -> Client:
    return signed_in("approver")


def prepared(use: str = "correction", **values: object) -> Template:
    given = {"title": "更正说明", "body": text("有误。"), **values}
    return Template.objects.create(use=use, **given)


def test_every_moment_is_listed_even_without_words(approver: Client) -> None:
    page = words(approver.get(LIST))
    with override("en"):
        for use, label in moments():
            assert f'id="{use}"' in page
            assert str(label) in page


def test_words_for_an_opening_are_written_and_then_offered_to_authors(
    approver: Client, component: Component
) -> None:
    form = form_of(approver.get(f"{NEW}incident.opened"), "title")
    sent = {
        **form,
        "title": "到账延迟",
        "name_zh": "{components}到账延迟",
        "body_zh": "{time}起延迟，原因是{?原因}。",
        "short_sms_zh": "{time}起到账延迟。",
        "short_wechat_zh": "到账延迟",
        "impact": "minor",
        "components": component.public_id,
        "step": "save",
    }
    assert approver.post(f"{NEW}incident.opened", sent).status_code == 302
    row = Template.objects.get()
    assert row.short == {"sms": text("{time}起到账延迟。"), "wechat": text("到账延迟")}
    assert [*row.components.all()] == [component]
    author = signed_in()
    assert "到账延迟" in words(author.get("/console/incidents/new/"))
    found = form_of(author.get(f"/console/incidents/compose/?template={row.pk}"))
    assert found[f"component_{component.public_id}"] == row.component_status
    assert found["impact"] == "minor"


def test_an_unknown_placeholder_is_refused_when_saving_and_nothing_typed_is_lost(
    approver: Client,
) -> None:
    sent = {**CORRECTION, "body_zh": "{components}有误。", "title": "我的标题"}
    page = approver.post(f"{NEW}correction", sent)
    assert page.status_code == 400
    assert "Unknown placeholders: {components}" in words(page)
    assert form_of(page, "title")["title"] == "我的标题"
    assert not Template.objects.exists()


def test_a_moment_has_only_the_fields_that_apply_to_it(approver: Client) -> None:
    form = form_of(approver.get(f"{NEW}correction"), "title")
    assert not {"name_zh", "status", "impact", "components", "short_sms_zh"} & set(form)
    form = form_of(approver.get(f"{NEW}incident.resolved"), "title")
    assert "short_sms_zh" in form
    assert not {"name_zh", "status", "impact"} & set(form)


def test_words_are_copied_edited_ordered_and_deleted(approver: Client) -> None:
    first = prepared()
    form = form_of(approver.get(f"{LIST}new/?copy={first.pk}"), "title")
    copied = {**form, "title": "第二份", "step": "save"}
    approver.post(f"{LIST}new/?copy={first.pk}", copied)
    second = Template.objects.get(title="第二份")
    approver.post(f"{LIST}{second.pk}/move/", {"to": "up"})
    assert [one.title for one in Template.objects.all()] == ["第二份", "更正说明"]
    approver.post(f"{LIST}{first.pk}/", {**CORRECTION, "body_zh": "改过。"})
    assert Template.objects.get(pk=first.pk).body == text("改过。")
    assert approver.post(f"{LIST}{first.pk}/delete/").status_code == 302
    assert [one.title for one in Template.objects.all()] == ["第二份"]
    acts = AuditEntry.objects.filter(act__startswith="incidents.template.")
    wanted = {
        "incidents.template.added",
        "incidents.template.changed",
        "incidents.template.deleted",
    }
    assert {one.act for one in acts} == wanted
    changed = acts.filter(before__has_key="body").get(act="incidents.template.changed")
    assert changed.after == {"body": text("改过。")}


def test_moving_the_first_one_up_changes_nothing(approver: Client) -> None:
    one = prepared()
    approver.post(f"{LIST}{one.pk}/move/", {"to": "up"})
    assert not AuditEntry.objects.filter(act__startswith="incidents.template.").exists()


@pytest.mark.parametrize("use", ["incident.opened", "maintenance.in_progress", "notice.delay"])
def test_the_preview_shows_page_sms_wechat_and_mail_in_both_languages(
    approver: Client, use: str
) -> None:
    sent = {
        "title": "x",
        "name_zh": "标题",
        "name_en": "Headline",
        "body_zh": "这是正文。",
        "body_en": "This is the text.",
        "short_sms_zh": "短信说这句。",
        "short_sms_en": "The SMS says this.",
        "short_wechat_zh": "微信说这句",
        "step": "preview",
    }
    page = words(approver.post(f"{NEW}{use}", sent, headers={"HX-Request": "true"}))
    for said in (
        "这是正文。",
        "This is the text.",
        "短信说这句。",
        "The SMS says this.",
        "微信说这句",
    ):
        assert said in page, said
    assert "mail-body" in page
    assert "wechat-card" in page
    assert not Template.objects.exists()


def test_every_moment_has_a_preview_with_every_placeholder_filled_in(
    approver: Client, component: Component, settings: object
) -> None:
    settings.OPERATOR_HOTLINE = "400-000-0000"  # type: ignore[attr-defined]
    for use, _label in moments():
        every = "；".join(f"{{{name}}}" for name in placeholders_of(use))
        sent = {"title": "x", "name_zh": "标题", "body_zh": every, "step": "preview"}
        page = approver.post(f"{NEW}{use}", sent, headers={"HX-Request": "true"})
        assert page.status_code == 200
        assert "；{" not in words(page), use


@pytest.mark.parametrize("role", ["author", "auditor"])
def test_who_may_not_edit_them_reads_them(db: None, role: str) -> None:
    one, browser = prepared(), signed_in(role)
    page = words(browser.get(LIST))
    assert "更正说明" in page
    assert "/delete/" not in page
    assert browser.post(f"{LIST}{one.pk}/", CORRECTION).status_code == 403
    assert browser.post(f"{LIST}{one.pk}/delete/").status_code == 403


def test_words_that_a_rule_publishes_without_confirmation_are_for_administrators(
    approver: Client, component: Component
) -> None:
    row = make_template(component)
    make_rule(template=row, auto_publish=True)
    path = f"{LIST}{row.pk}/"
    form = {**form_of(approver.get(path), "title"), "body_zh": "别的话。", "step": "save"}
    page = approver.post(path, form)
    assert page.status_code == 400
    assert "only administrators may change them" in words(page)
    administrator = signed_in("admin")
    assert administrator.post(path, {**form, "body_zh": "{?原因}。"}).status_code == 400
    assert administrator.post(path, form).status_code == 302
    row.refresh_from_db()
    assert row.body["zh-hans"] == "别的话。"


def test_words_that_a_rule_uses_are_not_deleted(component: Component) -> None:
    row = make_template(component)
    make_rule(template=row)
    page = signed_in("admin").post(f"{LIST}{row.pk}/delete/")
    assert page.status_code == 409
    assert "These signal rules use it" in words(page)
    assert Template.objects.filter(pk=row.pk).exists()


def test_words_for_a_moment_that_there_is_not_are_not_written(approver: Client) -> None:
    assert approver.get(f"{NEW}notice.nonsense").status_code == 404
    assert approver.get(f"{LIST}999/").status_code == 404


def test_a_colleagues_change_is_not_overwritten_unseen(approver: Client) -> None:
    path = f"{LIST}{prepared().pk}/"
    mine = {**form_of(approver.get(path), "body_zh"), **CORRECTION, "body_zh": "我的文字。"}
    theirs = {**mine, "body_zh": "同事的文字。"}
    assert signed_in("approver").post(path, theirs).status_code == 302
    refused = approver.post(path, mine)
    assert refused.status_code == 400
    assert "Somebody else changed this template in the meantime." in words(refused)
    again = form_of(refused, "body_zh")
    assert (again["body_zh"], Template.objects.get().body["zh-hans"]) == (
        "我的文字。",
        "同事的文字。",
    )
    assert approver.post(path, {**again, "step": "save"}).status_code == 302
    assert Template.objects.get().body["zh-hans"] == "我的文字。"
