"""The registry of templates in the console: what staff see, enter, ask for and register."""

import pytest
from django.test import Client
from django.utils.translation import override

from notifications.channels import provider as find_provider
from notifications.channels.templated import TemplateAnswer, TemplatedProvider, Verdict
from notifications.templates.models import Template
from notifications.templates.services import (
    answers_record,
    default_note,
    drafts_make,
    register_refused,
    registered,
    template_save,
)
from statuspage.console.act_labels import act_label
from statuspage.staff.models import AuditEntry, Staff
from tests.factories import make_staff
from tests.notifications.approved import approve
from tests.statuspage.console.browser import browser_of

pytestmark = pytest.mark.django_db

PAGE = "/console/message-templates/"
ENTRY = "provider_templates.template."
GIVEN = {
    "provider": "tencent",
    "kind": "notice.delay",
    "language": "zh-hans",
    "provider_id": "1110",
    "text": "到账延迟通知：{1}起的交易到账延迟。公告{2}号，验真码{3}。",
    "fields_said": "1=from\n2=number\n3=code",
}


def provider(name: str) -> TemplatedProvider:
    found = find_provider(name)
    assert isinstance(found, TemplatedProvider)
    return found


@pytest.fixture
def approver() -> Client:
    return browser_of(make_staff("approver"))


def test_every_template_is_listed_with_its_state_and_reason(approver: Client) -> None:
    approve("aliyun", kinds=("opened",))
    Template.objects.filter(language="zh-hans").update(state="refused", reason="变量过多")
    page = approver.get(PAGE).content.decode()
    assert "变量过多" in page
    assert "badge-template_refused" in page
    assert "badge-template_approved" in page


def test_suggested_drafts_are_added_once_and_registered_one_by_one(approver: Client) -> None:
    for _ in range(2):
        approver.post(PAGE, {"provider": "aliyun", "act": "draft"})
    drafts = Template.objects.filter(provider="aliyun", state="draft")
    count = drafts.count()
    assert count > 50
    approver.post(PAGE, {"provider": "aliyun", "act": "register"})
    assert drafts.filter(register_at__isnull=False).count() == count


def test_a_template_that_was_approved_before_is_entered_by_hand(approver: Client) -> None:
    assert approver.post(f"{PAGE}new/", GIVEN).status_code == 302
    one = Template.objects.get()
    assert one.fields == {"1": "from", "2": "number", "3": "code"}
    assert (one.state, one.checked_at) == ("in_review", None)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("fields_said", "1=from\n2=number"),
        ("fields_said", "1=from\n2=number\n3=body"),
        ("fields_said", "1=from\n2=number\n3=code\n4=code"),
        ("fields_said", "from"),
        ("text", "{1}{2}{3}"),
        ("text", "【演示】到账延迟通知：{1}，公告{2}号，验真码{3}。"),
        ("text", ""),
    ],
)
def test_what_a_cloud_would_refuse_is_not_saved(approver: Client, name: str, value: str) -> None:
    assert approver.post(f"{PAGE}new/", {**GIVEN, name: value}).status_code == 400
    assert not Template.objects.exists()


def test_the_same_id_is_not_entered_twice(approver: Client) -> None:
    approver.post(f"{PAGE}new/", GIVEN)
    assert approver.post(f"{PAGE}new/", GIVEN).status_code == 400
    assert Template.objects.count() == 1


def test_a_change_of_the_text_is_approved_anew(approver: Client) -> None:
    approver.post(f"{PAGE}new/", GIVEN)
    one = Template.objects.get()
    Template.objects.update(state="approved")
    address = f"{PAGE}{one.pk}/"
    approver.post(address, {**GIVEN, "kind": "notice.general"})
    assert Template.objects.get().state == "approved"
    approver.post(address, {**GIVEN, "text": GIVEN["text"].replace("交易", "款项")})
    one = Template.objects.get()
    assert (one.state, one.version) == ("in_review", 2)
    approver.post(address, {"step": "delete"})
    assert not Template.objects.exists()


def test_a_map_of_wechats_fields_is_entered_and_shown(approver: Client) -> None:
    sent = {"provider": "wechat", "kind": "notice.delay", "provider_id": "template-0009"}
    wrong = approver.post(f"{PAGE}new/", {**sent, "fields_said": "amount1=what"})
    assert wrong.status_code == 400
    assert not Template.objects.filter(provider="wechat").exists()
    approver.post(f"{PAGE}new/", {**sent, "fields_said": "thing1=what\nthing2=body|=查看详情"})
    template = Template.objects.get(provider="wechat")
    assert template.fields == {"thing1": "what", "thing2": "body|=查看详情"}
    assert "thing2=body|=查看详情" in approver.get(PAGE).content.decode()
    page = approver.get(f"{PAGE}{template.pk}/").content.decode()
    # WeChat has the text; what its fields take is said beside the map.
    assert 'name="text"' not in page
    assert "character_string" in page
    approver.post(f"{PAGE}{template.pk}/", {**sent, "fields_said": "thing1=what"})
    template.refresh_from_db()
    assert (template.fields, template.version) == ({"thing1": "what"}, 2)


def test_whoever_changes_the_registry_is_in_the_audit_log(approver: Client) -> None:
    approver.post(f"{PAGE}new/", GIVEN)
    one = Template.objects.get()
    address = f"{PAGE}{one.pk}/"
    approver.post(address, {**GIVEN, "kind": "notice.general"})
    approver.post(address, {**GIVEN, "kind": "notice.general"})
    approver.post(address, {"step": "delete"})
    approver.post(PAGE, {"provider": "aliyun", "act": "draft"})
    approver.post(PAGE, {"provider": "aliyun", "act": "register"})
    rows = list(AuditEntry.objects.filter(act__startswith=ENTRY).order_by("pk"))
    acts = [row.act.removeprefix(ENTRY) for row in rows]
    # Saving it as it is changes nothing, and is no change.
    assert acts == ["added", "changed", "deleted", "drafted", "queued"]
    assert {row.staff for row in rows} == {Staff.objects.get()}
    assert (rows[1].before, rows[1].after) == ({"kind": "notice.delay"}, {"kind": "notice.general"})
    assert rows[2].before["text"] == GIVEN["text"]
    assert rows[3].after["count"] == rows[4].after["count"] > 50


def test_what_providers_and_settings_change_is_in_the_audit_log(settings) -> None:
    aliyun = provider("aliyun")
    one, other = drafts_make(aliyun, languages=["zh-hans"])[:2]
    register_refused(other, "变量过多")
    registered(one, "SMS_1")
    one.refresh_from_db()
    said = {"SMS_1": TemplateAnswer(Verdict.REFUSED, "含有敏感词")}
    for _ in range(2):
        answers_record(aliyun, [Template.objects.get(pk=one.pk)], said)
    settings.WECHAT_TEMPLATE_ID = "template-0001"
    default_note(provider("wechat"))
    rows = AuditEntry.objects.filter(act__startswith=ENTRY).exclude(act__endswith="drafted")
    assert [(row.act.removeprefix(ENTRY), row.who) for row in rows.order_by("pk")] == [
        ("not_taken", "aliyun"),
        ("registered", "aliyun"),
        ("answered", "aliyun"),
        ("added", "settings"),
    ]
    answered = rows.get(act__endswith="answered")
    assert answered.before == {"state": "in_review", "reason": ""}
    assert answered.after == {"state": "refused", "reason": "含有敏感词"}


def test_each_act_on_the_registry_is_named_in_both_languages() -> None:
    ways = ("added", "changed", "deleted", "drafted", "queued", "registered", "not_taken")
    for way in (*ways, "answered"):
        with override("en"):
            english = str(act_label(f"{ENTRY}{way}"))
        with override("zh-hans"):
            chinese = str(act_label(f"{ENTRY}{way}"))
        assert english
        assert chinese
        assert english != chinese


def test_saving_a_template_keeps_what_its_provider_said_meanwhile() -> None:
    one = Template.objects.create(
        provider="tencent", provider_id="1110", state="approved", text=GIVEN["text"]
    )
    one.fields = {"1": "from", "2": "number", "3": "code"}
    one.save()
    Template.objects.update(state="refused", reason="含有敏感词")
    template_save(provider("tencent"), one, {"kind": "notice.delay"}, by=None)
    one.refresh_from_db()
    assert (one.kind, one.state, one.reason) == ("notice.delay", "refused", "含有敏感词")
