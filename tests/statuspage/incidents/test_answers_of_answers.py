"""Answers to answers, and answers after answers: what stands decides, whatever came in between."""

from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.utils import timezone

from notifications.delivery.render import bulletin_of
from statuspage.incidents import promises
from statuspage.incidents.folding import incident_state
from statuspage.incidents.models import Incident
from statuspage.incidents.said import said_about
from statuspage.incidents.services.backfills import incident_backfill, past_incident_enter
from statuspage.incidents.services.incidents import incident_reopen, incident_update
from statuspage.pages.feeds import whole_text
from statuspage.postmortems.selectors import told_after
from statuspage.projections.comparing import differences
from statuspage.statements.models import Statement
from statuspage.statements.selectors import body_as_corrected, timeline
from statuspage.statements.services import statement_correct, statement_withdraw
from statuspage.statements.times import iso
from statuspage.transparency.selectors import monthly_figures
from tests.factories import incident_of, make_component, open_incident, text

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
ROW = ("name", "status", "impact", "in_error")
MOMENTS = ("started_at", "next_update_by", "monitoring_at", "resolved_at")


def correct(statement: Statement, **said) -> Statement:
    return statement_correct(statement=statement, author=None, **said)


def withdraw(statement: Statement) -> Statement:
    return statement_withdraw(statement=statement, body=text("误发。"), author=None)


def row_of(statement: Statement) -> Incident:
    """Return the incident, once its row and what it holds are what the statements give."""
    row, subject = incident_of(statement), statement.subject_id
    gives = incident_state(said_about("incident", [subject])[subject])
    assert {one: getattr(row, one) for one in ROW} == {one: getattr(gives, one) for one in ROW}
    for name in MOMENTS:  # the log has milliseconds
        has, told = getattr(row, name), getattr(gives, name)
        assert (has is None) == (told is None), name
        assert not has or abs(has - told) < timedelta(milliseconds=2), name
    held = {one.component.public_id: one.status for one in row.affected.all()}
    assert held == dict(gives.claims)
    assert differences() == []
    return row


def test_a_correction_of_a_correction_is_the_text_that_stands() -> None:
    opened = open_incident(make_component())
    first = correct(opened, body=text("改一。"))
    second = correct(first, body=text("改二。"))
    assert body_as_corrected(opened) == body_as_corrected(first) == text("改二。")
    with pytest.raises(ValidationError):
        correct(opened, body=text("改二。"))
    withdraw(second)
    assert body_as_corrected(opened) == text("改一。")
    withdraw(first)
    assert body_as_corrected(opened) == opened.content["body"]


def test_withdrawing_a_correction_of_words_takes_back_the_facts_corrected_under_it() -> None:
    opened = open_incident(make_component(), impact="major")
    words = correct(opened, body=text("改一。"))
    correct(words, impact="minor")
    assert row_of(opened).impact == "minor"
    taken_back = withdraw(words)
    assert row_of(opened).impact == "major"
    assert "影响程度" in taken_back.content["outcome"]["zh-hans"]


def test_withdrawing_a_corrected_promise_restores_it_after_other_corrections_too() -> None:
    due = timezone.now().replace(microsecond=0) + HOUR
    opened = open_incident(make_component(), impact="major", next_update_by=due)
    later = correct(opened, next_update_by=due + HOUR)
    correct(opened, impact="minor")
    assert row_of(opened).next_update_by == due + HOUR
    withdraw(later)
    assert row_of(opened).next_update_by == due


def test_a_broken_promise_is_neither_made_anew_nor_promised_by_answers() -> None:
    now = timezone.now().replace(microsecond=0)
    opened = open_incident(make_component(), impact="major", next_update_by=now + HOUR)
    lighter = correct(opened, impact="minor")
    with time_machine.travel(now + 2 * HOUR):
        name = correct(opened, name=text("支付宝异常"))
        taken_back = withdraw(lighter)
        for answer in (name, taken_back):
            assert answer.content["next_update_by"] == iso(now + HOUR)
            assert bulletin_of(answer.document, "zh-hans").next_update_by is None
            assert "下次更新" not in whole_text(answer, "zh-hans")
    with time_machine.travel(now + 3 * HOUR):
        # More than one where these hours are the last of a month.
        promised = [month.updates for month in monthly_figures(timezone.now())]
    assert (sum(one.kept for one in promised), sum(one.of for one in promised)) == (0, 1)
    assert row_of(opened).next_update_by == now + HOUR


def test_nothing_is_promised_by_a_withdrawal_where_nothing_was() -> None:
    opened = open_incident(make_component(), impact="major", next_update_by=None)
    withdraw(correct(opened, impact="minor"))
    assert row_of(opened).next_update_by is None


def test_an_answer_about_words_has_the_headline_that_was_corrected() -> None:
    opened = open_incident(make_component(), name=text("微信支付异常"))
    update = incident_update(
        incident=incident_of(opened), status="identified", body=text("已定位。"), author=None
    )
    correct(opened, name=text("支付宝异常"))
    assert correct(update, body=text("已定位原因。")).content["name"] == text("支付宝异常")
    assert withdraw(update).content["name"] == text("支付宝异常")


def test_what_is_published_in_error_says_so_once_and_nothing_of_its_impact() -> None:
    opened = open_incident(make_component(), impact="major")
    update = incident_update(
        incident=incident_of(opened),
        status="identified",
        impact="critical",
        body=text("已定位。"),
        author=None,
    )
    assert withdraw(opened).content["outcome"]["zh-hans"] == "本事件系误发，现已关闭。"
    assert "outcome" not in withdraw(update).content
    assert row_of(opened).in_error


def test_a_past_incident_with_a_further_update_ends_when_it_was_resolved() -> None:
    component, now = make_component(), timezone.now().replace(microsecond=0)
    states = ("investigating", "monitoring", "resolved", "resolved")
    said = past_incident_enter(
        author=None,
        name=text("二月延迟"),
        components={component.public_id: "major_outage"},
        started_at=now - 10 * HOUR,
        updates=[
            {"at": now - (9 - hour) * HOUR, "status": status, "body": text(f"进展{hour}。")}
            for hour, status in enumerate(states)
        ],
    )
    assert row_of(said[0]).resolved_at == now - 7 * HOUR
    withdraw(said[2])
    assert row_of(said[0]).resolved_at == now - 7 * HOUR
    withdraw(said[3])
    assert row_of(said[0]).status == "monitoring"
    component.refresh_from_db()
    assert component.status == "major_outage"
    withdraw(said[0])
    assert row_of(said[0]).in_error


def test_a_past_incident_cannot_be_corrected_to_have_started_when_it_ended() -> None:
    now = timezone.now().replace(microsecond=0)
    said = incident_backfill(
        name=text("二月延迟"),
        body=text("已恢复。"),
        components={make_component().public_id: "major_outage"},
        started_at=now - 3 * HOUR,
        resolved_at=now - HOUR,
        author=None,
    )
    with pytest.raises(ValidationError):
        correct(said, started_at=now - HOUR)


def test_the_promised_postmortem_follows_the_impact_and_the_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(promises, "working_day_after", lambda day, days: day + timedelta(days))

    def due():
        return told_after(timeline("incident", opened.subject_id)).due

    opened = open_incident(make_component(), impact="critical")
    over = incident_update(
        incident=incident_of(opened), status="resolved", body=text("好了。"), author=None
    )
    promised = due()
    assert promised
    lighter = correct(opened, impact="minor")
    assert due() is None
    withdraw(lighter)
    assert due() == promised
    again = incident_reopen(incident=incident_of(opened), body=text("又来了。"), author=None)
    withdraw(again)
    assert due() == promised
    withdraw(over)
    assert due() is None
