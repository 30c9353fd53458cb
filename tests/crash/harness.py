"""The stage on which processes are killed: engines, provider, programs, and the last word."""

import os
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from django.core.management import call_command
from django.db import connection

from notifications.delivery.models import Broadcast, BroadcastState, Delivery, Receipt
from notifications.delivery.selectors import progress
from notifications.delivery.states import UNFINISHED, DeliveryState
from notifications.simulator.testing import Simulator, free_port
from statuspage.env import database_from_url
from tests.crash.engines import Engines
from tests.crash.people import make_people
from tests.crash.processes import Process, Processes
from tests.factories import open_incident
from tests.product import INHERITED, eventually

WITHIN_SECONDS: Final = 150.0


class Stage:
    """Everything that takes part in a broadcast, and this test's audience and statement."""

    def __init__(self, engines: Engines, simulator: Simulator, folder: Path) -> None:
        self.engines = engines
        self.simulator = simulator
        self._port = free_port()
        self.processes = Processes(folder, self._environment(folder))
        self.people: dict[int, str] = {}
        self.statements: list[int] = []

    def reset(self) -> None:
        """End the workers, and forget all messages, tasks, statements and people."""
        self.processes.kill("worker", "doomed")
        self.simulator.control("POST", "reset")
        self.engines.flush_redis()
        call_command("flush", interactive=False, verbosity=0)

    def start(self, kind: str, *arguments: str, **settings: str) -> Process:
        """Start a program."""
        if kind == "web":
            arguments = ("--port", str(self._port), *arguments)
        return self.processes.start(kind, *arguments, **settings)

    def die_at(self, instant: str, **settings: str) -> None:
        """Run a worker up to the instant at which it kills itself."""
        doomed = self.start("doomed", instant, **settings)
        self.wait(lambda: doomed.ended, f"it did not die {instant}")
        doomed.kill()

    def publish(self, recipients: int) -> None:
        """Open an incident that so many merchants are to hear of.

        Its hint reaches nobody, as this process knows only the suite's own broker: every test here
        also shows that the sweep makes up for it.
        """
        self.people = make_people(recipients)
        self.statements = [open_incident().number]

    def publish_again(self) -> None:
        """Open a second incident for the same merchants."""
        self.statements.append(open_incident().number)

    def wait(self, holds: Callable[[], Any], complaint: str) -> None:
        """Return as soon as something holds.

        Raises:
            AssertionError: it does not in good time; the message has the end of every log.
        """
        if not eventually(holds, bool, WITHIN_SECONDS):
            counts = [progress(number) for number in self.statements]
            raise AssertionError(f"{complaint}: {counts}\n{self.processes.logs()}")

    def reconnect(self) -> None:
        """Let go of this process's own connection, which PostgreSQL has closed."""
        connection.close()

    def accepted(self) -> int:
        """How many messages the provider has taken so far."""
        return int(self.simulator.control("GET", "counts")["messages"])

    def wait_until_accepted(self, count: int) -> None:
        """Return when the provider has taken at least so many messages."""
        self.wait(lambda: self.accepted() >= count, f"the provider never took {count} messages")

    def wait_until_finished(self, *, receipts: bool = True) -> None:
        """Return when every broadcast is finished and every receipt has come and is applied."""
        self.wait(self.finished, "the broadcast did not finish")
        if receipts:
            self.wait(self.receipts_in, "receipts are missing")
            self.wait(self.finished, "receipts are not applied")

    def wait_until_struck(self, fault: str) -> None:
        """Return when a switched-on fault has struck at least once."""
        self.wait(lambda: self._struck(fault), f"{fault} never struck")

    def assert_told_once(self, state: str = "") -> None:
        """The provider's own ledger has everybody once a statement, and our rows agree with it.

        Each row must be in the state that the ledger has, or in `state` where receipts are lost.
        """
        ledger = self.simulator.messages(provider="twilio")
        times = Counter(message["to"] for message in ledger)
        expected = Counter({number: len(self.statements) for number in self.people.values()})
        assert not expected - times, f"lost: {expected - times}"
        assert not times - expected, f"doubled: {times - expected}"
        assert len({(message["to"], message["body"]) for message in ledger}) == len(ledger)
        rows = Delivery.objects.filter(statement_id__in=self.statements)
        assert sorted(
            (self.people[row.address_id or 0], row.provider_id, row.state) for row in rows
        ) == sorted((one["to"], one["sid"], state or one["status"]) for one in ledger)

    def finished(self) -> bool:
        """Whether nothing is left to be done for any statement."""
        unfinished = Broadcast.objects.exclude(state=BroadcastState.FINISHED)
        return not unfinished.exists() and not Receipt.objects.filter(applied_at=None).exists()

    def receipts_in(self) -> bool:
        """Whether the provider's last word on every message is here."""
        return not Delivery.objects.filter(state__in=[*UNFINISHED, DeliveryState.SENT]).exists()

    def _struck(self, fault: str) -> int:
        switches = self.simulator.control("GET", "switches")["switches"]
        return sum(one["struck"] for one in switches if one["fault"] == fault)

    def _environment(self, folder: Path) -> dict[str, str]:
        return {
            **{name: value for name, value in os.environ.items() if name not in INHERITED},
            "DJANGO_SETTINGS_MODULE": "tests.crash.settings",
            "DEBUG": "true",
            "DATA_DIR": str(folder),
            "DATABASE_URL": self.engines.database_url,
            "REDIS_URL": self.engines.redis_url,
            "SITE_URL": f"http://127.0.0.1:{self._port}",
            "TWILIO_BASE_URL": self.simulator.url,
            "TWILIO_ACCOUNT_SID": self.simulator.account_sid,
            "TWILIO_AUTH_TOKEN": self.simulator.auth_token,
            "TWILIO_FROM": "+15005550006",
            "TWILIO_PER_SECOND": "400",
            "DELIVERY_BATCH": "40",
            "DELIVERY_LEASE_SECONDS": "5",
            "DELIVERY_RESOLVE_AFTER_SECONDS": "2",
            "DELIVERY_TIMEOUT_SECONDS": "1",
        }


@contextmanager
def database(url: str) -> Iterator[None]:
    """Point this process's connection at a database with the product's tables in it."""
    before = dict(connection.settings_dict)
    connection.close()
    connection.settings_dict.update({**database_from_url(url), "CONN_MAX_AGE": 0})
    try:
        call_command("migrate", verbosity=0)
        yield
    finally:
        connection.close()
        connection.settings_dict.clear()
        connection.settings_dict.update(before)
