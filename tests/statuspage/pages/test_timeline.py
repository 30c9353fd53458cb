"""Statements as a reader sees them."""

from datetime import UTC, datetime

import pytest
from django.utils.translation import override

from statuspage.components.statuses import ComponentStatus
from statuspage.pages.timeline import TimelineEntry, entries, latest
from statuspage.statements.models import Statement
from statuspage.statements.selectors import timeline
from statuspage.statements.services import Subject, publish, statement_correct, statement_withdraw
from statuspage.statements.texts import words
from tests.factories import make_component, text
from tests.statuspage.pages.story import moved, noticed, opened, resolved, scheduled, updated

pytestmark = pytest.mark.django_db


def _told(
    statement: Statement, language: str = "en", **values: frozenset[str]
) -> list[TimelineEntry]:
    said = timeline(statement.subject_type, statement.subject_id)
    with override(language):
        found = entries(said, language, **values)
        for entry in found:
            str(entry.label)
        return found


def test_entries_are_newest_first_whatever_the_order_they_come_in() -> None:
    first = opened()
    updated(first)
    said = timeline("incident", first.subject_id)
    numbers = [entry.number for entry in entries(said, "en")]
    assert numbers == [entry.number for entry in entries(reversed(said), "en")]
    assert numbers == sorted(numbers, reverse=True)


@pytest.mark.parametrize(
    ("status", "label"),
    [("identified", "Identified"), ("monitoring", "Monitoring"), ("resolved", "Resolved")],
)
def test_an_update_is_labelled_by_its_stage(status: str, label: str) -> None:
    first = opened()
    updated(first, status)
    entry = _told(first)[0]
    with override("en"):
        assert (entry.tone, str(entry.label)) == (status, label)


def test_maintenance_is_labelled_by_its_own_stages() -> None:
    statement = scheduled()
    moved(statement, "in_progress")
    with override("en"):
        assert [str(one.label) for one in _told(statement)] == ["In progress", "Scheduled"]


def test_a_notice_is_labelled_by_its_kind() -> None:
    payload = {"transactions_from": "2025-02-21T10:42:00+08:00"}
    (entry,) = _told(noticed(kind="delay", payload=payload))
    with override("en"):
        assert (entry.tone, str(entry.label)) == ("notice", "Payout delay")


def test_a_statement_of_a_kind_yet_unknown_can_be_shown() -> None:
    statement = publish(
        kind="incident.postmortem",
        subject=Subject("incident", "bcdfghjkmnpq"),
        content={"name": text("复盘"), "body": text("原因与改进。")},
        author=None,
    )
    (entry,) = _told(statement)
    assert entry.body.value == "原因与改进。"
    assert entry.changes == []


def test_a_statement_knows_its_answers_oldest_first() -> None:
    first = opened()
    one = statement_correct(statement=first, body=text("一"), author=None)
    two = statement_withdraw(statement=first, body=text("二"), author=None)
    last, middle, original = _told(first)
    assert [answer.number for answer in original.answers] == [one.number, two.number]
    assert original.withdrawn
    assert not original.is_answer
    assert (last.corrects, middle.corrects) == (first.number, first.number)
    assert last.is_answer
    assert middle.is_answer


def test_a_correction_of_a_correction_belongs_to_the_correction() -> None:
    first = opened()
    one = statement_correct(statement=first, body=text("一"), author=None)
    two = statement_correct(statement=one, body=text("二"), author=None)
    _last, middle, original = _told(first)
    assert [answer.number for answer in middle.answers] == [two.number]
    assert [answer.number for answer in original.answers] == [one.number]


def test_a_corrected_statement_is_not_withdrawn() -> None:
    first = opened()
    statement_correct(statement=first, body=text("一"), author=None)
    assert not _told(first)[-1].withdrawn


def test_an_answer_repeats_no_components() -> None:
    first = opened()
    statement_correct(statement=first, body=text("一"), author=None)
    answer, original = _told(first)
    assert answer.changes == []
    assert len(original.changes) == 1


def test_a_change_tells_the_states_before_and_after() -> None:
    component = make_component()
    first = opened(component)
    resolved(first)
    change = _told(first)[0].changes[0]
    assert change == {
        "name": words(component.name, "en"),
        "old": ComponentStatus.PARTIAL_OUTAGE,
        "new": ComponentStatus.OPERATIONAL,
        "changed": True,
    }
    assert change["name"].value == "T+1 settlement"


def test_hidden_components_are_left_out() -> None:
    component = make_component()
    first = opened(component)
    (entry,) = _told(first, hidden=frozenset({component.public_id}))
    assert entry.changes == []


def test_the_promise_is_read_back_as_a_moment() -> None:
    promised = datetime(2025, 2, 21, 7, 0, tzinfo=UTC)
    (entry,) = _told(opened(next_update_by=promised))
    assert entry.next_update_by == promised


class TestLatest:
    def test_of_nothing_is_nothing(self) -> None:
        assert latest([]) == []

    def test_is_the_newest_update_alone(self) -> None:
        first = opened()
        second = updated(first)
        assert [entry.number for entry in latest(_told(first))] == [second.number]

    def test_includes_what_corrected_it_and_what_corrected_older_ones(self) -> None:
        first = opened()
        second = updated(first)
        numbers = [
            statement_correct(statement=first, body=text("一"), author=None).number,
            statement_correct(statement=second, body=text("二"), author=None).number,
        ]
        found = [entry.number for entry in latest(_told(first))]
        assert found == [numbers[1], numbers[0], second.number]

    def test_a_correction_older_than_the_update_is_past(self) -> None:
        first = opened()
        statement_correct(statement=first, body=text("一"), author=None)
        second = updated(first)
        assert [entry.number for entry in latest(_told(first))] == [second.number]


class TestWords:
    def test_are_in_the_readers_language_where_there_is_one(self) -> None:
        both = text("到账延迟", "Late payouts")
        assert (words(both, "en").value, words(both, "en").language) == ("Late payouts", "en")
        assert str(words(both, "zh-hans")) == "到账延迟"

    def test_fall_back_to_chinese_and_know_it(self) -> None:
        found = words(text("到账延迟"), "en")
        assert (found.value, found.language) == ("到账延迟", "zh-hans")

    def test_of_an_empty_text_are_empty(self) -> None:
        assert str(words({}, "en")) == ""
