"""The first statements of months whose partitions are missing, while a backup runs."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import psycopg
from django.db import connection

from notifications.delivery.partitions import Partition, partitions
from statuspage.operations.backup import backup
from tests.crash.harness import Stage
from tests.database.tampering import as_owner

RECIPIENTS = 60
SLOWLY = {"TWILIO_PER_SECOND": 60}
# pg_dump locks the tables in their order of creation, so it waits with all the others locked.
LAST_TABLE = "CREATE TABLE IF NOT EXISTS held_until_the_end ()"
FIRST_MOMENTS = {
    "a month": "2031-05-01T00:00:00+00:00",
    "a year": "2033-01-01T00:00:00+00:00",
    "29 February": "2032-02-29T00:00:00+00:00",
}


@contextmanager
def backup_that_takes_long(owner_url: str, file: Path) -> Iterator[None]:
    """Run the product's own backup, and let it go on only after the block."""
    with psycopg.connect(owner_url) as other:
        with as_owner() as cursor:
            cursor.execute(LAST_TABLE)
            cursor.execute("GRANT SELECT ON held_until_the_end TO PUBLIC")
        other.execute("LOCK TABLE held_until_the_end IN ACCESS EXCLUSIVE MODE")
        running = threading.Thread(target=back_up, args=[file])
        running.start()
        try:
            yield
            assert running.is_alive()
        finally:
            other.rollback()
            running.join()
            with as_owner() as cursor:
                cursor.execute("DROP TABLE held_until_the_end")


def back_up(file: Path) -> None:
    """Run the product's own backup in a thread, which has a connection of its own."""
    try:
        backup(file)
    finally:
        connection.close()


def locked_by_pg_dump() -> bool:
    """Whether pg_dump has its lock on the deliveries."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid)"
            " WHERE application_name = 'pg_dump' AND granted"
            " AND relation = 'delivery_delivery'::regclass"
        )
        return bool(cursor.fetchone()[0])


def test_statements_go_out_over_the_turn_of_a_month_during_a_backup(
    stage: Stage, tmp_path: Path
) -> None:
    stage.publish(RECIPIENTS)
    stage.start("worker", **SLOWLY)
    stage.wait_until_accepted(1)
    file = tmp_path / "candor.dump"
    with backup_that_takes_long(stage.engines.owner_url, file):
        stage.wait(locked_by_pg_dump, "pg_dump does not begin")
        for moment in map(datetime.fromisoformat, FIRST_MOMENTS.values()):
            assert Partition.of(moment) not in partitions()
            stage.announce(published_at=moment)
        stage.announce()
        stage.wait_until_finished()
    stage.assert_told_once()
    assert file.stat().st_size > 0
