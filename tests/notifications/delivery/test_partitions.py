"""Partitions: made months ahead and folded, while a backup holds its locks for hours."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from notifications.delivery import partitions as making
from notifications.delivery.broadcasts import expand
from notifications.delivery.claim import claim
from notifications.delivery.models import Broadcast, Delivery, DeliveryCount
from notifications.delivery.partitions import (
    AHEAD,
    Partition,
    deliveries_fold,
    ensure_partition,
    partitions,
    partitions_make,
)
from notifications.delivery.selectors import progress_by_channel
from statuspage.operations.configuration import BEAT_SCHEDULE
from tests.database.tampering import as_owner, owners_connection
from tests.factories import make_address, open_incident
from tests.product import eventually

pytestmark = pytest.mark.django_db(transaction=True)
LONG_AGO = datetime(2021, 5, 31, 23, 59, 59, tzinfo=UTC)
TURNS = {
    "a month": "2031-04-01T00:00:00+00:00",
    "a month in Beijing is not one": "2031-07-01T07:59:59+08:00",
    "a year": "2033-01-01T00:00:00+00:00",
    "29 February": "2032-02-29T00:00:00+00:00",
    "the day after": "2032-03-01T00:00:00+00:00",
}


def stranger() -> psycopg.Connection:
    """Return a connection of somebody else, a backup or the owner, to the same database."""
    return owners_connection()


def here() -> dict[str, str]:
    """Return the environment of a program on the same database."""
    present = connection.settings_dict
    url = f"postgresql://{present['USER']}:{present['PASSWORD']}@/{present['NAME']}"
    url += f"?host={present['HOST']}&port={present['PORT']}"
    settings = "statuspage.settings"
    own = {"DATABASE_URL": url, "DATABASE_OWNER_URL": "", "DJANGO_SETTINGS_MODULE": settings}
    return {**os.environ, **own}


@contextmanager
def locked(mode: str, *tables: str) -> Iterator[psycopg.Connection]:
    """Hold a lock on tables as somebody else, with a snapshot as pg_dump has."""
    with stranger() as other:
        other.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        for table in tables or ("delivery_delivery",):
            other.execute(f"LOCK TABLE {table} IN {mode} MODE")
        other.execute("SELECT count(*) FROM delivery_delivery")
        yield other
        other.rollback()


@pytest.fixture(autouse=True)
def _impatient(settings, transactional_db) -> Iterator[None]:
    """Fail instead of hanging where something waits; drop the months that a test has made."""
    settings.DELIVERY_KEEP_DAYS = 400
    deliveries_fold()  # other tests have left old months
    before = partitions()
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = '20s'")
    yield
    with as_owner() as cursor:
        for month in set(partitions()) - set(before):
            cursor.execute(f"DROP TABLE {month.name}")
    with connection.cursor() as cursor:
        cursor.execute("RESET statement_timeout")


@pytest.fixture
def hurried(monkeypatch) -> None:
    """Give up on locks at once."""
    monkeypatch.setattr(making, "MAKING_TIMEOUT", "200ms")
    monkeypatch.setattr(making, "FOLDING_SECONDS", 0.2)


def publish(published_at: datetime, recipients: int = 3) -> int:
    """Return the number of a statement that so many are told."""
    for _ in range(recipients):
        make_address()
    number = open_incident(published_at=published_at).number
    expand(number)
    return number


def fully(state: str, count: int) -> bool:
    """Whether the one broadcast has so many in that state, and none in another."""
    number = Broadcast.objects.get().pk
    counts = progress_by_channel(number)["sms"]
    return {one: many for one, many in counts.items() if many} == {state: count}


class TestMakingAhead:
    def test_migrating_makes_this_month_and_the_next_ones(self):
        this = Partition.of(timezone.now())
        assert this in partitions()
        assert len([month for month in partitions() if month.start > this.start]) >= AHEAD

    def test_beat_makes_them_every_hour(self):
        schedule = BEAT_SCHEDULE["delivery.make_partitions"]["schedule"]
        assert schedule.run_every == timedelta(hours=1)

    @pytest.mark.parametrize("turn", TURNS.values(), ids=TURNS)
    @pytest.mark.parametrize("mode", ["ACCESS SHARE", "ROW EXCLUSIVE"])
    def test_while_others_read_and_write(self, turn, mode):
        moment = datetime.fromisoformat(turn)
        with locked(mode):
            made = partitions_make(moment)
            assert len(made) == AHEAD + 1
            assert made[0] == f"delivery_delivery_{moment.astimezone(UTC):%Y_%m}"
            assert partitions_make(moment) == []
            publish(moment)
            claimed, _taken = claim("sms", 10)
        assert {one.published_at for one in claimed} == {moment}
        assert len(claimed) == 3

    @pytest.mark.parametrize("turn", TURNS.values(), ids=TURNS)
    def test_the_first_statement_of_a_month_without_one_makes_it(self, turn):
        moment = datetime.fromisoformat(turn)
        with locked("ACCESS SHARE"):
            number = publish(moment)
        assert Delivery.objects.filter(statement_id=number).count() == 3

    def test_a_partition_is_as_the_table_would_have_made_it(self):
        ensure_partition(datetime(2031, 4, 1, tzinfo=UTC))
        with as_owner() as owner, connection.cursor() as cursor:
            owner.execute("CREATE TABLE twin PARTITION OF delivery_delivery DEFAULT")
            described = []
            for table in ("delivery_delivery_2031_04", "twin"):
                cursor.execute(
                    "SELECT attname, attnotnull, format_type(atttypid, atttypmod)"
                    " FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0",
                    [table],
                )
                columns = cursor.fetchall()
                cursor.execute(
                    "SELECT regexp_replace(indexdef, '.* (USING .*)', '\\1'), inhparent::regclass"
                    " FROM pg_indexes JOIN pg_inherits ON inhrelid = indexname::regclass"
                    " WHERE tablename = %s ORDER BY 1",
                    [table],
                )
                described.append((columns, cursor.fetchall()))
            owner.execute("DROP TABLE twin")
        assert described[0] == described[1]
        assert len(described[0][1]) == 9

    def test_it_gives_up_soon_and_the_next_run_makes_it(self, hurried):
        moment, later = datetime(2031, 4, 1, tzinfo=UTC), datetime(2031, 9, 1, tzinfo=UTC)
        ensure_partition(later)
        with locked("SHARE UPDATE EXCLUSIVE"):
            assert partitions_make(moment) == []
            with pytest.raises(OperationalError, match="lock timeout"):
                publish(moment)
            # Nobody stands behind it in the queue.
            assert publish(later, 1)
        assert len(partitions_make(moment)) == AHEAD + 1


class TestFoldingBesideOthers:
    def test_a_reader_never_sees_a_figure_twice_or_not_at_all(self, hurried, monkeypatch):
        publish(LONG_AGO)
        Delivery.objects.update(state="sent")
        seen = []
        execute = making._execute

        def looking(*given):
            seen.append(fully("sent", 3))
            execute(*given)

        monkeypatch.setattr(making, "_execute", looking)
        assert deliveries_fold() == ["delivery_delivery_2021_05"]
        assert seen == [True] * 4
        assert fully("sent", 3)

    @pytest.mark.parametrize("mode", ["ACCESS SHARE", "ROW EXCLUSIVE"])
    def test_one_that_a_transaction_holds_up_is_finished_later(self, hurried, mode):
        publish(LONG_AGO)
        with locked(mode):
            assert deliveries_fold() == []
            assert fully("pending", 3)
            assert deliveries_fold() == []
            # Nobody waits for it meanwhile, and new months can be made.
            assert Delivery.objects.update(looks=1) == 3
            assert ensure_partition(datetime(2031, 4, 1, tzinfo=UTC))
        assert deliveries_fold() == ["delivery_delivery_2021_05"]
        assert fully("pending", 3)
        assert DeliveryCount.objects.get().count == 3

    def test_what_changed_between_the_counts_is_in_the_last_one(self, hurried):
        publish(LONG_AGO)
        with locked("ACCESS SHARE"):
            assert deliveries_fold() == []
        with as_owner() as cursor:
            cursor.execute("UPDATE delivery_delivery_2021_05 SET state = 'failed'")
        assert deliveries_fold() == ["delivery_delivery_2021_05"]
        assert fully("failed", 3)

    def test_a_backup_of_the_detached_table_only_puts_it_off(self, hurried):
        publish(LONG_AGO)
        with as_owner() as cursor:
            making._execute(making.COUNT, making.OldMonth("delivery_delivery_2021_05", True, False))
            cursor.execute(
                "ALTER TABLE delivery_delivery DETACH PARTITION delivery_delivery_2021_05"
            )
        with locked("ACCESS SHARE", "delivery_delivery_2021_05"):
            assert deliveries_fold() == []
            assert fully("pending", 3)
        assert deliveries_fold() == ["delivery_delivery_2021_05"]
        assert fully("pending", 3)

    def test_two_workers_fold_one_after_the_other(self):
        publish(LONG_AGO)
        with stranger() as other:
            other.execute("SELECT pg_advisory_lock(%s)", [making.FOLDING_LOCK])
            assert deliveries_fold() == []
            other.execute("SELECT pg_advisory_unlock(%s)", [making.FOLDING_LOCK])
        assert deliveries_fold() == ["delivery_delivery_2021_05"]

    @pytest.mark.parametrize("step", [making.COUNT, making.DETACH, making.DROP])
    @pytest.mark.parametrize("when", ["before", "after"])
    def test_a_kill_at_any_step_is_picked_up(self, step, when):
        publish(LONG_AGO)
        die = "os.kill(os.getpid(), signal.SIGKILL)"
        script = (
            "import os, signal\n"
            "import django; django.setup()\n"
            "from notifications.delivery import partitions as one\n"
            "execute = one._execute\n"
            "def dying(statement, *given):\n"
            f"    mine = statement.startswith({step!r})\n"
            f"    if mine and {when == 'before'}: {die}\n"
            "    execute(statement, *given)\n"
            f"    if mine: {die}\n"
            "one._execute = dying\n"
            "one.deliveries_fold()\n"
        )
        done = subprocess.run([sys.executable, "-c", script], env=here(), check=False)
        assert done.returncode == -9
        assert fully("pending", 3)
        # The killed one's session may still be ending.
        folded = eventually(deliveries_fold, bool)
        assert folded == ["delivery_delivery_2021_05"]
        assert fully("pending", 3)
        assert DeliveryCount.objects.get().count == 3


def test_months_are_as_long_as_they_are():
    for start, until in (
        ("2032-02-01", "2032-03-01"),
        ("2031-02-01", "2031-03-01"),
        ("2031-12-01", "2032-01-01"),
    ):
        month = Partition.of(datetime.fromisoformat(start).replace(tzinfo=UTC))
        assert f"{month.until:%Y-%m-%d}" == until
        assert Partition.of(month.until - timedelta(microseconds=1)) == month
