"""An SMPP message centre: accepts messages by connections, and reports and passes on by them."""

import asyncio
import hmac
import re
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Final

from sandbox.simulator import smpp_frames, sms
from sandbox.simulator.core import Core
from sandbox.simulator.smpp_centre import spelled
from sandbox.simulator.smpp_frames import Pdu
from sandbox.simulator.store import Provider
from sandbox.simulator.switches import Fault, Switch

NAME: Final = "simulator"
BROKEN: Final = (OSError, asyncio.IncompleteReadError, ValueError)
# Accepted, and yet without an answer.
E164: Final = re.compile(r"\+[1-9]\d{6,14}", re.ASCII)
LOST: Final = (Fault.DROP_AFTER, Fault.ERROR_AFTER, Fault.TIMEOUT_AFTER)


@dataclass(eq=False)
class Session:
    """One connection, once it is bound."""

    core: Core
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    bound: int = 0
    asked: dict[int, asyncio.Future[int]] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    async def serve(self) -> None:
        """Answer every frame until the connection ends; those of one connection side by side."""
        tasks: set[asyncio.Task[None]] = set()
        try:
            while not self.writer.is_closing():
                pdu = await smpp_frames.read(self.reader)
                task = asyncio.create_task(self._take(pdu))
                tasks.add(task)
                task.add_done_callback(tasks.discard)
                await asyncio.sleep(0)
        except BROKEN:
            pass
        finally:
            self.core.smpp.sessions.discard(self)
            for waiting in self.asked.values():
                waiting.cancel()
            self.writer.close()

    async def ask(self, command: int, body: bytes, within_seconds: float) -> int:
        """Send a request; return the status of its answer.

        Raises:
            TimeoutError: there is none in time, or the connection has ended.
        """
        number = next(self.numbers)
        self.asked[number] = asyncio.get_running_loop().create_future()
        self._write(Pdu(command, 0, number, body))
        try:
            return await asyncio.wait_for(self.asked[number], within_seconds)
        except asyncio.CancelledError as error:
            raise TimeoutError from error
        finally:
            del self.asked[number]

    async def _take(self, pdu: Pdu) -> None:
        if pdu.command & smpp_frames.NACK:
            waiting = self.asked.get(pdu.sequence)
            if waiting is not None and not waiting.done():
                waiting.set_result(pdu.status)
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
            self.writer.close()

    def _write(self, pdu: Pdu) -> None:
        if not self.writer.is_closing():
            self.writer.write(pdu.write())


Answer = tuple[int, bytes] | None


async def _bind(session: Session, pdu: Pdu) -> Answer:
    settings = session.core.settings
    (system_id, password, *_), _rest = smpp_frames.texts(pdu.body, 3)
    if session.bound:
        return smpp_frames.ALREADY_BOUND, b""
    if not settings.smpp_password or system_id != settings.smpp_system_id:
        return smpp_frames.BAD_SYSTEM_ID, b""
    if not hmac.compare_digest(password.encode(), settings.smpp_password.encode()):
        return smpp_frames.BAD_PASSWORD, b""
    session.bound = pdu.command
    session.core.smpp.sessions.add(session)
    return smpp_frames.OK, f"{NAME}\0".encode() + b"\x02\x10\x00\x01\x34"


async def _submit(session: Session, pdu: Pdu) -> Answer:
    if session.bound not in smpp_frames.MAY_SEND:
        return smpp_frames.NOT_BOUND, b""
    try:
        asked = smpp_frames.submitted(pdu.body)
    except ValueError as error:
        session.core.store.note(f"refused a malformed submit_sm: {error}")
        return smpp_frames.BAD_LENGTH, b""
    to = f"+{asked.to.removeprefix('+')}"
    if not E164.fullmatch(to):
        return smpp_frames.BAD_DESTINATION, b""
    return await _answer(session, to, asked)


async def _answer(session: Session, to: str, asked: smpp_frames.Submitted) -> Answer:
    def strike(*faults: Fault) -> Switch | None:
        found = (session.core.switches.strike(one, Provider.SMPP, to) for one in faults)
        return next((one for one in found if one), None)

    if delay := strike(Fault.DELAY):
        await asyncio.sleep(delay.ms / 1000)
    if switch := strike(Fault.RATE_LIMITED):
        return int(switch.code) or smpp_frames.THROTTLED, b""
    if switch := strike(Fault.REFUSE):
        return int(switch.code), b""
    if strike(Fault.ERROR_BEFORE):
        return smpp_frames.SYSTEM_ERROR, b""
    if lost := strike(Fault.DROP_BEFORE, Fault.TIMEOUT_BEFORE):
        return await _lose(session, lost)
    number, whole = session.core.smpp.put(to, asked)
    if whole is not None:
        sms.accept(session.core, whole)
    if lost := strike(*LOST):
        return await _lose(session, lost)
    hexadecimal = session.core.settings.smpp_ids == "hex_then_decimal"
    return smpp_frames.OK, f"{spelled(number, hexadecimal=hexadecimal)}\0".encode()


async def _lose(session: Session, switch: Switch) -> Answer:
    await asyncio.sleep(switch.ms / 1000)
    session.writer.transport.abort()
    return None


async def _same(session: Session, pdu: Pdu) -> Answer:
    return smpp_frames.OK, b""


HANDLERS: Final[dict[int, Callable[[Session, Pdu], Awaitable[Answer]]]] = {
    smpp_frames.BIND_TRANSCEIVER: _bind,
    smpp_frames.BIND_TRANSMITTER: _bind,
    smpp_frames.BIND_RECEIVER: _bind,
    smpp_frames.SUBMIT: _submit,
    smpp_frames.ENQUIRE: _same,
    smpp_frames.UNBIND: _same,
}


async def listen(core: Core, host: str, port: int) -> None:
    """Take connections on `port` until the event loop ends.

    Raises:
        OSError: the port is taken.
    """

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await Session(core, reader, writer).serve()

    await asyncio.start_server(connected, host, port)
