"""Words that carriers refuse are pointed out while writing, and forbid nothing."""

import pytest
from django.test import Client

from notifications.carrier_words.findings import sms_findings
from notifications.carrier_words.matching import words_in
from notifications.carrier_words.models import CarrierWord
from statuspage.staff.models import AuditEntry
from statuspage.statements.models import Statement
from tests.factories import open_incident, text
from tests.statuspage.console.browser import press, publish, signed_in, words

pytestmark = pytest.mark.django_db
NOTICE = "/console/notices/compose/general/"
WITH_WORD = {
    "title_zh": "终端更换",
    "body_zh": "请更换 P O S 机，详情见 status.demo.com.hk 。",
    "title_en": "New terminals",
    "body_en": "Change it.",
}


@pytest.fixture(autouse=True)
def _first_words() -> None:
    """A test that empties tables may have run before."""
    CarrierWord.objects.get_or_create(
        word="POS机", defaults={"effect": "refused", "instead": "终端"}
    )


@pytest.fixture
def author() -> Client:
    return signed_in("author")


@pytest.mark.parametrize(
    "said", ["POS机", "pos机", "ＰＯＳ机", "P\u200bO S 机", "您的POS机请更换", "P\u2060OS\u3000机"]
)
def test_a_word_is_found_whatever_its_widths_case_and_gaps(said: str) -> None:
    rows = [CarrierWord(word="POS机"), CarrierWord(word="返现")]
    assert [one.word for one in words_in(said, rows)] == ["POS机"]


def test_a_word_within_a_longer_one_is_found_where_it_stands_alone_too() -> None:
    rows = [CarrierWord(word="贷款"), CarrierWord(word="无抵押贷款")]
    assert [one.word for one in words_in("无抵押贷款", rows)] == ["无抵押贷款"]
    assert len(words_in("无抵押贷款和贷款", rows)) == 2
    assert words_in("到账", rows) == []


def test_the_preview_points_out_words_and_links_while_writing(author: Client) -> None:
    page = words(press(author, NOTICE, "preview", **WITH_WORD))
    assert "Carriers refuse SMS with “POS机”. Write “终端” instead." in page
    assert "Links are left out of SMS: status.demo.com.hk." in page
    fine = {**WITH_WORD, "body_zh": "请更换终端。"}
    assert "Carriers refuse" not in words(press(author, NOTICE, "preview", **fine))


def test_a_refused_word_has_to_be_confirmed_and_is_published_all_the_same(author: Client) -> None:
    refused = press(author, NOTICE, "confirm", **WITH_WORD)
    assert "Please tick the box to confirm" in words(refused)
    publish(author, NOTICE, **WITH_WORD, confirmed="on")
    assert Statement.objects.count() == 1


def test_another_providers_words_are_not_pointed_out() -> None:
    CarrierWord.objects.all().delete()
    CarrierWord.objects.create(word="到账", carrier="aliyun", effect="restricted")
    document = open_incident(name=text("款项未到账", "Late")).document
    assert sms_findings(document) == []
    CarrierWord.objects.create(word="到账", carrier="中国移动", effect="restricted")
    (found,) = sms_findings(document)
    assert "中国移动" in str(found)
    assert not found.refused


def test_administrators_keep_the_list_and_others_read_it(author: Client) -> None:
    admin = signed_in("admin")
    given = {
        "word": "秒到",
        "effect": "restricted",
        "instead": "当日到账",
        "carrier": "",
        "note": "",
    }
    assert author.post("/console/words/", given).status_code == 403
    assert admin.post("/console/words/", given).status_code == 302
    row = CarrierWord.objects.get(word="秒到")
    assert "秒到" in author.get("/console/words/").content.decode()
    address = f"/console/words/{row.pk}/"
    assert author.get(address).status_code == 403
    assert admin.post(address, {**given, "note": "2026年起"}).status_code == 302
    assert admin.post("/console/words/", given).status_code == 400
    assert admin.post(address, {"delete": "1"}).status_code == 302
    acts = AuditEntry.objects.filter(act__startswith="carrier_words.").order_by("pk")
    assert [one.act.rpartition(".")[2] for one in acts] == ["added", "changed", "deleted"]
