"""The log, corrections and withdrawals: both what was said and what is right stay visible."""

import pytest
from django.test import Client

from statuspage.incidents.services.incidents import incident_reopen, incident_update
from statuspage.notices.services import notice_publish
from statuspage.statements.models import Statement
from statuspage.statements.services import statement_correct, statement_withdraw
from tests.factories import incident_of, make_address, make_staff, open_incident, text
from tests.statuspage.console.browser import form_of, press, publish, words


def path_of(statement: Statement, act: str) -> str:
    return f"/console/statements/{statement.number}/{act}/"


def test_a_correction_is_a_new_statement_and_both_stay_visible(author: Client) -> None:
    original = open_incident()
    page = publish(author, path_of(original, "correct"), body_zh="应为10:42", body_en="At 10:42")
    correction = Statement.objects.get(number=2)
    assert correction.corrects == original
    assert page.redirect_chain[0][0] == "/console/broadcasts/2/"
    shown = words(author.get(f"/console/incidents/{original.subject_id}/"))
    assert "At 10:42" in shown
    assert "Some payouts are late." in shown
    assert "Corrected by statement 2" in shown
    assert "Corrects statement 1" in shown


def test_a_correction_starts_from_the_text_it_corrects(author: Client) -> None:
    original = open_incident()
    page = author.get(path_of(original, "correct"))
    form = form_of(page)
    assert form["body_zh"] == original.content["body"]["zh-hans"]
    assert form["body_en"] == original.content["body"]["en"]
    assert "The original stays visible" in words(page)


def test_a_withdrawal_gives_its_reason_and_the_original_stays(author: Client) -> None:
    original = notice_publish(
        kind="general", title=text("公告"), body=text("写错了的内容"), author=None
    )
    assert form_of(author.get(path_of(original, "withdraw")))["body_zh"] == ""
    publish(author, path_of(original, "withdraw"), body_zh="发错了")
    shown = words(author.get(f"/console/notices/{original.subject_id}/"))
    assert "发错了" in shown
    assert "写错了的内容" in shown
    assert "Withdrawn" in shown
    assert "Withdraws statement 1" in shown


def test_what_was_withdrawn_offers_no_further_answer(author: Client) -> None:
    original = open_incident()
    publish(author, path_of(original, "withdraw"), body_zh="发错了")
    page = words(author.get(f"/console/incidents/{original.subject_id}/"))
    assert "/correct/" not in page
    assert "/withdraw/" not in page


@pytest.mark.parametrize("act", ["correct", "withdraw"])
def test_answering_what_was_withdrawn_meanwhile_is_refused_and_keeps_the_text(
    author: Client, act: str
) -> None:
    original = open_incident()
    form = form_of(author.get(path_of(original, act))) | {"body_zh": "我写的", "step": "publish"}
    statement_withdraw(statement=original, body=text("发错了"), author=None)
    page = author.post(path_of(original, act), form)
    assert "This statement has been withdrawn." in words(page)
    assert form_of(page)["body_zh"] == "我写的"
    assert Statement.objects.count() == 2


def test_an_answer_that_does_not_know_what_was_said_last_is_refused_once(author: Client) -> None:
    original = open_incident(impact="major")
    form = form_of(author.get(path_of(original, "correct"))) | {"body_zh": "我写的"}
    statement_correct(statement=original, impact="minor", author=None)
    page = author.post(path_of(original, "correct"), form | {"step": "publish"})
    assert "Published in the meantime" in words(page)
    assert "Minor impact (was: Major impact)" in words(page)
    assert Statement.objects.count() == 2
    again = form_of(page) | {"fact_impact": "minor", "step": "publish"}
    assert again["body_zh"] == "我写的"
    author.post(path_of(original, "correct"), again)
    assert Statement.objects.get(number=3).content["body"]["zh-hans"] == "我写的"
    assert incident_of(original).impact == "minor"


def test_a_withdrawal_does_what_its_confirmation_said_or_nothing(author: Client) -> None:
    original = open_incident(impact="major")
    over = incident_update(
        incident=incident_of(original), status="resolved", body=text("好了"), author=None
    )
    form = form_of(author.get(path_of(over, "withdraw"))) | {"body_zh": "误发", "step": "publish"}
    incident_reopen(incident=incident_of(original), body=text("又来了"), author=None)
    assert "Published in the meantime" in words(author.post(path_of(over, "withdraw"), form))
    assert Statement.objects.count() == 3


def test_a_withdrawal_itself_cannot_be_corrected(author: Client) -> None:
    original = open_incident()
    withdrawal = statement_withdraw(statement=original, body=text("发错了"), author=None)
    page = press(author, path_of(withdrawal, "correct"), "publish", body_zh="还是对的")
    assert "A withdrawal cannot be corrected." in words(page)
    assert Statement.objects.count() == 2


@pytest.mark.parametrize("act", ["correct", "withdraw"])
def test_a_second_click_answers_only_once(author: Client, act: str) -> None:
    original = open_incident()
    form = form_of(author.get(path_of(original, act))) | {"body_zh": "文", "step": "publish"}
    author.post(path_of(original, act), form)
    page = author.post(path_of(original, act), form, follow=True)
    assert "It was not published again." in words(page)
    assert Statement.objects.count() == 2


@pytest.mark.parametrize("act", ["correct", "withdraw"])
def test_an_empty_or_unfinished_answer_is_refused(author: Client, act: str) -> None:
    original = open_incident()
    for body in ("", "  ", "{更正内容}"):
        page = press(author, path_of(original, act), "publish", body_zh=body, body_en="")
        assert 'class="errors"' in words(page)
    assert Statement.objects.count() == 1


def test_those_who_were_told_are_told_of_the_correction(author: Client) -> None:
    original = open_incident()
    make_address(topics=["incident"])
    make_address(topics=["notice"])
    page = press(author, path_of(original, "correct"), "confirm", body_zh="更正")
    assert "1 address will be notified." in words(page)


def test_the_log_names_what_was_said_by_whom_and_its_hash(author: Client) -> None:
    open_incident(author=make_staff(username="lin.wei"))
    open_incident()
    page = words(author.get("/console/log/"))
    assert page.index("No. 2") < page.index("No. 1")
    assert "lin.wei" in page
    assert Statement.objects.get(number=1).sha256 in page
    assert "system or API" in page
    assert "New incident</span>" in page
    assert "<code>incident.opened" not in page


def test_the_log_is_paged_and_speaks_the_readers_language(author: Client, chinese: Client) -> None:
    for _one in range(51):
        open_incident()
    assert words(author.get("/console/log/")).count('class="item"') == 50
    assert words(author.get("/console/log/?page=2")).count('class="item"') == 1
    assert "T+1 payouts are late" in words(author.get("/console/log/"))
    assert "T+1到账延迟" in words(chinese.get("/console/log/"))


def test_every_statement_leads_to_what_it_is_about(author: Client) -> None:
    incident = open_incident()
    notice = notice_publish(kind="general", title=text("公告"), body=text("文"), author=None)
    page = words(author.get("/console/log/"))
    assert f"/console/incidents/{incident.subject_id}/#statement-1" in page
    assert f"/console/notices/{notice.subject_id}/#statement-2" in page


def test_no_address_of_the_console_edits_or_deletes(author: Client) -> None:
    statement = open_incident()
    for path in ("/console/log/", f"/console/incidents/{statement.subject_id}/"):
        author.delete(path)
        author.post(path, {"body_zh": "改了", "step": "publish"})
        author.put(path)
    assert list(Statement.objects.values_list("sha256", flat=True)) == [statement.sha256]
