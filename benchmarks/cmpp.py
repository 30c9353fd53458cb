"""CMPP: our whole path beside a bare sender of the same frames, over the same slow gateway."""

import asyncio
import os
import socket
import time
from collections.abc import Sequence
from subprocess import Popen
from typing import Final

from django.conf import settings

from benchmarks.data import announce, subscribe
from benchmarks.stage import (
    PYTHON,
    Figure,
    Section,
    Stage,
    free_port,
    hear,
    listens,
    measure_calls,
    say,
    until,
)
from notifications.channels import provider as find_provider
from notifications.channels.base import Message
from notifications.channels.carriers import cmpp_bytes
from notifications.channels.carriers.cmpp_frames import Version
from notifications.delivery.broadcasts import expand
from notifications.delivery.claim import Claimed, claim
from notifications.delivery.messages import contents, message_of
from notifications.delivery.models import Delivery

DELAY_MS: Final = 50
WINDOW: Final = 16
CONNECTIONS: Final = 4
RECIPIENTS: Final = 40_000
ACCOUNT: Final = {
    "CMPP_HOST": "127.0.0.1",
    "CMPP_SOURCE_ADDR": "901234",
    "CMPP_SHARED_SECRET": "benchmark",
    "CMPP_SRC_ID": "10690001",
    "CMPP_CONNECTIONS": "1",
    "CMPP_WINDOW": str(WINDOW),
    "CMPP_PER_SECOND": "1000000",
    "CMPP_CHECK_GATEWAY": "false",
    "SMS_PROVIDERS": "cmpp",
}


def measure(stage: Stage) -> Section:
    """Ours and the bare sender one after the other, over the same number of connections."""
    section = Section(
        "CMPP",
        f"{RECIPIENTS:,} recipients by {CONNECTIONS} processes of ours with a connection each,"
        f" and a window of {WINDOW}, to a gateway that answers after {DELAY_MS} ms: claim, decrypt,"
        " compose, limit, send, write results. The bare sender has the same frames ready and"
        " does nothing but keep its windows full. The windows alone allow"
        f" {WINDOW * CONNECTIONS * 1000 // DELAY_MS:,} a second.",
        ("gateway", "ours, part of bare", "CPU s per 1,000: ours", "bare"),
    )
    port = free_port()
    with stage.programs((*PYTHON, "benchmarks.gateway", str(port), str(DELAY_MS))):
        until(lambda: listens(port))
        section.rows.append(_row(stage, port))
    return section


def _row(stage: Stage, port: int) -> list[str]:
    subscribe(RECIPIENTS)
    expand(announce().number)
    frames = _frames()
    bare = _barely(port, frames)
    ours = _ours(stage, port)
    part = ours.per_second / bare.per_second
    return [
        f"{DELAY_MS} ms",
        f"{part:.0%} ({ours.per_second:,.0f} : {bare.per_second:,.0f} /s)",
        f"{ours.cpu:.2f}",
        f"{bare.cpu:.2f}",
    ]


def _ours(stage: Stage, port: int) -> Figure:
    """Send all that waits, from processes that are connected already."""
    commands = [(*PYTHON, "benchmarks.sender")] * CONNECTIONS
    with stage.programs(*commands, CMPP_PORT=str(port), **ACCOUNT) as senders:
        hear(senders, "ready")
        time.sleep(1)  # its connections are logged in
        pids = [*(one.pid for one in senders), stage.postmaster]
        figure = measure_calls(RECIPIENTS, pids, lambda: _send_all(senders))
    sent = Delivery.objects.filter(state="sent", provider="cmpp").count()
    assert sent == RECIPIENTS, f"{sent} of {RECIPIENTS} were sent"
    return figure


def _send_all(senders: Sequence[Popen[str]]) -> None:
    say(senders, "go")
    hear(senders, "done")


def _frames() -> list[bytes]:
    """Return the frames that our path will send, made beforehand."""
    for name in ("CMPP_SOURCE_ADDR", "CMPP_SHARED_SECRET", "CMPP_SRC_ID"):
        setattr(settings, name, ACCOUNT[name])
    cmpp = find_provider("cmpp")
    content_of = contents(cmpp)
    frames = []
    for one in _claimed():
        sent: Message = message_of(one, content_of(one))
        for body in cmpp.questions(sent):  # type: ignore[attr-defined]
            frames.append(cmpp_bytes.encode(body, len(frames) + 1, Version.V3))
    Delivery.objects.update(state="pending", attempts=0, provider="", first_tried_at=None)
    return frames


def _claimed() -> list[Claimed]:
    claimed: list[Claimed] = []
    while (found := claim("sms", 1000, "cmpp"))[1]:
        claimed += found[0]
    return claimed


def _barely(port: int, frames: Sequence[bytes]) -> Figure:
    """Send ready frames over as many connections, each with its window full."""
    return measure_calls(RECIPIENTS, [os.getpid()], lambda: asyncio.run(_pour(port, frames)))


async def _pour(port: int, frames: Sequence[bytes]) -> None:
    share = [frames[number::CONNECTIONS] for number in range(CONNECTIONS)]
    await asyncio.gather(*(_pour_one(port, one) for one in share))


async def _pour_one(port: int, frames: Sequence[bytes]) -> None:
    """Write a frame for every answer that comes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    login = cmpp_bytes.connect("901234", "benchmark", Version.V3, "1130000000")
    writer.write(cmpp_bytes.encode(login, 1, Version.V3))
    await reader.readexactly(12 + 21)
    answer, waiting, answered, rest = 12 + 12, iter(frames), 0, b""
    for _, frame in zip(range(WINDOW), waiting, strict=False):
        writer.write(frame)
    while answered < len(frames):
        rest += await reader.read(65536)
        come, rest = len(rest) // answer, rest[len(rest) // answer * answer :]
        answered += come
        for _, frame in zip(range(come), waiting, strict=False):
            writer.write(frame)
    writer.close()
