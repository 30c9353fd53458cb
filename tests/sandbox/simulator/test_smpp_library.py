"""A second implementation of SMPP (aiosmpplib) sends by the simulator, and is told and written to.

What it accepts is what other clients accept: the message centre in the sandbox is none of our own
reading of the specification alone.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from aiosmpplib import ESME, DeliverSm, PhoneNumber, SubmitSm, SubmitSmResp
from aiosmpplib.hook import AbstractHook
from aiosmpplib.protocol import SmppMessage
from aiosmpplib.state import SmppCommandStatus, SmppError

from sandbox.simulator import smpp_server, sms
from sandbox.simulator.app import build
from sandbox.simulator.core import CORE, Core
from sandbox.simulator.settings import Settings
from sandbox.simulator.store import Provider
from sandbox.simulator.switches import Fault, Switch
from tests.product import free_ports

PHONE = "+8613800138000"
WITHIN_SECONDS = 20.0


class Heard(AbstractHook):
    """What the library was told."""

    def __init__(self) -> None:
        self.messages: list[SmppMessage] = []

    async def sending(self, smpp_message: SmppMessage, pdu: bytes, client_id: str) -> None:
        """Nothing."""

    async def received(self, smpp_message: SmppMessage | None, pdu: bytes, client_id: str) -> None:
        """Remember it."""
        if smpp_message is not None:
            self.messages.append(smpp_message)

    async def send_error(self, smpp_message: SmppMessage, error: Exception, client_id: str) -> None:
        """Fail: nothing that these tests send may be impossible to send."""
        raise error

    def of(self, kind: type) -> list:
        """Those of exactly one kind."""
        return [one for one in self.messages if type(one) is kind]

    async def until(self, kind: type, count: int) -> list:
        """Those of a kind, once there are so many."""
        async with asyncio.timeout(WITHIN_SECONDS):
            while len(self.of(kind)) < count:
                await asyncio.sleep(0.01)
        return self.of(kind)


@asynccontextmanager
async def centre(**settings: str | int) -> AsyncIterator[tuple[Core, int]]:
    """A message centre on a port of its own."""
    quick = {"sent_ms": 5, "delivered_ms": 5, "smpp_resend_ms": 200}
    given = Settings(smpp_system_id="candor", smpp_password="pass-8")
    given.change({**quick, **settings})
    app = build(given, None)
    runner = web.AppRunner(app)
    await runner.setup()
    port = free_ports()[1]
    await smpp_server.listen(app[CORE], "127.0.0.1", port)
    try:
        yield app[CORE], port
    finally:
        await runner.cleanup()


@asynccontextmanager
async def library(port: int) -> AsyncIterator[tuple[ESME, Heard]]:
    """The library, logged in."""
    heard = Heard()
    client = ESME(
        smsc_host="127.0.0.1",
        smsc_port=port,
        system_id="candor",
        password="pass-8",
        hook=heard,
        log_level="CRITICAL",
    )
    running = asyncio.create_task(client.start())
    try:
        yield client, heard
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


def submit(text: str, **fields: object) -> SubmitSm:
    """A request of the library's."""
    return SubmitSm(
        short_message=text,
        source=PhoneNumber("10690"),
        destination=PhoneNumber(PHONE.removeprefix("+")),
        log_id="one",
        **fields,
    )


@pytest.mark.parametrize("text", ["Payouts are late [12] ~5€", "【演示支付】结算延迟。"])
def test_it_sends_and_gets_a_receipt(text: str) -> None:
    async def scene() -> None:
        async with centre() as (core, port), library(port) as (client, heard):
            await client.broker.enqueue(submit(text))
            (answer,) = await heard.until(SubmitSmResp, 1)
            (receipt,) = await heard.until(DeliverSm, 1)

            (kept,) = core.store.by_provider[Provider.SMPP]
            assert (kept.body, kept.to, kept.sid) == (text, PHONE, answer.message_id)
            assert answer.command_status == SmppCommandStatus.ESME_ROK
            assert receipt.is_receipt()
            said = receipt.parse_receipt()
            assert (said["id"], said["stat"]) == (answer.message_id, "DELIVRD")

    asyncio.run(scene())


def test_the_parts_of_its_long_text_are_one_message_on_the_phone() -> None:
    text = "结算延迟。" * 30

    async def scene() -> None:
        async with centre() as (core, port), library(port) as (client, heard):
            await client.broker.enqueue(submit(text, esm_class=0x40, auto_message_payload=False))
            async with asyncio.timeout(WITHIN_SECONDS):
                while not core.store.by_provider[Provider.SMPP]:
                    await asyncio.sleep(0.01)

            (kept,) = core.store.by_provider[Provider.SMPP]
            assert kept.body == text
            assert len(kept.details["parts"]) == kept.segments == 3

    asyncio.run(scene())


def test_it_reads_a_refusal() -> None:
    async def scene() -> None:
        async with centre() as (core, port), library(port) as (client, heard):
            core.switches.set(Switch(Fault.REFUSE, Provider.SMPP, code=0x0B))
            await client.broker.enqueue(submit("x"))
            (answer,) = await heard.until(SubmitSmResp, 1)

            assert answer.command_status == SmppCommandStatus.ESME_RINVDSTADR
            assert not core.store.by_provider[Provider.SMPP]

    asyncio.run(scene())


def test_what_a_phone_writes_reaches_it() -> None:
    async def scene() -> None:
        async with centre(smpp_receipts="options") as (core, port), library(port) as both:
            client, heard = both
            await client.broker.enqueue(submit("x"))
            await heard.until(SubmitSmResp, 1)
            sms.receive(core, PHONE, "退订")
            async with asyncio.timeout(WITHIN_SECONDS):
                while not (texts := [one for one in heard.of(DeliverSm) if not one.is_receipt()]):
                    await asyncio.sleep(0.01)

            assert texts[0].short_message == "退订"
            assert texts[0].source.number == PHONE.removeprefix("+")

    asyncio.run(scene())


def test_a_wrong_password_is_refused() -> None:
    async def scene() -> None:
        async with centre() as (_core, port):
            client = ESME(
                *("127.0.0.1", port, "candor", "wrong"), hook=Heard(), log_level="CRITICAL"
            )
            with pytest.raises(SmppError) as refused:
                await client.connect()
            assert refused.value.command_status == SmppCommandStatus.ESME_RINVPASWD

    asyncio.run(scene())
