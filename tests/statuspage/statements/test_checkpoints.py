"""The tree grows with every statement, in its transaction, and can be neither forked nor undone."""

import threading

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, close_old_connections, connection
from django.test.utils import CaptureQueriesContext

from statuspage.statements.models import Checkpoint, Statement, TreeNode
from statuspage.statements.services import publishing
from statuspage.statements.tree import root_at, tree_size
from tests.database.tampering import as_owner
from tests.factories import text
from tests.statuspage.pages.log.auditor import drop, say, say_many
from tests.statuspage.statements import naive
from tests.statuspage.statements.test_publish import say as say_content


def entries():
    texts = Statement.objects.order_by("number").values_list("canonical", flat=True)
    return [one.encode() for one in texts]


def assert_whole(size):
    """The newest checkpoint is over all statements, and every older one is over a beginning."""
    leaves = entries()
    assert len(leaves) == tree_size() == Checkpoint.objects.order_by("-size")[0].size == size
    for one in Checkpoint.objects.all():
        assert naive.b64(one.root) == naive.mth(leaves[: one.size]) == root_at(one.size)


@pytest.mark.django_db
def test_every_statement_has_its_checkpoint():
    for _number in range(5):
        say()
    assert list(Checkpoint.objects.order_by("size").values_list("size", flat=True)) == [
        *range(1, 6)
    ]
    assert_whole(5)


@pytest.mark.django_db
def test_saying_something_costs_as_many_queries_in_a_long_log_as_in_a_short_one():
    say_many(2)
    with CaptureQueriesContext(connection) as short:
        say()
    say_many(508)
    with CaptureQueriesContext(connection) as long:
        say()  # the 512th: it completes a subtree on every level
    assert len(long) == len(short)
    assert TreeNode.objects.filter(level=9).count() == 1
    assert_whole(512)


@pytest.mark.django_db(transaction=True)
def test_a_statement_that_is_taken_back_leaves_no_trace_in_the_tree():
    say()

    def change_of_mind():
        with publishing():
            say()
            raise ValueError("changed my mind")

    with pytest.raises(ValueError, match="changed my mind"):
        change_of_mind()
    assert_whole(1)
    say()
    assert_whole(2)


@pytest.mark.django_db(transaction=True)
def test_eight_publishers_at_once_grow_one_tree():
    errors = []

    def publisher():
        try:
            for _ in range(6):
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
    assert Checkpoint.objects.count() == 48
    assert_whole(48)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("table", ["checkpoint", "treenode"])
@pytest.mark.parametrize(
    "sql", ["UPDATE statements_{} SET {}", "DELETE FROM statements_{}", "TRUNCATE statements_{}"]
)
def test_the_database_refuses_to_change_the_tree(table, sql):
    say()
    change = {"checkpoint": "note = ''", "treenode": "hash = ''"}[table]
    with pytest.raises(DatabaseError, match="what was said stays said"), as_owner() as cursor:
        cursor.execute(sql.format(table, change))
    assert_whole(1)


@pytest.mark.django_db(transaction=True)
def test_a_number_that_was_signed_is_never_given_again():
    for _number in range(3):
        say()
    drop(3)
    assert say().number == 4
    assert Checkpoint.objects.order_by("-size")[0].size == 4


@pytest.mark.django_db
def test_a_statement_of_the_greatest_length_can_be_served(client):
    room = 65_535 - len(say().canonical.encode()) + len("正在排查。".encode())
    said = say("x" * room)
    assert len(said.canonical.encode()) == 65_535
    bundle = client.get("/log/tile/entries/000.p/2").content
    assert bundle.endswith(said.canonical.encode())


@pytest.mark.django_db
def test_a_statement_too_long_for_the_log_is_refused_and_nothing_is_said():
    long = text("正" * 30_000)
    with pytest.raises(ValidationError) as refused:
        say_content(content={"name": text("名称"), "body": long})
    assert "65535" in refused.value.messages[0]
    assert not Statement.objects.exists()
    assert tree_size() == 0
