"""The registry of templates in the console: what staff see, enter, ask for and register."""

import pytest
from django.test import Client

from notifications.templates.models import Template
from tests.factories import make_staff
from tests.notifications.approved import approve
from tests.statuspage.console.browser import browser_of

pytestmark = pytest.mark.django_db

PAGE = "/console/message-templates/"
GIVEN = {
    "provider": "tencent",
    "kind": "notice.delay",
    "language": "zh-hans",
    "provider_id": "1110",
    "text": "到账延迟通知：{1}起的交易到账延迟。公告{2}号，验真码{3}。",
    "fields_said": "1=from\n2=number\n3=code",
}


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
