"""A new database, restored from a backup in place of one that is lost."""

from collections import Counter
from pathlib import Path

import psycopg
from django.db import connection, transaction

from notifications.delivery.holds import hold_decide
from notifications.delivery.models import Delivery, Hold
from notifications.delivery.states import HoldStep
from statuspage.lib.postgres.owner import as_owner
from statuspage.operations.backup import restore
from tests.crash.harness import Stage
from tests.crash.ledger import NUMBER
from tests.database.base import prepare

LOST = "lost"


def lose_everything_and_restore(stage: Stage, file: Path) -> None:
    """End every program, put a new database in place of the old one, and restore into it.

    Nothing runs afterwards.
    """
    stage.processes.kill("worker", "beat", "web")
    name = str(connection.settings_dict["NAME"])
    stage.reconnect()
    with psycopg.connect(stage.engines.owner_url, dbname="template1", autocommit=True) as admin:
        admin.execute(f"DROP DATABASE IF EXISTS {LOST} WITH (FORCE)")
        admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name]
        )
        admin.execute(f"ALTER DATABASE {name} RENAME TO {LOST}")
        admin.execute(f"CREATE DATABASE {name}")
    restore(file)
    with as_owner():
        prepare(connection)


def decide(stage: Stage, number: int, step: HoldStep, after: HoldStep) -> None:
    """Decide as staff do, and wait until it is done."""
    with transaction.atomic():
        assert hold_decide(number, step)
    stage.wait(lambda: Hold.objects.get(pk=number).step == after, f"it was never {after}")


def told(stage: Stage, number: int) -> Counter[str]:
    """How often the provider's ledger has each phone for a statement."""
    return Counter(
        message["to"]
        for message in stage.simulator.messages(provider="twilio")
        if int(NUMBER.findall(message["body"])[-1]) == number
    )


def states(number: int) -> Counter[str]:
    """How many deliveries of a statement are in which state."""
    return Counter(Delivery.objects.filter(statement_id=number).values_list("state", flat=True))
