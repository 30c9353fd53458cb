"""The stage on which processes are killed: engines, provider, programs, and the last word."""

import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.models import Q

from notifications.delivery.models import Broadcast, BroadcastState, Delivery, Receipt
from notifications.delivery.selectors import progress_by_channel
from notifications.delivery.states import UNFINISHED, DeliveryState
from statuspage.lib.database_url import database_from_url
from statuspage.lib.postgres.owner import as_owner as owners
from tests.crash.engines import Engines
from tests.crash.ledger import assert_agreement
from tests.crash.people import make_people
from tests.crash.processes import Process, Processes
from tests.database.base import prepare
from tests.database.tampering import as_owner
from tests.factories import open_incident
from tests.product import INHERITED, eventually
from tests.simulator import Simulator

WITHIN_SECONDS: Final = 150.0
# For a worker whose every request must be answered, however slow the machine is just now.
PATIENT: Final = {"DELIVERY_TIMEOUT_SECONDS": 20.0, "DELIVERY_LEASE_SECONDS": 60}
# The provider's settings: every callback gets through in the end, and we see what came of it.
PERSISTENT: Final = {
    **{"callback_retries": 600, "callback_retry_ms": 200, "connection_overrides": False},
    "twilio_inbound_url": "",
}
# A callback that comes late must find no delivery of the next test under its number.
IDS_OF_A_TEST: Final = 1_000_000
RESTART_IDS: Final = "ALTER TABLE delivery_delivery ALTER COLUMN id RESTART WITH %s"


class Stage:
    """Everything that takes part in a broadcast, and this test's audience and statements."""

    def __init__(self, engines: Engines, simulator: Simulator, folder: Path, port: int) -> None:
        self.engines = engines
        self.simulator = simulator
        self.site = f"http://127.0.0.1:{port}"
        self._folder = folder
        self.processes = Processes(folder, environment_of(engines, simulator, folder, port), port)
        self.people: dict[int, str] = {}
        self.statements: list[int] = []
        self.silent: tuple[str, ...] = ()
        self._tests = count(1)

    def reset(self) -> None:
        """End the workers, and forget all messages, tasks, statements and people."""
        self.processes.kill("worker")
        self.engines.start_postgres()  # the test before may have failed while it was down
        self.reconnect()
        self.simulator.control("POST", "reset")
        self.engines.flush_redis()
        call_command("flush", interactive=False, verbosity=0)
        shutil.rmtree(self._folder / "log", ignore_errors=True)  # of the log that is no more
        with as_owner() as cursor:
            cursor.execute(RESTART_IDS, [next(self._tests) * IDS_OF_A_TEST])
        self.people, self.statements, self.silent = {}, [], ()
        self.processes.ensure("beat")
        self.processes.ensure("web")

    def start(self, kind: str, instant: str = "", clock: str = "", **settings: Any) -> Process:
        """Start a program."""
        return self.processes.start(kind, instant, clock, **settings)

    def die_at(self, kind: str, instant: str, **settings: Any) -> None:
        """Run a program up to the instant at which it kills itself."""
        doomed = self.start(kind, instant, **settings)
        self.wait(lambda: doomed.ended, f"it did not die {instant}")
        doomed.kill()

    def invite(self, recipients: int, channel: str = "sms") -> None:
        """Make so many merchants who are to hear of everything."""
        self.people = make_people(recipients, channel)

    def announce(self, **values: Any) -> int:
        """Open an incident, and return its statement's number.

        Its hint reaches nobody, as this process knows only the suite's own broker: every test here
        also shows that the sweep makes up for it.
        """
        self.statements.append(open_incident(**values).number)
        return self.statements[-1]

    def publish(self, recipients: int, channel: str = "sms") -> None:
        """Open an incident that so many merchants are to hear of."""
        self.invite(recipients, channel)
        self.announce()

    @contextmanager
    def configured(self, **config: Any) -> Iterator[None]:
        """Give the simulator other settings for a while."""
        self.simulator.control("PUT", "config", config)
        try:
            yield
        finally:
            self.simulator.control("PUT", "config", PERSISTENT)

    def silence(self, *beginnings: str) -> None:
        """Have the provider send no receipts for numbers that begin so."""
        for beginning in beginnings:
            self.simulator.switch("receipts_never", to=f"{beginning}*")
        self.silent = beginnings

    def wait(self, holds: Callable[[], Any], complaint: str) -> None:
        """Return as soon as something holds.

        Raises:
            AssertionError: it does not in good time; the message has the end of every log.
        """
        if not eventually(holds, bool, WITHIN_SECONDS):
            counts = [progress_by_channel(number) for number in self.statements]
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

    def wait_until_struck(self, fault: str) -> None:
        """Return when a switched-on fault has struck at least once."""
        self.wait(lambda: self._struck(fault), f"{fault} never struck")

    def wait_until_finished(self, *statements: int) -> None:
        """Return when broadcasts are finished and every receipt that will come is applied."""
        self.wait(lambda: self.finished(*statements), "the broadcast did not finish")
        self.wait(lambda: not self._awaited(*statements), "receipts are missing")
        self.wait(lambda: self.finished(*statements), "receipts are not applied")

    def assert_told_once(
        self, *statements: int, since: float = 0, refused: Mapping[str, str] | None = None
    ) -> None:
        """The provider's own ledger has everybody once a statement, and our rows agree with it.

        `since` is a moment, in seconds since 1970, before which nothing can have been told.
        """
        assert_agreement(
            self.simulator.messages(provider="twilio", since=str(since)),
            statements or self.statements,
            self.people,
            self.silent,
            refused,
        )

    def finished(self, *statements: int) -> bool:
        """Whether nothing is left to be done for these statements, or for any."""
        ours = Q(statement_id__in=statements or self.statements)
        open_ones = Broadcast.objects.filter(ours).exclude(state=BroadcastState.FINISHED)
        deliveries = Delivery.objects.filter(ours).values("pk")
        waiting = Receipt.objects.filter(applied_at=None, delivery_id__in=deliveries)
        return not open_ones.exists() and not waiting.exists()

    def _awaited(self, *statements: int) -> bool:
        """Whether there is an SMS of which the provider has not said its last word yet."""
        silent = [pk for pk, one in self.people.items() if one.startswith(self.silent or ("-",))]
        waiting = Delivery.objects.filter(
            statement_id__in=statements or self.statements,
            channel="sms",
            state__in=[*UNFINISHED, DeliveryState.SENT],
        )
        return waiting.exclude(state=DeliveryState.SENT, address_id__in=silent).exists()

    def _struck(self, fault: str) -> int:
        switches = self.simulator.control("GET", "switches")["switches"]
        return sum(one["struck"] for one in switches if one["fault"] == fault)


def environment_of(
    engines: Engines, simulator: Simulator, folder: Path, port: int
) -> dict[str, str]:
    """Return the variables of every program of the product."""
    return {
        **{name: value for name, value in os.environ.items() if name not in INHERITED},
        "DJANGO_SETTINGS_MODULE": "tests.crash.settings",
        "DEBUG": "true",
        "DATA_DIR": str(folder),
        "DATABASE_URL": engines.database_url,
        "DATABASE_OWNER_URL": "",  # no program has it
        "REDIS_URL": engines.redis_url,
        "SITE_URL": f"http://127.0.0.1:{port}",
        # This process publishes, and signs, too.
        "LOG_ORIGIN": settings.LOG_ORIGIN,
        "TWILIO_BASE_URL": simulator.url,
        "TWILIO_ACCOUNT_SID": simulator.account_sid,
        "TWILIO_AUTH_TOKEN": simulator.auth_token,
        "TWILIO_FROM": "+15005550006",
        "TWILIO_PER_SECOND": "2000",
        "WECHAT_BASE_URL": simulator.url,
        "WECHAT_APP_ID": simulator.app_id,
        "WECHAT_SECRET": simulator.secret,
        "WECHAT_TEMPLATE_ID": "template-of-updates",
        "WECHAT_NOTICE_TEMPLATE_ID": "template-of-notices",
        "WECOM_BASE_URL": simulator.url,
        "EMAIL_HOST": "127.0.0.1",
        "EMAIL_PORT": str(simulator.smtp_port),
        "DELIVERY_BATCH": "40",
    }


@contextmanager
def database(engines: Engines) -> Iterator[None]:
    """Point this process's connection at a database with the product's tables in it."""
    before, owner = dict(connection.settings_dict), settings.DATABASE_OWNER
    settings.DATABASE_OWNER = database_from_url(engines.owner_url)
    connection.close()
    connection.settings_dict.update({**database_from_url(engines.database_url), "CONN_MAX_AGE": 0})
    try:
        call_command("migrate", verbosity=0)
        with owners():
            prepare(connection)
        yield
    finally:
        connection.close()
        connection.settings_dict.clear()
        connection.settings_dict.update(before)
        settings.DATABASE_OWNER = owner
