"""Several workers, and engines that go away in the middle."""

import threading
from contextlib import suppress

import psycopg
import pytest
from django.db import DatabaseError, connection

from statuspage.settlement.affected import applying, services
from statuspage.settlement.affected.models import AffectedTransaction
from statuspage.settlement.affected.services import uploads_read
from statuspage.statements.models import Statement
from tests.factories import open_incident
from tests.statuspage.settlement.affected.lists import line, problems, receive, settled, take, text

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def incident():
    return open_incident().subject_id


@pytest.fixture
def both_look_first(monkeypatch):
    """Nobody takes over before both have compared with what was known, if nothing stops them."""
    barrier = threading.Barrier(2, timeout=1)
    rows = applying._rows

    def waiting(statement, given):
        if statement is applying.COUNTED:
            with suppress(threading.BrokenBarrierError):
                barrier.wait()
        return rows(statement, given)

    monkeypatch.setattr(applying, "_rows", waiting)


def read_together(*uploads):
    def read(upload):
        try:
            services._read(upload)
        finally:
            connection.close()

    threads = [threading.Thread(target=read, args=(one,)) for one in uploads]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_an_arrival_is_told_once_however_many_lists_say_it(incident, both_look_first):
    take(text(line()), incident=incident)
    read_together(*(receive(text(settled()), incident=incident) for _ in range(2)))
    assert Statement.objects.filter(kind="notice.settled").count() == 1


def test_an_arrival_is_not_undone_by_a_list_that_did_not_know(incident, both_look_first):
    take(text(line()), incident=incident)
    read_together(
        receive(text(settled()), incident=incident),
        receive(text(line(amount="11.00")), incident=incident),
    )
    assert AffectedTransaction.objects.get().fate == "settled"


def test_a_list_that_another_worker_reads_is_left_to_it(incident):
    upload = receive(text(line()), incident=incident)
    held, done = threading.Event(), threading.Event()

    def other():
        with services._alone(upload) as mine:
            assert mine
            held.set()
            done.wait(10)
        connection.close()

    worker = threading.Thread(target=other)
    worker.start()
    held.wait(10)
    uploads_read()
    upload.refresh_from_db()
    assert upload.state == "waiting"
    done.set()
    worker.join()
    uploads_read()
    upload.refresh_from_db()
    assert upload.state == "done"


def test_the_older_list_of_an_incident_is_read_first(incident):
    older, newer = (receive(text(one), incident=incident) for one in (line(), settled()))
    with services._alone(older):
        worker = threading.Thread(target=lambda: (uploads_read(), connection.close()))
        worker.start()
        worker.join()
    newer.refresh_from_db()
    assert newer.state == "waiting"
    uploads_read()
    newer.refresh_from_db()
    assert (newer.state, newer.settled) == ("done", 1)


def test_a_database_that_goes_away_in_the_middle_costs_nothing(incident, monkeypatch):
    upload = receive(text(line(), line(reference="2")), incident=incident)
    values, access = services._values, connection.get_connection_params()
    known = {key: access[key] for key in ("dbname", "user", "host", "port") if access.get(key)}

    def cut_off(*arguments):
        with psycopg.connect(**known, autocommit=True) as admin:
            admin.execute(
                "SELECT pg_terminate_backend(%s, 5000)", [connection.connection.info.backend_pid]
            )
        yield from values(*arguments)

    monkeypatch.setattr(services, "_values", cut_off)
    with pytest.raises(DatabaseError):
        uploads_read()
    connection.close()
    monkeypatch.undo()
    uploads_read()
    upload.refresh_from_db()
    assert (upload.state, upload.added) == ("done", 2)


def test_a_file_without_line_ends_is_no_list(incident):
    upload = take(b"a" * (3 << 20), incident=incident)
    assert upload.state == "unreadable"


def test_two_columns_that_say_the_same_are_no_guess(incident):
    header = "商户号,参考号,手机尾号,商户类别,交易时间,金额,状态,结算时间,到账时间"
    upload = take(text(header=header), incident=incident)
    assert problems(upload) == [(1, "settled_at", "twice")]
