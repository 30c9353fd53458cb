"""What the message centre sends by itself: receipts, and what phones write."""

import asyncio
import random
import secrets
import time
from collections.abc import Callable
from typing import Final

from sandbox.simulator import smpp_frames
from sandbox.simulator.core import Core
from sandbox.simulator.smpp_centre import spelled
from sandbox.simulator.store import Message, Provider

ANSWER_SECONDS: Final = 5.0
RECEIPT: Final = 0x04
# The number that a phone answers to where a message shows none.
ANSWERED: Final = "10690001"
STATES: Final = {"delivered": ("DELIVRD", 2), "undelivered": ("UNDELIV", 5)}
FAILED: Final = ("REJECTD", 8)


def receipt(core: Core, message: Message, status: str) -> Callable[[], None] | None:
    """Return what sends the receipts of a message's end: one for each part."""
    if status == "sent" or not message.details.get("receipt"):
        return None
    bodies = [_receipt(core, message, status, number) for number in message.details["ids"]]

    def send() -> None:
        for body in bodies:
            core.spawn(_deliver(core, message, status, body))

    return send


def receive(core: Core, number: str, text: str) -> Message:
    """Take an SMS from `number`, and pass it on."""
    message = Message(
        sid=str(secrets.randbelow(10**10)),
        provider=Provider.SMPP,
        to=ANSWERED,
        sender=number,
        body=text,
        status="received",
        inbound=True,
    )
    core.store.add(message)
    core.spawn(_deliver(core, message, "received", smpp_frames.delivered(number, ANSWERED, text)))
    return message


def _receipt(core: Core, message: Message, status: str, number: int) -> bytes:
    word, state = STATES.get(status, FAILED)
    code = message.error_code if isinstance(message.error_code, int) else 0
    moments = (message.accepted_at, time.time())
    dates = [time.strftime("%y%m%d%H%M", time.gmtime(one)) for one in moments]
    ids = core.settings.smpp_ids
    given = spelled(number, hexadecimal=ids == "decimal_then_hex")
    answered = spelled(number, hexadecimal=ids == "hex_then_decimal")
    text = (
        f"id:{given} sub:001 dlvrd:{int(status == 'delivered'):03} submit date:{dates[0]} "
        f"done date:{dates[1]} stat:{word} err:{code:03} text:{message.body[:20]}"
    )
    options = {
        smpp_frames.RECEIPTED_ID: f"{answered}\0".encode(),
        smpp_frames.STATE: bytes([state]),
    }
    form = core.settings.smpp_receipts
    return smpp_frames.delivered(
        message.to,
        message.sender,
        "" if form == "options" else text,
        RECEIPT,
        {} if form == "text" else options,
    )


async def _deliver(core: Core, message: Message, says: str, body: bytes) -> None:
    """Send it by any connection, until one takes it: a centre keeps it while there is none."""
    while message.sid in core.store.messages and not await _try(core, message, says, body):
        await asyncio.sleep(core.settings.callback_retry_ms / 1000)


async def _try(core: Core, message: Message, says: str, body: bytes) -> bool:
    able = [one for one in core.smpp.sessions if one.bound in smpp_frames.MAY_RECEIVE]
    if not able:
        return False
    session = random.choice(able)  # noqa: S311 - any of them
    try:
        status = await session.ask(smpp_frames.DELIVER, body, ANSWER_SECONDS)
        attempt = {"at": time.time(), "says": says, "http": 500 if status else 200, "answer": ""}
    except TimeoutError:
        attempt = {"at": time.time(), "says": says, "http": 0, "answer": "TimeoutError"}
    core.store.change(message, attempts=[*message.attempts, attempt], updated_at=message.updated_at)
    return attempt["http"] == 200
