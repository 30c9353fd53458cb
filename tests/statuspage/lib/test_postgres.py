"""Every wait for PostgreSQL has an end, on the server's side and on ours."""

import time
from collections.abc import Iterator

import pytest
from django.db import DatabaseError, OperationalError, connection, connections, transaction

from statuspage.lib.postgres import base
from statuspage.lib.postgres.base import IDLE_SECONDS, impatient, wait_no_longer_than
from tests.product import eventually

SLEEP = "SELECT pg_sleep(60)"
SLEEPING = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND query LIKE 'SELECT pg_sleep%'
"""


@pytest.fixture(autouse=True)
def _own_limits(monkeypatch: pytest.MonkeyPatch, transactional_db: None) -> Iterator[None]:
    """Give each test a process that has set no limits yet."""
    options = connections.settings["default"]["OPTIONS"]
    before = dict(options)
    for name in ("_patience", "_silent_until"):
        monkeypatch.setattr(base, name, getattr(base, name))
    connection.close()
    yield
    options.clear()
    options.update(before)
    connection.close()
    base._silent_until = 0.0
    assert eventually(lambda: ask(SLEEPING), lambda count: count == 0) == 0, "it sleeps on"
    connection.close()


def ask(sql: str) -> object:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchone()[0]


def test_the_server_ends_a_statement_that_is_too_long_and_the_connection_goes_on() -> None:
    wait_no_longer_than(60, statement_seconds=0.2)
    before = ask("SELECT pg_backend_pid()")
    with pytest.raises(OperationalError, match="statement timeout"):
        ask(SLEEP)
    assert ask("SELECT pg_backend_pid()") == before


def test_a_transaction_that_stands_still_ends() -> None:
    wait_no_longer_than(60)
    assert ask("SHOW idle_in_transaction_session_timeout") == f"{IDLE_SECONDS // 60}min"
    assert ask("SHOW statement_timeout") == "0"


def test_a_server_that_says_nothing_is_given_up_and_left_alone_for_a_moment() -> None:
    wait_no_longer_than(0.3)
    with pytest.raises(OperationalError), transaction.atomic():
        ask(SLEEP)
    assert connection.connection is None, "its answer would be taken for another's"
    with pytest.raises(OperationalError, match="a moment ago"):
        ask("SELECT 1")
    time.sleep(base.PAUSE_SECONDS)
    assert ask("SELECT 1") == 1


def test_one_thread_may_be_less_patient_for_a_while() -> None:
    wait_no_longer_than(60)
    with pytest.raises(DatabaseError), impatient(0.2):
        ask(SLEEP)


def test_a_refused_connection_is_no_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    wait_no_longer_than(60)
    with monkeypatch.context() as elsewhere:
        elsewhere.setitem(connection.settings_dict, "PORT", "1")
        with pytest.raises(OperationalError):
            ask("SELECT 1")
    assert ask("SELECT 1") == 1
