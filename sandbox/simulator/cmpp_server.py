"""CMPP's server: one session a connection, with its log-in, window, heartbeat and faults."""

import asyncio
import hmac
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, Final, cast

from sandbox.simulator import cmpp_wire as wire
from sandbox.simulator.cmpp_gateway import Gateway, international, refusal_of
from sandbox.simulator.core import Core
from sandbox.simulator.store import Provider
from sandbox.simulator.switches import Fault, Switch

# How many of its own questions a gateway has open on a connection.
WINDOW: Final = 16
LOGIN_SECONDS: Final = 10
STRUCTURE, SOURCE, PROOF, VERSION = 1, 2, 3, 4


class Session:
    """One connection."""

    def __init__(
        self, gateway: Gateway, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._gateway, self._reader, self._writer = gateway, reader, writer
        self._core: Core = gateway.core
        self.version = 0
        # The owed things that are on their way to the client, and since when.
        self.open: dict[int, tuple[str, float]] = {}
        self._sequence = 0
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Serve the client until it leaves, or sends what no client may."""
        try:
            async with asyncio.timeout(LOGIN_SECONDS):
                known = await self._log_in()
            if known:
                self._start(self._beat())
                while await self._next():
                    pass
        except (OSError, EOFError, TimeoutError):
            return
        except wire.Unreadable as error:
            self._core.store.note(f"CMPP: {error}")
        finally:
            for task in self._tasks:
                task.cancel()
            self._writer.close()

    def offer(self, key: str, row: Mapping[str, Any]) -> None:
        """Send the client something that is owed to it."""
        content, report = row.get("text", "").encode("utf-16-be"), "report" in row
        named = int(row.get("report") or key)
        if report:
            at = (row["submitted"], row["done"])
            content = wire.report(named, row["state"], at, row["number"], self.version)
        sender = row["number"] if report else row["from"]
        body = wire.deliver(named, sender, row["to"], content, self.version, report=report)
        self.open[self._ask(wire.DELIVER, body)] = (key, time.monotonic())

    def has_room(self) -> bool:
        """Whether another question may be asked."""
        return len(self.open) < WINDOW and bool(self.version) and not self._writer.is_closing()

    async def _frame(self) -> tuple[int, int, bytes]:
        head = await self._reader.readexactly(wire.HEAD.size)
        length, command, sequence = wire.HEAD.unpack(head)
        if not wire.HEAD.size <= length <= wire.LONGEST:
            raise wire.Unreadable(f"a frame of {length} octets")
        return command, sequence, await self._reader.readexactly(length - wire.HEAD.size)

    async def _log_in(self) -> bool:
        command, sequence, body = await self._frame()
        if command != wire.CONNECT:
            raise wire.Unreadable("the first frame is no CONNECT")
        account, proof, version, timestamp = wire.connect(body)
        settings = self._core.settings
        switch = self._strike(Fault.LOGIN_REFUSED, account)
        expected = wire.digest(account, settings.cmpp_shared_secret, timestamp)
        cases = (
            (switch is not None, int(switch.code or PROOF) if switch else 0),
            (version not in (0x20, 0x30), VERSION),
            (account != settings.cmpp_source_addr, SOURCE),
            (not hmac.compare_digest(expected, proof), PROOF),
        )
        status = next((status for applies, status in cases if applies), 0)
        answer = wire.connect_answer(status, proof, settings.cmpp_shared_secret, version)
        self._write(wire.CONNECT | wire.ANSWER, sequence, answer)
        self.version = 0 if status else version
        self._gateway.owes.set()
        return not status

    async def _next(self) -> bool:
        """Read a frame and act on it; return False once the client has said goodbye."""
        command, sequence, body = await self._frame()
        if command == wire.SUBMIT:
            self._start(self._submit(sequence, body))
        elif command == wire.DELIVER | wire.ANSWER:
            self._delivered(sequence, body)
        elif command == wire.ACTIVE_TEST:
            if not self._strike(Fault.SILENT, ""):
                self._write(wire.ACTIVE_TEST | wire.ANSWER, sequence, bytes(1))
        elif command == wire.TERMINATE:
            self._write(wire.TERMINATE | wire.ANSWER, sequence)
        elif command not in (wire.ACTIVE_TEST | wire.ANSWER, wire.TERMINATE | wire.ANSWER):
            raise wire.Unreadable(f"an unknown command {command:#x}")
        return command not in (wire.TERMINATE, wire.TERMINATE | wire.ANSWER)

    async def _submit(self, sequence: int, body: bytes) -> None:
        """Answer a SUBMIT as the switches have it."""
        try:
            part = wire.submit(body, self.version)
        except wire.Unreadable as error:
            self._core.store.note(f"CMPP: {error}")
            self._result(sequence, 0, STRUCTURE)
            return
        to = international(part.to)
        if delay := self._strike(Fault.DELAY, to):
            await asyncio.sleep(delay.ms / 1000)
        self._decide(sequence, part, to)

    async def _later(self, switch: Switch, act: Callable[[], None]) -> None:
        await asyncio.sleep(switch.ms / 1000)
        act()

    def _decide(self, sequence: int, part: wire.Part, to: str) -> None:
        if code := refusal_of(self._core, to):
            self._result(sequence, 0, code)
        elif self._strike(Fault.TIMEOUT_BEFORE, to):
            return
        elif self._strike(Fault.DROP_BEFORE, to):
            self._writer.transport.abort()
        else:
            named = self._gateway.accept(part)
            if self._strike(Fault.TIMEOUT_AFTER, to):
                return
            if self._strike(Fault.DROP_AFTER, to) or self._strike(Fault.ERROR_AFTER, to):
                self._writer.transport.abort()
            elif late := self._strike(Fault.ANSWER_LATE, to):
                self._start(self._later(late, lambda: self._result(sequence, named, 0)))
            else:
                self._result(sequence, named, 0)

    def _result(self, sequence: int, named: int, code: int) -> None:
        self._write(wire.SUBMIT | wire.ANSWER, sequence, wire.result(named, code, self.version))

    def _delivered(self, sequence: int, body: bytes) -> None:
        _named, code = wire.deliver_answer(body, self.version)
        key, _since = self.open.pop(sequence, ("", 0.0))
        if key and code:
            self._core.store.note(f"CMPP: the client cannot read what it was sent: {code}")
        if key:
            self._gateway.paid(key)
            self._gateway.owes.set()

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(self._core.settings.cmpp_active_test_ms / 1000)
            self._ask(wire.ACTIVE_TEST, b"")

    def _ask(self, command: int, body: bytes) -> int:
        self._sequence += 1
        self._write(command, self._sequence, body)
        return self._sequence

    def _write(self, command: int, sequence: int, body: bytes = b"") -> None:
        if not self._writer.is_closing():
            self._writer.write(wire.frame(command, sequence, body))

    def _strike(self, fault: Fault, to: str) -> Switch | None:
        return self._core.switches.strike(fault, Provider.CMPP, to)

    def _start(self, work: Any) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


class Server:
    """All sessions, and what is owed to whoever is connected."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._gateway = cast(Gateway, core.gateways[Provider.CMPP])
        self._sessions: list[Session] = []
        self._turn = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection."""
        session = Session(self._gateway, reader, writer)
        self._sessions.append(session)
        try:
            await session.run()
        finally:
            self._sessions.remove(session)
            self._gateway.owes.set()

    def start(self) -> None:
        """Begin to offer what is owed."""
        self._paying = asyncio.ensure_future(self._pay())

    async def _pay(self) -> None:
        """Offer what is owed, in turn to every session with room, again when it takes too long."""
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(self._core.settings.cmpp_resend_ms / 1000):
                    await self._gateway.owes.wait()
            self._gateway.owes.clear()
            self._forget_slow()
            under_way = {key for one in self._sessions for key, _ in one.open.values()}
            for key, row in [*self._gateway.owed().items()]:
                able = [one for one in self._sessions if one.has_room()]
                if not able:
                    break
                if key not in under_way:
                    self._turn += 1
                    able[self._turn % len(able)].offer(key, row)

    def _forget_slow(self) -> None:
        before = time.monotonic() - self._core.settings.cmpp_resend_ms / 1000
        for session in self._sessions:
            slow = [one for one, (_, since) in session.open.items() if since < before]
            for one in slow:
                del session.open[one]


async def listen(core: Core, host: str, port: int) -> None:
    """Speak CMPP on a port until the event loop ends.

    Raises:
        OSError: the port is taken.
    """
    server = Server(core)
    await asyncio.start_server(server.serve, host, port, backlog=1024)
    server.start()
