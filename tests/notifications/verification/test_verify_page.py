"""`/verify/`: what a merchant learns about an SMS."""

import re
from html import unescape

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from django.test import Client

from notifications.channels import media, medium, provider, sms_message
from notifications.delivery.render import bulletin_of, message_code
from notifications.delivery.templating import composed
from notifications.subscribers.models import SignUp
from notifications.subscribers.services.codes import code_note
from notifications.templates.models import Template
from notifications.verification.models import SentText
from notifications.verification.services import text_keep
from statuspage.incidents.services.incidents import incident_update
from statuspage.statements.models import Statement
from statuspage.statements.services import statement_correct, statement_withdraw
from tests.factories import incident_of, open_incident, text
from tests.notifications.approved import approve
from tests.statuspage.pages.log.auditor import say_many

pytestmark = pytest.mark.django_db

GENUINE = "Yes, this message is from us."
ALTERED = "Careful: the code is ours, but the text is not."
UNKNOWN = "This message does not seem to be from us."


def sms(statement: Statement, language: str = "zh-hans") -> str:
    """Return what the merchant's phone shows."""
    return medium("sms").leading().compose(bulletin_of(statement.document, language)).text


def ask(message: str, language: str = "en", **headers: str) -> str:
    """Return the answer's words, without its markup."""
    prefix = "" if language == "zh-hans" else f"/{language}"
    response = Client(enforce_csrf_checks=True).post(
        f"{prefix}/verify/", {"message": message}, headers=headers
    )
    assert response.status_code == 200
    return unescape(re.sub(r"<[^>]+>", "", response.content.decode()))


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_message_of_ours_is_known_and_leads_to_its_statement(language: str) -> None:
    statement = open_incident()
    response = Client().post("/en/verify/", {"message": sms(statement, language)})
    page = response.content.decode()
    assert GENUINE in page
    assert f"Statement No. {statement.number}," in page
    assert f'href="/en/incidents/{statement.subject_id}/#statement-{statement.number}"' in page
    assert f'href="/log/{statement.number}.tlog-proof"' in page
    assert "<mark>" not in page


def test_the_message_of_either_provider_is_known() -> None:
    approve("aliyun")
    statement = open_incident()
    other = composed(provider("aliyun"), bulletin_of(statement.document, "zh-hans")).text
    assert other != sms(statement)
    assert GENUINE in ask(other)


def test_a_text_of_a_template_that_was_approved_after_publishing_is_known() -> None:
    statement = open_incident()
    approve("tencent")
    for language in ("zh-hans", "en"):
        bulletin = bulletin_of(statement.document, language)
        content = composed(provider("tencent"), bulletin)
        assert content.text
        text_keep(provider("tencent"), bulletin, content)
        text_keep(provider("tencent"), bulletin, content)
        assert all(GENUINE in ask(said.text) for said in content.variants() if said.text)
    assert (
        SentText.objects.filter(statement=statement, channel="tencent").count() == 4
    )  # at home and abroad


@pytest.mark.parametrize("kind", [one.name for one in media()])
def test_what_another_channel_said_is_known_as_well(kind: str) -> None:
    statement = open_incident()
    said = medium(kind).leading().compose(bulletin_of(statement.document, "en")).text
    if message_code(statement.number, "en") in said:
        assert GENUINE in ask(said)
    else:
        assert kind in {"wechat", "mini_program", "webhook", "voice"}  # none is pasted as an SMS


@pytest.mark.parametrize("typed", ["{}", "{} ", "({})", "验真码：{}", "No. 1, {}"])
def test_the_code_alone_shows_what_we_said(typed: str) -> None:
    statement = open_incident()
    code = message_code(statement.number, "zh-hans")
    page = ask(typed.format(code.lower()))
    assert sms(statement) in page


def test_the_code_alone_is_no_more_than_a_code() -> None:
    statement = open_incident()
    page = ask(message_code(statement.number, "en"))
    assert "This is our code." in page
    assert "Scammers can copy a code." in page
    assert GENUINE not in page
    assert sms(statement, "en") in page


def test_the_second_providers_words_are_shown_where_there_is_one(settings) -> None:
    approve("aliyun")
    statement = open_incident()
    other = composed(provider("aliyun"), bulletin_of(statement.document, "zh-hans")).text
    code = message_code(statement.number, "zh-hans")
    assert other not in ask(code)
    settings.ALIYUN_SMS_ACCESS_KEY_ID = settings.ALIYUN_SMS_ACCESS_KEY_SECRET = "key"
    page = ask(code)
    assert page.index(sms(statement)) < page.index(other)


def test_a_forged_text_with_a_real_code_is_found_out() -> None:
    statement = open_incident()
    forged = sms(statement).replace("资金安全", "请点击 a.cn 认证")
    response = Client().post("/en/verify/", {"message": forged})
    page = response.content.decode()
    assert ALTERED in unescape(page)
    assert "<mark>请点击 a.cn 认证</mark>" in page
    assert sms(statement) in unescape(page)


@pytest.mark.parametrize("addition", ["请回复1", " https://a.cn/1", "退款押金500元"])
def test_a_real_text_with_something_added_is_found_out(addition: str) -> None:
    statement = open_incident()
    for forged in (sms(statement) + addition, addition + sms(statement)):
        assert ALTERED in ask(forged)


def test_a_part_of_our_text_is_called_a_part() -> None:
    statement = open_incident()
    assert "The text you pasted is part of a message from us." in ask(sms(statement)[6:])


def test_what_a_phone_changes_in_a_text_is_ignored() -> None:
    statement = open_incident()
    pasted = sms(statement).replace("，", ",").replace("（", "(").replace("）", ")")
    assert GENUINE in ask(f"\n{pasted}  \n")


def test_a_message_without_a_code_is_not_from_us() -> None:
    open_incident()
    page = ask("【演示支付】您的终端备案即将到期，请回复1续期，或点击 a.cn。")
    assert UNKNOWN in page
    assert "It contains none of our codes." in page
    assert "If someone does, it is not us" in page


def test_a_code_that_was_never_given_out_is_said_to_be_none() -> None:
    statement = open_incident()
    code = message_code(statement.number + 1, "zh-hans")
    assert "This is not one of our codes." in ask(code)
    assert UNKNOWN in ask(f"【演示支付】退款请点击 a.cn（第2号{code}）")


def test_a_code_of_the_day_before_belongs_to_its_own_text() -> None:
    first = open_incident()
    second = open_incident(body=text("扫码支付中断。", "QR payments are down."))
    swapped = sms(second).replace(
        message_code(second.number, "zh-hans"), message_code(first.number, "zh-hans")
    )
    assert ALTERED in ask(swapped)


@pytest.mark.parametrize(
    ("answer", "words"),
    [(statement_correct, "Corrected by No. 2"), (statement_withdraw, "Withdrawn by No. 2")],
)
def test_what_was_corrected_since_is_said_with_it(answer, words: str) -> None:
    statement = open_incident()
    answer(statement=statement, body=text("有误。", "That was wrong."), author=None)
    page = ask(sms(statement))
    assert GENUINE in page
    assert words in page


def test_an_update_that_goes_by_no_sms_has_a_code_all_the_same() -> None:
    opened = open_incident()
    update = incident_update(
        incident=incident_of(opened), status="identified", body=text("已定位。"), author=None
    )
    assert GENUINE in ask(sms(update))


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("purpose", SignUp.Purpose)
def test_a_code_is_said_to_be_one_whatever_it_is_for(language: str, purpose: str) -> None:
    signup = SignUp(language=language, kind="phone", purpose=purpose)
    said = sms_message.note_content(code_note(signup, "493817")).text
    assert "This looks like our message with a code." in ask(said)
    assert UNKNOWN in ask(f"{said} https://a.cn")


def test_a_message_from_before_there_were_codes_is_known_by_its_number() -> None:
    say_many(3)
    statement = Statement.objects.get(number=2)
    assert not SentText.objects.filter(statement=statement).exists()
    code = message_code(2, "zh-hans")
    said = medium("sms").leading().compose(bulletin_of(statement.document, "zh-hans")).text
    now = f"公告2号 验真码{code}"
    assert now in said
    old = said.replace(now, "（第2号）")
    assert GENUINE in ask(old)
    assert UNKNOWN in ask(old.replace("第2条", "第9条"))
    assert UNKNOWN in ask(old.replace("（第2号）", "（第3号）"))
    assert UNKNOWN in ask(f"{old}请回复1")


def test_a_new_message_without_its_code_is_not_taken_for_an_old_one() -> None:
    statement = open_incident()
    assert UNKNOWN in ask(sms(statement).replace(message_code(statement.number, "zh-hans"), ""))


def test_an_old_message_stays_genuine_when_signature_and_templates_change(settings) -> None:
    statement = open_incident()
    said = sms(statement)
    settings.SMS_SIGNATURE = "新名字"
    Template.objects.all().delete()
    assert GENUINE in ask(said)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("sql", ["update", "delete"])
def test_what_was_sent_can_not_be_rewritten(sql: str) -> None:
    open_incident()
    rows = SentText.objects.all()
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        rows.update(text="") if sql == "update" else rows.delete()


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_typical_message_is_one_part(language: str) -> None:
    said = open_incident(
        name=text("T+1到账延迟", "T+1 payouts are late"),
        body=text(
            "10:42起部分小微商户到账延迟，资金安全，正在排查。",
            "Since 10:42 some payouts are late. Funds are safe.",
        ),
    )
    content = medium("sms").leading().compose(bulletin_of(said.document, language))
    if language == "en":
        content = content.to("+6591234567")
    assert content.segments == 1
    assert message_code(said.number, language) in content.text


def test_a_statement_that_cannot_be_composed_is_not_said() -> None:
    with pytest.raises(ValidationError):
        open_incident(body=text(""))
    assert not SentText.objects.exists()
