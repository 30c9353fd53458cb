"""What every route works with: the simulator's parts, and the faults around a provider's answer."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from aiohttp import web

from sandbox.simulator.callback_sender import CallbackSender
from sandbox.simulator.errors import Refusal
from sandbox.simulator.settings import Settings
from sandbox.simulator.store import Message, Provider, Store
from sandbox.simulator.switches import Code, Fault, Switch, Switches
from sandbox.simulator.wechat_tokens import Tokens


class Gateway(Protocol):
    """A provider that is talked to over connections that stay open."""

    def receive(self, number: str, text: str) -> Message:
        """Take an SMS that a phone writes."""


@dataclass(frozen=True)
class Core:
    """The simulator's parts."""

    settings: Settings
    store: Store
    poster: CallbackSender
    tokens: Tokens
    mini_program_tokens: Tokens
    switches: Switches = field(default_factory=Switches)
    # The nonces that Aliyun's clients have used, in order of arrival.
    nonces: dict[str, None] = field(default_factory=dict)
    gateways: dict[Provider, Gateway] = field(default_factory=dict)

    def later(self, seconds: float, call: Callable[..., object], *arguments: object) -> None:
        """Run something after a delay."""
        asyncio.get_running_loop().call_later(seconds, call, *arguments)


CORE = web.AppKey("core", Core)


async def answer(
    request: web.Request,
    provider: Provider,
    to: str,
    *,
    accept: Callable[[], web.Response],
    # Each provider's own kind of code: a switch is not made with another.
    refuse: Callable[[Any], Refusal],
    rate_limit_code: Code,
) -> web.StreamResponse:
    """Call `accept` (or raise `refuse` with the provider's error code), as the switches let it.

    A dropped connection and a timeout end in a closed connection, with no answer at all.
    """

    def strike(fault: Fault) -> Switch | None:
        return request.app[CORE].switches.strike(fault, provider, to)

    if delay := strike(Fault.DELAY):
        await asyncio.sleep(delay.ms / 1000)
    if switch := strike(Fault.RATE_LIMITED):
        raise refuse(switch.code or rate_limit_code)
    if switch := strike(Fault.REFUSE):
        request.app[CORE].store.note(f"refused a message to {to}: {switch.code}")
        raise refuse(switch.code)
    if strike(Fault.ERROR_BEFORE):
        raise web.HTTPInternalServerError
    if lost := strike(Fault.DROP_BEFORE) or strike(Fault.TIMEOUT_BEFORE):
        return await _lose(request, lost)
    accepted = accept()
    if strike(Fault.ERROR_AFTER):
        raise web.HTTPInternalServerError
    if lost := strike(Fault.DROP_AFTER) or strike(Fault.TIMEOUT_AFTER):
        return await _lose(request, lost)
    return accepted


async def _lose(request: web.Request, switch: Switch) -> web.Response:
    await asyncio.sleep(switch.ms / 1000)
    if request.transport is not None:
        request.transport.abort()
    return web.Response()
