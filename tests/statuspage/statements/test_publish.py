"""publish(): gapless, in one transaction, hashed, and never undone."""

import hashlib
import json
import threading
from datetime import UTC, datetime

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, close_old_connections, connection, transaction

from notifications.delivery.models import Broadcast
from statuspage.statements import services
from statuspage.statements.canonical import NotCanonical
from statuspage.statements.models import Statement
from statuspage.statements.selectors import last_statement, latest_told, timeline, timelines
from statuspage.statements.services import (
    Subject,
    publish,
    publishing,
    statement_correct,
    statement_withdraw,
)
from tests.database.tampering import as_owner
from tests.factories import make_staff, text

SUBJECT = Subject("incident", "abcdefghjkmn")
CONTENT = {"name": text("到账延迟"), "body": text("正在排查", "Looking into it")}


def say(**values):
    return publish(
        **{
            "kind": "incident.opened",
            "subject": SUBJECT,
            "content": CONTENT,
            "author": None,
            **values,
        }
    )


@pytest.mark.django_db
def test_numbers_start_at_one_and_follow_each_other():
    assert [say().number for _ in range(3)] == [1, 2, 3]


@pytest.mark.django_db
def test_what_is_hashed_is_what_is_stored_and_what_is_read():
    statement = Statement.objects.get(pk=say().pk)
    assert statement.sha256 == hashlib.sha256(statement.canonical.encode()).hexdigest()
    assert statement.document == json.loads(statement.canonical)
    assert statement.content == CONTENT


@pytest.mark.django_db
def test_the_document_says_everything_but_who_wrote_it():
    author = make_staff(username="zhang.san")
    moment = datetime(2025, 2, 21, 2, 42, tzinfo=UTC)
    statement = say(author=author, published_at=moment)
    assert statement.document == {
        "v": 1,
        "number": 1,
        "kind": "incident.opened",
        "subject": {"type": "incident", "id": "abcdefghjkmn"},
        "published_at": "2025-02-21T02:42:00.000Z",
        "corrects": None,
        "content": CONTENT,
    }
    assert "zhang" not in statement.canonical
    assert statement.author == author


@pytest.mark.django_db
def test_every_statement_leaves_an_open_broadcast():
    statement = say()
    assert Broadcast.objects.get(pk=statement.number).topic == "incident"


@pytest.mark.django_db
def test_a_statement_whose_broadcast_fails_was_never_made():
    def broken(statement):
        raise RuntimeError("the handler is broken")

    services.on_publish(broken)
    try:
        with pytest.raises(RuntimeError):
            say()
    finally:
        services._ON_PUBLISH.remove(broken)
    assert not Statement.objects.exists()
    assert say().number == 1


@pytest.mark.django_db
def test_a_handler_registered_twice_is_called_once():
    seen = []
    for _ in range(2):
        services.on_publish(seen.append)
    try:
        say()
    finally:
        services._ON_PUBLISH.pop()
    assert len(seen) == 1


@pytest.mark.django_db
def test_content_that_cannot_be_hashed_is_refused():
    with pytest.raises(NotCanonical):
        say(content={"name": text("名\x00称"), "body": text("正文")})


@pytest.mark.django_db(transaction=True)
def test_eight_publishers_at_once_leave_no_gap_and_no_double():
    errors = []

    def publisher():
        try:
            for _ in range(10):
                say()
        except Exception as error:
            errors.append(error)
        finally:
            close_old_connections()
            connection.close()

    threads = [threading.Thread(target=publisher) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    numbers = sorted(Statement.objects.values_list("number", flat=True))
    assert numbers == list(range(1, 81))


@pytest.mark.django_db(transaction=True)
def test_a_publisher_that_fails_leaves_no_gap():
    say()

    def change_of_mind():
        with publishing():
            say()
            raise ValueError("changed my mind")

    with pytest.raises(ValueError, match="changed my mind"):
        change_of_mind()
    assert say().number == 2


@pytest.mark.django_db(transaction=True)
def test_times_never_run_against_the_numbers():
    said = [say() for _ in range(5)]
    assert [one.published_at for one in said] == sorted(one.published_at for one in said)


@pytest.mark.django_db
@pytest.mark.parametrize("given", [None, datetime(2026, 1, 1, tzinfo=UTC)])
def test_nothing_is_published_before_the_last_statement(given):
    """As when PostgreSQL's own clock was set back."""
    ahead = datetime(2126, 1, 1, tzinfo=UTC)
    assert say(published_at=ahead).published_at == ahead
    assert say(published_at=given).published_at == ahead


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE statements_statement SET kind = 'other'",
        "UPDATE statements_statement SET author_id = NULL",
        "DELETE FROM statements_statement",
        "TRUNCATE statements_statement CASCADE",
    ],
)
def test_the_database_refuses_to_rewrite_history(sql):
    statement = say()
    with pytest.raises(DatabaseError, match="what was said stays said"), as_owner() as cursor:
        cursor.execute(sql)
    assert Statement.objects.get().canonical == statement.canonical


@pytest.mark.django_db(transaction=True)
def test_the_orm_cannot_rewrite_history_either():
    statement = say()
    statement.kind = "other"
    with pytest.raises(DatabaseError), transaction.atomic():
        statement.save()
    with pytest.raises(DatabaseError), transaction.atomic():
        Statement.objects.filter(pk=statement.pk).update(kind="other")
    with pytest.raises(DatabaseError), transaction.atomic():
        Statement.objects.all()._raw_delete("default")
    assert Statement.objects.get().kind == "incident.opened"


@pytest.mark.django_db
def test_a_correction_is_a_new_statement_that_names_the_old_one():
    wrong = say()
    correction = statement_correct(statement=wrong, body=text("更正:共14,300笔"), author=None)
    assert (correction.number, correction.kind, correction.corrects) == (2, "correction", wrong)
    assert correction.document["corrects"] == 1
    assert correction.content == {**CONTENT, "body": text("更正:共14,300笔")}
    assert correction.news.keys() <= {"name", "impact", "audience", "components", "body"}
    assert Statement.objects.get(pk=1).content == CONTENT
    assert timeline("incident", SUBJECT.id) == [wrong, correction]


@pytest.mark.django_db
def test_a_correction_can_be_corrected():
    first = statement_correct(statement=say(), body=text("更正一"), author=None)
    second = statement_correct(statement=first, body=text("更正二"), author=None)
    assert second.corrects == first


@pytest.mark.django_db
def test_a_withdrawal_ends_what_can_be_said_about_a_statement():
    wrong = say(subject=Subject("notice", "zzzzzzzzzzzz"))
    withdrawal = statement_withdraw(statement=wrong, body=text("本条有误,撤回"), author=None)
    assert withdrawal.kind == "withdrawal"
    for again in (statement_withdraw, statement_correct):
        with pytest.raises(ValidationError, match=r"withdrawn|撤回"):
            again(statement=wrong, body=text("再来一次"), author=None)
        with pytest.raises(ValidationError):
            again(statement=withdrawal, body=text("撤回撤回"), author=None)
    assert Statement.objects.count() == 2


@pytest.mark.django_db
@pytest.mark.parametrize("act", [statement_correct, statement_withdraw])
def test_an_empty_answer_changes_nothing(act):
    wrong = say()
    with pytest.raises(ValidationError):
        act(statement=wrong, body={"en": "only English"}, author=None)
    assert Statement.objects.count() == 1


@pytest.mark.django_db
def test_timelines_are_kept_apart_and_read_in_one_query(django_assert_num_queries):
    other = Subject("incident", "zzzzzzzzzzzz")
    say()
    say(subject=other)
    say()
    with django_assert_num_queries(1):
        found = timelines("incident", (SUBJECT.id, other.id, "missing"))
    assert {key: [one.number for one in said] for key, said in found.items()} == {
        SUBJECT.id: [1, 3],
        other.id: [2],
    }


@pytest.mark.django_db
def test_the_newest_come_first():
    for _ in range(3):
        say()
    assert [one.number for one in latest_told(2)] == [3, 2]
    assert str(last_statement()) == "#3 incident.opened"
