"""Twilio's Calls resource, 2010-04-01.

Sources: twilio.com/docs/voice/api/call-resource, twilio.com/docs/voice/twiml/gather.
"""

import secrets
from collections.abc import Callable, Mapping
from email.utils import formatdate
from typing import Any, Final
from urllib.parse import urlencode

from aiohttp import web

from sandbox.simulator import calls
from sandbox.simulator.callback_sender import Callback
from sandbox.simulator.core import Core, answer
from sandbox.simulator.errors import TwilioError, raise_first
from sandbox.simulator.guard import may_call
from sandbox.simulator.parsing import parse_xml
from sandbox.simulator.store import Message, Provider
from sandbox.simulator.twilio_api import E164, PATH, authenticated, posted_form
from sandbox.simulator.twilio_callbacks import API_VERSION, signature
from sandbox.simulator.twilio_list import list_page

LONGEST_TWIML: Final = 4000


async def create(request: web.Request) -> web.StreamResponse:
    """POST Calls.json: begin a call, or refuse it with a documented code."""
    core, form = authenticated(request), await posted_form(request)
    to, caller, twiml = form.get("To", ""), form.get("From", ""), form.get("Twiml", "")
    raise_first(
        TwilioError,
        (not E164.fullmatch(to), 21211, to),
        (not E164.fullmatch(caller), 21212, caller),
        (not twiml or len(twiml) > LONGEST_TWIML, 21205, ""),
    )
    for url in (form.get("StatusCallback", ""), _said(twiml)[1]):
        if url and not may_call(url):
            core.store.note(f"refused a callback of a call beyond this machine: {url}")
            raise TwilioError(21609, url)

    def accept() -> web.Response:
        call = _begin(core, form, twiml)
        return web.json_response(resource(core, call), status=201)

    return await answer(
        request,
        Provider.VOICE,
        to,
        accept=accept,
        refuse=lambda code: TwilioError(code, to),
        rate_limit_code=20429,
    )


async def index(request: web.Request) -> web.StreamResponse:
    """GET Calls.json: newest first, filtered, in pages."""
    core = authenticated(request)
    to, caller = request.query.get("To", ""), request.query.get("From", "")
    newest = core.store.newest_first(Provider.VOICE, to)
    listed = (one for one in newest if caller in ("", one.sender))
    body = list_page(request.query, request.path, listed)
    body["calls"] = [resource(core, one) for one in body.pop("messages")]
    return web.json_response(body)


async def fetch(request: web.Request) -> web.StreamResponse:
    """GET Calls/{sid}.json."""
    core = authenticated(request)
    return web.json_response(resource(core, _find(core, request)))


def answer_call(core: Core, call: Message, digits: str) -> None:
    """Press a key, after which it goes on as Twilio is told, or hang up."""
    url = call.details["action"]
    if digits and url:
        core.poster.post(_callback(core, call, url, {"Digits": digits}, _go_on(core, call)))
    else:
        _end(core, call, "completed")


def _go_on(core: Core, call: Message) -> Callable[[str], None]:
    def answered(twiml: str) -> None:
        said, action = _said(twiml)
        heard = [*call.details["answers"], said]
        core.store.change(call, details={**call.details, "answers": heard})
        if not action:
            _end(core, call, "completed")

    return answered


def _begin(core: Core, form: Mapping[str, str], twiml: str) -> Message:
    said, action = _said(twiml)
    call = Message(
        sid=f"CA{secrets.token_hex(16)}",
        provider=Provider.VOICE,
        to=form["To"],
        sender=form["From"],
        body=said,
        status="queued",
        status_callback=form.get("StatusCallback", ""),
        details={"twiml": twiml, "action": action, "answers": []},
    )
    calls.begin(core, call, _end)
    return call


def _end(core: Core, call: Message, status: str) -> None:
    core.store.change(call, status=status)
    if call.status_callback:
        core.poster.post(_callback(core, call, call.status_callback, {}))


def _callback(
    core: Core,
    call: Message,
    url: str,
    details: Mapping[str, str],
    answered: Callable[[str], None] = lambda answer: None,
) -> Callback:
    parameters = {
        "AccountSid": core.settings.twilio_account_sid,
        "ApiVersion": API_VERSION,
        "CallSid": call.sid,
        "CallStatus": call.status,
        "Direction": "outbound-api",
        "From": call.sender,
        "To": call.to,
        **details,
    }
    headers = {
        "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
        "User-Agent": "TwilioProxy/1.1",
        "X-Twilio-Signature": signature(core.settings.twilio_auth_token, url, parameters),
    }
    says = details.get("Digits", call.status)
    return Callback(call, url, says, urlencode(parameters).encode(), headers, answered)


def _said(twiml: str) -> tuple[str, str]:
    """Return what is said (once), and where a key is posted to; empty where none is taken."""
    tree = parse_xml(twiml)
    says = dict.fromkeys("".join(one.itertext()) for one in tree.iter("Say"))
    action = next((one.get("action", "") for one in tree.iter("Gather")), "")
    return " ".join(says), action


def _find(core: Core, request: web.Request) -> Message:
    call = core.store.messages.get(request.match_info["sid"])
    if call is None or call.provider != Provider.VOICE:
        raise TwilioError(20404, request.path)
    return call


def resource(core: Core, call: Message) -> dict[str, Any]:
    """Return a call as the API shows it."""
    account = core.settings.twilio_account_sid
    return {
        "account_sid": account,
        "api_version": API_VERSION,
        "date_created": formatdate(call.accepted_at),
        "date_updated": formatdate(call.updated_at),
        "direction": "outbound-api",
        "duration": None,
        "from": call.sender,
        "price": None,
        "price_unit": "USD",
        "sid": call.sid,
        "status": call.status,
        "to": call.to,
        "uri": f"{PATH.format(account=account)}/Calls/{call.sid}.json",
    }


ROUTES: Final = (
    web.post(f"{PATH}/Calls.json", create),
    web.get(f"{PATH}/Calls.json", index),
    web.get(f"{PATH}/Calls/{{sid}}.json", fetch),
)
