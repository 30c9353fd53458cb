"""What the owner of a phone does when it rings: press a key, or hang up."""

from collections.abc import Callable, Mapping
from typing import Final

from aiohttp import web

from sandbox.simulator import aliyun_calls, twilio_calls
from sandbox.simulator.calls import ANSWERED, RINGING
from sandbox.simulator.core import CORE, Core
from sandbox.simulator.markup import path
from sandbox.simulator.parsing import read_form, read_object
from sandbox.simulator.store import Message, Provider

ANSWERING: Final[Mapping[str, Callable[[Core, Message, str], None]]] = {
    Provider.VOICE: twilio_calls.answer_call,
    Provider.ALIYUN_VOICE: aliyun_calls.answer_call,
}


async def press(request: web.Request) -> web.StreamResponse:
    """POST /phones/{number}/calls/{sid}: the owner presses a key, or hangs up."""
    _act(request, (await read_form(request)).get("digits", ""))
    raise web.HTTPSeeOther(path("phones", request.match_info["number"]))


async def control(request: web.Request) -> web.StreamResponse:
    """POST /control/calls/{sid}: press `digits`, or hang up where there are none."""
    given = await read_object(request)
    _act(request, str(given.get("digits", "")))
    return web.json_response({})


def _act(request: web.Request, digits: str) -> None:
    core = request.app[CORE]
    call = core.store.messages.get(request.match_info["sid"])
    if call is None or call.provider not in ANSWERING:
        raise web.HTTPNotFound
    if call.status in RINGING | {ANSWERED}:
        core.store.change(call, status=ANSWERED)
        ANSWERING[call.provider](core, call, digits)


ROUTES: Final = (
    web.post("/phones/{number}/calls/{sid}", press),
    web.post("/control/calls/{sid}", control),
)
