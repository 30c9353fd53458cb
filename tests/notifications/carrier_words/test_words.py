"""Words that carriers refuse are pointed out while writing, and forbid nothing."""

import pytest
from django.test import Client

from notifications.carrier_words.findings import sms_findings
from notifications.carrier_words.matching import words_in
from notifications.carrier_words.models import CarrierWord
from statuspage.staff.models import AuditEntry
from statuspage.statements.models import Statement
from tests.factories import make_component, open_incident, text
from tests.statuspage.api import samples
from tests.statuspage.api.client import caller
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
    "said",
    [
        "POS机",
        "pos机",
        "ＰＯＳ机",
        "P\u200bO S 机",
        "您的POS机请更换",
        "P\u2060OS\u3000机",
        "POS機",
        "P.O.S 机",
        "pos-机",
        "P·O·S*机",
        "【POS】机",
    ],
)
def test_a_word_is_found_whatever_its_widths_case_and_gaps(said: str) -> None:
    rows = [CarrierWord(word="POS机"), CarrierWord(word="返现")]
    assert [one.word for one in words_in(said, rows)] == ["POS机"]


def test_a_word_within_a_longer_one_is_found_where_it_stands_alone_too() -> None:
    rows = [CarrierWord(word="贷款"), CarrierWord(word="无抵押贷款")]
    assert [one.word for one in words_in("无抵押贷款", rows)] == ["无抵押贷款"]
    assert len(words_in("无抵押贷款和贷款", rows)) == 2
    assert words_in("到账", rows) == []


@pytest.mark.parametrize(
    ("word", "text", "found"),
    [
        ("返现", "返 现", True),
        ("返现", "返現", True),
        ("返 现", "返现", True),
        ("貸款", "贷款", True),
        ("pos", "New POS terminals", True),
        ("pos", "A deposit is possible. Positive.", False),
        ("加QQ", "加QQ12345", True),
        ("a.*b(", "a.*b( c", True),
        ("a.*b(", "a xyz b", False),
        ("贷款", "请还贷。款项已到账", False),
    ],
)
def test_a_word_is_itself_and_no_pattern(word: str, text: str, found: bool) -> None:
    assert bool(words_in(text, [CarrierWord(word=word)])) is found


def test_the_operators_own_name_is_not_pointed_out(settings) -> None:
    settings.SMS_SIGNATURE = "演示支付POS机"
    document = open_incident().document
    assert sms_findings(document) == []


def test_an_english_sms_goes_to_the_mainland_too() -> None:
    CarrierWord.objects.create(word="loan")
    (found,) = sms_findings(open_incident(name=text("款项延迟", "Loan payouts are late")).document)
    assert "loan" in str(found)


def test_the_api_warns_whatever_is_published() -> None:
    api, word = caller("approver"), text("请更换POS机。", "Change it.")
    component = make_component()
    incident = api.post("incidents/", samples.incident(component, body=word)).json()
    maintenance = api.post("maintenances/", samples.maintenance(component)).json()
    assert len(incident["warnings"]) == 1
    assert "POS机" in incident["warnings"][0]
    assert maintenance["warnings"] == []
    path = f"statements/{incident['statement']}/corrections/"
    answer = api.post(path, {"body": text("请更换旧POS机。", "Change the old one.")})
    assert "POS机" in answer.json()["warnings"][0]


def test_a_template_shows_what_its_sms_would_be_refused_for() -> None:
    new = "/console/templates/new/?use=incident.opened"
    given = {"title": "刷卡", "name_zh": "刷卡失败", "body_zh": "请更换POS机。"}
    page = words(signed_in("approver").post(new, {**given, "step": "preview"}))
    assert "Carriers refuse SMS with “POS机”." in page


@pytest.mark.parametrize("word", ["P O S机", "pos機", "ＰＯＳ机", "*", " "])
def test_a_word_is_added_once_in_whatever_form_and_has_to_say_something(word: str) -> None:
    given = {"word": word, "effect": "refused", "carrier": "", "instead": "", "note": ""}
    before = CarrierWord.objects.count()
    assert signed_in("admin").post("/console/words/", given).status_code == 400
    assert CarrierWord.objects.count() == before


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
