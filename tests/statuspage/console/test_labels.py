"""Codes are labelled, and Chinese pages have Chinese punctuation."""

from decimal import Decimal

import pytest
from django.test import Client
from django.utils.translation import override

from notifications.subscribers.models import Consent
from statuspage.console import sign_in_urls
from statuspage.console.act_labels import PAGES, act_label
from statuspage.console.templatetags.console import fee_said, money, statement_no, target_said
from statuspage.console.urls import urlpatterns
from statuspage.lib.money import Fee
from statuspage.lib.punctuation import colon, in_parentheses
from statuspage.staff.roles import Role
from tests.factories import make_address, open_incident
from tests.statuspage.console.browser import form_of, signed_in, words

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("act", "label"),
    [
        ("signed_in", "已登录"),
        ("statement.published", "已发布公告"),
        ("POST console:login", "提交登录信息"),
        ("POST account_login", "提交登录信息"),
        ("POST api:api:incidents", "通过 API 提交"),
        ("GET api:api:deliveries", "通过 API 读取"),
        ("POST admin:components_component_change", "基础数据"),
        ("components.component.changed", "更改：服务"),
        ("nobody.knows", ""),
    ],
)
def test_an_act_has_a_name(act: str, label: str) -> None:
    with override("zh-hans"):
        assert act_label(act) == label


def test_every_labelled_page_exists() -> None:
    assert {one.name for one in (*urlpatterns, *sign_in_urls.urlpatterns)} >= set(PAGES)


def test_the_audit_log_names_acts_and_keeps_their_codes(db: None) -> None:
    open_incident()
    page = words(signed_in(Role.AUDITOR).get("/console/audit/"))
    assert "Statement published <code" in page
    assert ">statement.published</code>" in page
    assert "No. 1<" in page


def test_numbers_amounts_and_remarks_are_written_as_chinese_writes_them(settings) -> None:
    settings.SMS_CURRENCY = "CNY"
    with override("zh-hans"):
        assert statement_no(7) == target_said("#7") == "公告第7号"
        assert money(Decimal("0.65")) == "0.65 元"
        assert fee_said(Fee(Decimal("0.6"), Decimal(1))) == "0.60% + 1.00 元"
        assert f"标题{colon()}此项必填{in_parentheses('短信')}" == "标题：此项必填（短信）"
    with override("en"):
        assert target_said("/console/") == "/console/"
        assert f"Title{colon()}required{in_parentheses('SMS')}" == "Title: required (SMS)"


def test_a_subscriber_is_shown_in_words(chinese: Client) -> None:
    address = make_address()
    Consent.objects.create(address=address, act="given", source="web", text_version="2026-11")
    page = words(chinese.get(f"/console/subscribers/{address.subscriber.public_id}/"))
    assert "故障与异常、" in page
    assert "北京时间" in page
    assert "网站 · 同意书版本 2026-11" in page
    assert "Asia/Shanghai" not in page


def test_an_unknown_address_of_the_console_leads_back_to_it(author: Client) -> None:
    answer = author.get("/console/nowhere/")
    assert answer.status_code == 404
    assert "There is no such page in the console." in words(answer)
    assert 'href="/console/"' in words(answer)


def test_the_note_on_a_missing_text_is_in_the_language_of_staff(chinese: Client) -> None:
    path = "/console/incidents/compose/"
    form = form_of(chinese.get(path)) | {"step": "preview", "name_zh": "到账延迟", "name_en": ""}
    part = words(chinese.post(path, form, headers={"hx-request": "true"}))
    assert "未填写英文，将显示中文" in part
    assert "No English text" not in part
