"""Answers a provider's request with whatever faults are switched on around it."""

import asyncio
from collections.abc import Callable
from typing import Any

from aiohttp import web

from notifications.simulator.core import CORE
from notifications.simulator.store import Provider
from notifications.simulator.switches import Code, Fault, Switch


async def answer(
    request: web.Request,
    provider: Provider,
    to: str,
    *,
    accept: Callable[[], web.Response],
    # Each provider's own kind of code: a switch is not made with another.
    refuse: Callable[[Any], web.Response],
    rate_limit_code: Code,
) -> web.StreamResponse:
    """Call `accept` (or `refuse` with the provider's error code), as the switches let it.

    A dropped connection and a timeout end in a closed connection, with no answer at all.
    """

    def strike(fault: Fault) -> Switch | None:
        return request.app[CORE].switches.strike(fault, provider, to)

    if delay := strike(Fault.DELAY):
        await asyncio.sleep(delay.ms / 1000)
    if switch := strike(Fault.RATE_LIMITED):
        return refuse(switch.code or rate_limit_code)
    if switch := strike(Fault.REFUSE):
        return refuse(switch.code)
    if strike(Fault.ERROR_BEFORE):
        return _error()
    if lost := strike(Fault.DROP_BEFORE) or strike(Fault.TIMEOUT_BEFORE):
        return await _lose(request, lost)
    accepted = accept()
    if strike(Fault.ERROR_AFTER):
        return _error()
    if lost := strike(Fault.DROP_AFTER) or strike(Fault.TIMEOUT_AFTER):
        return await _lose(request, lost)
    return accepted


def _error() -> web.Response:
    return web.Response(status=500, text="Internal Server Error")


async def _lose(request: web.Request, switch: Switch) -> web.Response:
    await asyncio.sleep(switch.ms / 1000)
    if request.transport is not None:
        request.transport.abort()
    return web.Response()
