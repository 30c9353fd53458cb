"""Several workers, and several lists of one incident."""

import threading
from contextlib import suppress

import pytest
from django.db import connection

from statuspage.settlement.affected import applying
from statuspage.settlement.affected.services import UPLOADS
from statuspage.settlement.models import AffectedTransaction
from statuspage.statements.models import Statement
from tests.factories import open_incident
from tests.statuspage.settlement.affected.lists import line, receive, settled, take, text

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def incident():
    return open_incident().subject_id


@pytest.fixture
def both_look_first(monkeypatch):
    """Nobody takes over before both have compared with what was known, if nothing stops them."""
    barrier = threading.Barrier(2, timeout=1)
    count = applying._count

    def waiting(statement, given):
        if statement is applying.CHANGE:
            with suppress(threading.BrokenBarrierError):
                barrier.wait()
        return count(statement, given)

    monkeypatch.setattr(applying, "_count", waiting)


def read_together(*uploads):
    def read(upload):
        try:
            UPLOADS._read(upload)
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
    assert AffectedTransaction.objects.get().status == "settled"


def test_the_older_list_of_an_incident_is_read_first(incident):
    older, newer = (receive(text(one), incident=incident) for one in (line(), settled()))
    with UPLOADS._alone(older):
        worker = threading.Thread(target=lambda: (UPLOADS.read_all(), connection.close()))
        worker.start()
        worker.join()
    newer.refresh_from_db()
    assert newer.state == "waiting"
    UPLOADS.read_all()
    newer.refresh_from_db()
    assert (newer.state, newer.settled) == ("done", 1)
