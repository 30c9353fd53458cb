"""The real product on which a run acts: engines, provider, programs and readers."""

import signal
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

import psycopg
from django.db import connection

from statuspage.staff.roles import Role
from statuspage.staff.services import token_issue
from tests.chaos.clocks import Clocks
from tests.chaos.disk import Disk, small_disk
from tests.chaos.plan import Plan, Stop
from tests.chaos.publisher import Publisher
from tests.chaos.readers import make_readers
from tests.chaos.restoring import Backup
from tests.chaos.table import PROGRAMS
from tests.crash.engines import Engines
from tests.crash.harness import database, environment_of
from tests.crash.processes import Process, Processes
from tests.factories import make_component, make_staff
from tests.product import engines_folder, eventually, free_ports
from tests.simulator import Simulator, running_simulator

# The provider never sends receipts for these numbers: their messages must be looked up.
SILENT: Final = "+86139000001*"
# Slowly, so that acts hit a broadcast in its middle; and no message fails for being tried too
# often, as what takes hours elsewhere takes seconds here.
SETTINGS: Final = {
    "TWILIO_PER_SECOND": "80",
    "WECHAT_PER_SECOND": "20",
    "DELIVERY_MAX_ATTEMPTS": "1000",
    "QUIET_HOURS": "",
    "FOUR_EYES_KINDS": "",
    "PAGES_WAIT_SECONDS": "2",
}
LOCK_WITHIN_MS: Final = 2_000


@dataclass(frozen=True)
class Part:
    """Something that runs: how it is killed, started unless it runs, and sent a signal."""

    kill: Callable[[], None]
    start: Callable[[], None]
    signal: Callable[[signal.Signals], None]


class World:
    """One run's product, running."""

    publisher: Publisher

    def __init__(
        self, engines: Engines, simulator: Simulator, disk: Disk, folder: Path, port: int
    ) -> None:
        self.engines = engines
        self.simulator = simulator
        self.disk = disk
        self.folder = folder
        self.clocks = Clocks(folder, PROGRAMS)
        self.url = f"http://127.0.0.1:{port}"
        self.environment = {
            **environment_of(engines, simulator, folder, port),
            **SETTINGS,
            "WECHAT_CALLBACK_TOKEN": simulator.wechat_token,
            "WECHAT_ENCODING_AES_KEY": simulator.wechat_aes_key,
        }
        self.backup: Backup | None = None
        self._port = port
        self._holding: list[psycopg.Connection[Any]] = []
        self.processes = Processes(folder, {**self.environment, **self.clocks.environment()}, port)
        self._programs: dict[str, Process] = {}
        self._parts = {
            **{name: self._program_part(name) for name in PROGRAMS},
            "valkey": Part(engines.kill_redis, engines.start_redis, engines.signal_redis),
            "postgres": Part(engines.kill_postgres, self._start_postgres, engines.signal_postgres),
            "simulator": Part(simulator.kill, self._start_simulator, simulator.signal),
        }

    def settle(self, plan: Plan) -> None:
        """Make the readers and what publishes to them, and start every program."""
        incidents = sorted({one.incident for one in plan.statements})
        components = [make_component(f"演练服务{number}").public_id for number in incidents]
        self.readers = make_readers(components)
        followers = [one.address for one in self.readers.values() if one.channel == "wechat"]
        self.simulator.control(
            "POST",
            "wechat/followers",
            {"followers": [{"openid": one, "event": False} for one in followers]},
        )
        token = token_issue(name="chaos", staff=make_staff(role=Role.APPROVER), confirmed=True)
        self.publisher = Publisher(self._port, token, plan.statements, components)
        self._configure_simulator()
        self.start_programs()
        assert eventually(self._answers, bool), self.processes.logs()

    def program(self, name: str) -> Process:
        """Return a program that was started."""
        return self._programs[name]

    def kill(self, what: str) -> None:
        """End a part of it at once."""
        self._parts[what].kill()

    def start(self, what: str) -> None:
        """Start a part unless it runs."""
        self._parts[what].start()

    def signal(self, what: str, number: signal.Signals) -> None:
        """Send a part and all its children a signal."""
        self._parts[what].signal(number)

    def start_programs(self) -> None:
        """Start every program that does not run."""
        for name in PROGRAMS:
            self.start(name)

    def switch_off(self, fault: str) -> None:
        """End a fault of the provider's; numbers without receipts stay without."""
        self.simulator.control("DELETE", f"switches?fault={fault}")
        self.simulator.switch("receipts_never", to=SILENT)

    def stop(self, stop: Stop) -> None:
        """Have a reader of SMS write that they want no more."""
        numbers = [one.address for one in self.readers.values() if one.channel == "sms"]
        self.simulator.control("POST", "inbound", {"from": numbers[stop.person], "text": stop.word})

    def hold(self, sql: str) -> Callable[[], None]:
        """Take locks by an SQL statement, and return what lets them go."""
        session = psycopg.connect(self.engines.owner_url)
        self._holding.append(session)
        session.execute(f"SET lock_timeout = {LOCK_WITHIN_MS}")
        session.execute(sql)
        return session.close

    def let_go(self) -> None:
        """Let go of every lock that is held."""
        for session in self._holding:
            session.close()

    def back_up(self) -> Callable[[], None]:
        """Begin a backup, and return what restores it and goes on with it."""
        self.backup = Backup(self)
        self.backup.start()
        return self.backup.restore

    def go_on(self) -> None:
        """Continue all that was stopped."""
        for part in self._parts.values():
            with suppress(OSError, KeyError):  # it has ended, or never began
                part.signal(signal.SIGCONT)

    def recover(self) -> None:
        """Put everything right: continue all, restart what died, right clocks, faults off."""
        self.go_on()
        self.let_go()
        self.clocks.all_right()
        self.disk.empty()
        for part in self._parts.values():
            part.start()
        self.simulator.control("DELETE", "switches")
        self.simulator.switch("receipts_never", to=SILENT)

    def _answers(self) -> bool:
        with suppress(OSError), urllib.request.urlopen(f"{self.url}/readyz", timeout=5):
            return True
        return False

    def _program_part(self, name: str) -> Part:
        return Part(
            kill=lambda: self._programs[name].kill(),
            start=partial(self._start_program, name),
            signal=lambda number: self._programs[name].signal(number),
        )

    def _start_program(self, name: str) -> None:
        if name not in self._programs or self._programs[name].ended:
            kind = name.rstrip("12")
            variables = self.clocks.environment(name)
            self._programs[name] = self.processes.start(kind, environment=variables)

    def _start_postgres(self) -> None:
        self.engines.start_postgres()
        connection.close()

    def _start_simulator(self) -> None:
        if not self.simulator.running:
            self.simulator.start()
            self._configure_simulator()

    def _configure_simulator(self) -> None:
        config = {
            **{"sent_ms": 5, "delivered_ms": 10, "wechat_receipt_ms": 5},
            **{"callback_retries": 600, "callback_retry_ms": 200},
            "twilio_inbound_url": f"{self.url}/hooks/twilio/inbound/",
            "wechat_callback_url": f"{self.url}/hooks/wechat/",
        }
        self.simulator.control("PUT", "config", config)
        self.simulator.switch("receipts_never", to=SILENT)


@contextmanager
def running_world(plan: Plan) -> Iterator[World]:
    """Yield the product, running, on a folder, ports and engines of its own; all end with it."""
    with ExitStack() as stack:
        folder = stack.enter_context(engines_folder())
        disk = stack.enter_context(small_disk(folder / "pages"))
        web_port, redis_port = free_ports()
        engines = Engines(folder, redis_port)
        stack.callback(engines.stop)
        engines.start()
        simulator = stack.enter_context(running_simulator(journal=folder / "simulator.jsonl"))
        stack.enter_context(database(engines))
        world = World(engines, simulator, disk, folder, web_port)
        stack.callback(world.processes.kill_all)
        world.settle(plan)
        stack.callback(world.publisher.end)
        stack.callback(world.go_on)  # what is stopped does not end when it is asked to
        yield world
