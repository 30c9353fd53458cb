"""SMPP's server: one session a connection, with its log-in, its window and its faults."""

import asyncio
import hmac
import re
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final, cast

from sandbox.simulator import smpp_frames
from sandbox.simulator.core import Core
from sandbox.simulator.smpp_frames import Pdu
from sandbox.simulator.smpp_gateway import Gateway
from sandbox.simulator.store import Provider
from sandbox.simulator.switches import Fault, Switch

NAME: Final = "simulator"
BROKEN: Final = (OSError, EOFError, ValueError)
E164: Final = re.compile(r"\+[1-9]\d{6,14}", re.ASCII)
# How many of its own questions the centre has open on a connection, and how often it looks.
WINDOW: Final = 16
LOOK_SECONDS: Final = 0.02
RECEIPT: Final = 0x04
# Accepted, and yet without an answer.
LOST: Final = (Fault.DROP_AFTER, Fault.ERROR_AFTER, Fault.TIMEOUT_AFTER)
Answer = tuple[int, bytes] | None


class Session:
    """One connection."""

    def __init__(
        self, gateway: Gateway, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.gateway, self.core = gateway, gateway.core
        self._reader, self._writer = reader, writer
        self.bound = 0
        # The owed things that are on their way to the client, and since when.
        self.open: dict[int, tuple[str, float]] = {}
        self._sequence = 0
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Serve the client until it leaves, or sends what is no frame."""
        try:
            while not self._writer.is_closing():
                pdu = await smpp_frames.read(self._reader)
                task = asyncio.ensure_future(self._take(pdu))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)
        except BROKEN:
            return
        finally:
            for one in self._tasks:
                one.cancel()
            self._writer.close()

    def has_room(self) -> bool:
        """Whether it may be sent something."""
        able = self.bound in smpp_frames.MAY_RECEIVE and not self._writer.is_closing()
        return able and len(self.open) < WINDOW

    def offer(self, key: str, row: Mapping[str, Any]) -> None:
        """Send the client something that is owed to it."""
        self._sequence += 1
        self.open[self._sequence] = key, time.monotonic()
        body = _receipt(self.core, row) if "id" in row else _text(row)
        self._write(Pdu(smpp_frames.DELIVER, 0, self._sequence, body))

    def lose(self) -> None:
        """Close without a word."""
        self._writer.transport.abort()

    async def _take(self, pdu: Pdu) -> None:
        if pdu.command & smpp_frames.NACK:
            key, _since = self.open.pop(pdu.sequence, ("", 0.0))
            if key and pdu.status != smpp_frames.TEMPORARY:
                self.gateway.paid(key)
            return
        handle = HANDLERS.get(pdu.command)
        if handle is None:
            self._write(Pdu(smpp_frames.NACK, smpp_frames.BAD_COMMAND, pdu.sequence))
            return
        answer = await handle(self, pdu)
        if answer is not None:
            status, body = answer
            self._write(Pdu(pdu.command | smpp_frames.NACK, status, pdu.sequence, body))
        if pdu.command == smpp_frames.UNBIND:
            self._writer.close()

    def _write(self, pdu: Pdu) -> None:
        if not self._writer.is_closing():
            self._writer.write(pdu.write())


async def _bind(session: Session, pdu: Pdu) -> Answer:
    settings = session.core.settings
    (system_id, password, *_), _rest = smpp_frames.texts(pdu.body, 3)
    refused = session.core.switches.strike(Fault.LOGIN_REFUSED, Provider.SMPP, system_id)
    right = hmac.compare_digest(password.encode(), settings.smpp_password.encode())
    cases = (
        (refused is not None, int(refused.code or smpp_frames.BIND_FAILED) if refused else 0),
        (bool(session.bound), smpp_frames.ALREADY_BOUND),
        (system_id != settings.smpp_system_id, smpp_frames.BAD_SYSTEM_ID),
        (not settings.smpp_password or not right, smpp_frames.BAD_PASSWORD),
    )
    status = next((status for applies, status in cases if applies), smpp_frames.OK)
    if status == smpp_frames.OK:
        session.bound = pdu.command
    return status, f"{NAME}\0".encode() + b"\x02\x10\x00\x01\x34"


async def _submit(session: Session, pdu: Pdu) -> Answer:
    if session.bound not in smpp_frames.MAY_SEND:
        return smpp_frames.NOT_BOUND, b""
    try:
        asked = smpp_frames.submitted(pdu.body)
    except ValueError as error:
        session.core.store.note(f"SMPP: refused a malformed submit_sm: {error}")
        return smpp_frames.BAD_LENGTH, b""
    to = f"+{asked.to.removeprefix('+')}"
    if not E164.fullmatch(to):
        return smpp_frames.BAD_DESTINATION, b""
    if delay := _strike(session, to, Fault.DELAY):
        await asyncio.sleep(delay.ms / 1000)
    if status := _refused(session, to):
        return status, b""
    if lost := _strike(session, to, Fault.DROP_BEFORE, Fault.TIMEOUT_BEFORE):
        return await _lose(session, lost)
    named = session.gateway.accept(to, asked)
    if lost := _strike(session, to, *LOST):
        return await _lose(session, lost)
    if late := _strike(session, to, Fault.ANSWER_LATE):
        await asyncio.sleep(late.ms / 1000)
    return smpp_frames.OK, f"{named}\0".encode()


def _refused(session: Session, to: str) -> int:
    """Return the status with which the switches have it refused, or 0."""
    if switch := _strike(session, to, Fault.RATE_LIMITED):
        return int(switch.code or smpp_frames.THROTTLED)
    if switch := _strike(session, to, Fault.REFUSE):
        session.core.store.note(f"refused a message to {to}: {switch.code}")
        return int(switch.code or smpp_frames.SUBMIT_FAILED)
    return smpp_frames.SYSTEM_ERROR if _strike(session, to, Fault.ERROR_BEFORE) else 0


def _strike(session: Session, to: str, *faults: Fault) -> Switch | None:
    found = (session.core.switches.strike(one, Provider.SMPP, to) for one in faults)
    return next((one for one in found if one), None)


async def _lose(session: Session, switch: Switch) -> Answer:
    """Give no answer; what is called a time-out keeps the connection."""
    if switch.fault in (Fault.TIMEOUT_BEFORE, Fault.TIMEOUT_AFTER):
        return None
    await asyncio.sleep(switch.ms / 1000)
    session.lose()
    return None


async def _enquire(session: Session, pdu: Pdu) -> Answer:
    return None if _strike(session, "", Fault.SILENT) else (smpp_frames.OK, b"")


async def _unbind(session: Session, pdu: Pdu) -> Answer:
    return smpp_frames.OK, b""


HANDLERS: Final[dict[int, Callable[[Session, Pdu], Awaitable[Answer]]]] = {
    smpp_frames.BIND_TRANSCEIVER: _bind,
    smpp_frames.BIND_TRANSMITTER: _bind,
    smpp_frames.BIND_RECEIVER: _bind,
    smpp_frames.SUBMIT: _submit,
    smpp_frames.ENQUIRE: _enquire,
    smpp_frames.UNBIND: _unbind,
}


def _text(row: Mapping[str, Any]) -> bytes:
    return smpp_frames.delivered(row["from"], row["to"], row["text"])


def _receipt(core: Core, row: Mapping[str, Any]) -> bytes:
    """Return a receipt: as text (appendix B), as optional parameters, or as both."""
    dates = [time.strftime("%y%m%d%H%M", time.gmtime(row[name])) for name in ("submitted", "done")]
    text = (
        f"id:{row['id']} sub:001 dlvrd:{int(row['state'] == 2):03} submit date:{dates[0]} "
        f"done date:{dates[1]} stat:{row['word']} err:{row['code']:03} text:{row['text']}"
    )
    options = {
        smpp_frames.RECEIPTED_ID: f"{row['answered']}\0".encode(),
        smpp_frames.STATE: bytes([row["state"]]),
    }
    form = core.settings.smpp_receipts
    said = "" if form == "options" else text
    return smpp_frames.delivered(
        row["from"], row["to"], said, RECEIPT, {} if form == "text" else options
    )


class Server:
    """All connections, and what is sent to them."""

    def __init__(self, core: Core) -> None:
        self._gateway = cast(Gateway, core.gateways[Provider.SMPP])
        self._core = core
        self._sessions: list[Session] = []

    def start(self) -> None:
        """Begin to offer what is owed."""
        self._paying = asyncio.ensure_future(self._pay())

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection."""
        session = Session(self._gateway, reader, writer)
        self._sessions.append(session)
        try:
            await session.run()
        finally:
            self._sessions.remove(session)

    async def _pay(self) -> None:
        """Offer what is owed to the session with the most room, again when it takes too long."""
        while True:
            self._forget_slow()
            under_way = {key for one in self._sessions for key, _since in one.open.values()}
            for key, row in [*self._gateway.owed().items()]:
                able = [one for one in self._sessions if one.has_room()]
                if not able:
                    break
                if key not in under_way:
                    min(able, key=lambda one: len(one.open)).offer(key, row)
            await asyncio.sleep(LOOK_SECONDS)

    def _forget_slow(self) -> None:
        before = time.monotonic() - self._core.settings.smpp_resend_ms / 1000
        for session in self._sessions:
            slow = [one for one, (_key, since) in session.open.items() if since < before]
            for one in slow:
                del session.open[one]


async def listen(core: Core, host: str, port: int) -> None:
    """Take connections on `port` until the event loop ends.

    Raises:
        OSError: the port is taken.
    """
    server = Server(core)
    await asyncio.start_server(server.serve, host, port, backlog=1024)
    server.start()
