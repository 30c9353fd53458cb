"""A second implementation of SMPP (aiosmpplib) sends by the simulator, and is told and written to.

What it accepts is what other clients accept: the message centre in the sandbox is not our own
reading of the specification alone.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest
from aiosmpplib import ESME, DeliverSm, PhoneNumber, SubmitSm, SubmitSmResp
from aiosmpplib.hook import AbstractHook
from aiosmpplib.protocol import SmppMessage
from aiosmpplib.state import SmppCommandStatus

from tests.simulator import Simulator, running_simulator

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

    async def until(self, kind: type, count: int = 1) -> list:
        """Those of exactly one kind, once there are so many."""
        async with asyncio.timeout(WITHIN_SECONDS):
            while len(found := [one for one in self.messages if type(one) is kind]) < count:
                await asyncio.sleep(0.01)
        return found


@pytest.fixture(scope="module")
def running() -> Iterator[Simulator]:
    """A simulator for these tests."""
    with running_simulator() as simulator:
        yield simulator


@pytest.fixture
def simulator(running: Simulator) -> Simulator:
    """It, empty and without faults."""
    running.control("POST", "reset")
    return running


@asynccontextmanager
async def library(simulator: Simulator) -> AsyncIterator[tuple[ESME, Heard]]:
    """The library, logged in."""
    heard = Heard()
    client = ESME(
        smsc_host="127.0.0.1",
        smsc_port=simulator.smpp_port,
        system_id=simulator.smpp_system_id,
        password=simulator.smpp_password,
        hook=heard,
        log_level="CRITICAL",
    )
    running = asyncio.create_task(client.start())
    try:
        yield client, heard
    finally:
        # When it is cancelled it lets go of its connection without closing it.
        writer = client._writer
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        if writer is not None:
            writer.close()
            await asyncio.gather(writer.wait_closed(), return_exceptions=True)


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
def test_it_sends_and_gets_a_receipt(simulator: Simulator, text: str) -> None:
    async def scene() -> tuple[SubmitSmResp, DeliverSm]:
        async with library(simulator) as (client, heard):
            await client.broker.enqueue(submit(text))
            return (await heard.until(SubmitSmResp))[0], (await heard.until(DeliverSm))[0]

    answer, receipt = asyncio.run(scene())

    (kept,) = simulator.messages(provider="smpp")
    assert (kept["body"], kept["to"], kept["sid"]) == (text, PHONE, answer.message_id)
    assert answer.command_status == SmppCommandStatus.ESME_ROK
    assert receipt.is_receipt()
    said = receipt.parse_receipt()
    assert (said["id"], said["stat"]) == (answer.message_id, "DELIVRD")


def test_the_parts_of_its_long_text_are_one_message_on_the_phone(simulator: Simulator) -> None:
    text = "结算延迟。" * 30

    async def scene() -> None:
        async with library(simulator) as (client, heard):
            await client.broker.enqueue(submit(text, esm_class=0x40, auto_message_payload=False))
            await heard.until(DeliverSm)

    asyncio.run(scene())

    (kept,) = simulator.messages(provider="smpp")
    assert kept["body"] == text
    assert len(kept["details"]["parts"]) == kept["segments"] == 3


def test_it_reads_a_refusal(simulator: Simulator) -> None:
    simulator.switch("refuse", provider="smpp", code=0x0B)

    async def scene() -> SubmitSmResp:
        async with library(simulator) as (client, heard):
            await client.broker.enqueue(submit("x"))
            return (await heard.until(SubmitSmResp))[0]

    assert asyncio.run(scene()).command_status == SmppCommandStatus.ESME_RINVDSTADR
    assert not simulator.messages(provider="smpp")


def test_what_a_phone_writes_reaches_it(simulator: Simulator) -> None:
    simulator.switch("receipts_never", provider="smpp")

    async def scene() -> DeliverSm:
        async with library(simulator) as (client, heard):
            await client.broker.enqueue(submit("x"))
            await heard.until(SubmitSmResp)
            await asyncio.to_thread(
                *(simulator.control, "POST", "inbound", {"from": PHONE, "text": "退订"})
            )
            return (await heard.until(DeliverSm))[0]

    written = asyncio.run(scene())

    assert not written.is_receipt()
    assert written.short_message == "退订"
    assert written.source.number == PHONE.removeprefix("+")
