"""Twilio's Messages resource, 2010-04-01 (twilio.com/docs/messaging/api/message-resource)."""

import base64
import hmac
import re
import secrets
from collections.abc import Awaitable, Callable, Mapping
from email.utils import formatdate
from typing import Any, Final

from aiohttp import web

from notifications.simulator import faults
from notifications.simulator.core import CORE, Core
from notifications.simulator.fates import draw_fate
from notifications.simulator.guard import may_call
from notifications.simulator.reading import read_form
from notifications.simulator.segments import segments
from notifications.simulator.store import Message, Provider, Table
from notifications.simulator.twilio_callbacks import API_VERSION, FINAL, WAITING, begin
from notifications.simulator.twilio_errors import TwilioError
from notifications.simulator.twilio_list import Page

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

BODY_LIMIT: Final = 1600
LONGEST_VALIDITY: Final = 36_000  # seconds
E164: Final = re.compile(r"\+[1-9]\d{6,14}")
SENDER_NAME: Final = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11}")
PATH: Final = f"/{API_VERSION}/Accounts/{{account}}"


def _guarded(handler: Handler) -> Handler:
    """Basic authentication, and refusals as Twilio words them."""

    async def guarded(request: web.Request) -> web.StreamResponse:
        try:
            _authenticate(request)
            return await handler(request)
        except TwilioError as error:
            return error.answer()
        except web.HTTPBadRequest:
            return TwilioError(20001, "body").answer()

    return guarded


def _authenticate(request: web.Request) -> None:
    settings = request.app[CORE].settings
    expected = f"{settings.twilio_account_sid}:{settings.twilio_auth_token}"
    try:
        given = base64.b64decode(request.headers.get("Authorization", "").removeprefix("Basic "))
    except ValueError as error:
        raise TwilioError(20003) from error
    if not settings.twilio_auth_token or not hmac.compare_digest(given, expected.encode()):
        raise TwilioError(20003)
    if request.match_info["account"] != settings.twilio_account_sid:
        raise TwilioError(20404, request.path)


@_guarded
async def create(request: web.Request) -> web.StreamResponse:
    """POST Messages.json: accept a message, or refuse it with a documented code."""
    core = request.app[CORE]
    form = await read_form(request)
    _check(core, form)

    def accept() -> web.Response:
        message = _accept(core, form)
        return web.json_response(resource(core, message), status=201)

    return await faults.answer(
        request,
        Provider.TWILIO,
        form["To"],
        accept=accept,
        refuse=lambda code: TwilioError(code, form["To"]).answer(),
        rate_limit_code=20429,
    )


@_guarded
async def index(request: web.Request) -> web.StreamResponse:
    """GET Messages.json: newest first, filtered, in pages."""
    core, store = request.app[CORE], request.app[CORE].store
    page = Page.read(request.query)
    to = page.filters.get("To")
    listed = store.newest_to(Provider.TWILIO, to) if to else store.newest_first(Provider.TWILIO)
    body = page.body(PATH.format(account=request.match_info["account"]) + "/Messages.json", listed)
    body["messages"] = [resource(core, message) for message in body["messages"]]
    return web.json_response(body)


@_guarded
async def fetch(request: web.Request) -> web.StreamResponse:
    """GET Messages/{sid}.json."""
    return web.json_response(resource(request.app[CORE], _find(request)))


@_guarded
async def update(request: web.Request) -> web.StreamResponse:
    """POST Messages/{sid}.json: redact the body of a finished message, or cancel a waiting one."""
    core, message = request.app[CORE], _find(request)
    form = await read_form(request)
    if form.get("Status") == "canceled":
        _need(message, message.status in WAITING)
        core.store.change(message, status="canceled")
    if form.get("Body") == "":
        _need(message, message.status in FINAL or message.inbound)
        core.store.change(message, body="")
    return web.json_response(resource(core, message))


@_guarded
async def delete(request: web.Request) -> web.StreamResponse:
    """DELETE Messages/{sid}.json: gone from the API; the ledger still shows it, as deleted."""
    message = _find(request)
    _need(message, message.status in FINAL or message.inbound)
    request.app[CORE].store.change(message, deleted=True)
    return web.Response(status=204)


def resource(core: Core, message: Message) -> dict[str, Any]:
    """A message as the API shows it."""
    account = core.settings.twilio_account_sid
    uri = f"{PATH.format(account=account)}/Messages/{message.sid}"
    return {
        "account_sid": account,
        "api_version": API_VERSION,
        "body": message.body,
        "date_created": _rfc_2822(message.accepted_at),
        "date_sent": _rfc_2822(message.sent_at),
        "date_updated": _rfc_2822(message.updated_at),
        "direction": "inbound" if message.inbound else "outbound-api",
        "error_code": message.error_code,
        "error_message": None,
        "from": message.sender or None,
        "messaging_service_sid": message.details.get("service"),
        "num_media": "0",
        "num_segments": str(message.segments),
        "price": None,
        "price_unit": "USD",
        "sid": message.sid,
        "status": message.status,
        "subresource_uris": {"media": f"{uri}/Media.json"},
        "to": message.to,
        "uri": f"{uri}.json",
    }


def new_sid() -> str:
    """A message SID: SM and 32 hexadecimal digits."""
    return f"SM{secrets.token_hex(16)}"


def _check(core: Core, form: Mapping[str, str]) -> None:
    to, sender = form.get("To", ""), form.get("From", "")
    body, callback = form.get("Body", ""), form.get("StatusCallback", "")
    bad_sender = sender and not (E164.fullmatch(sender) or SENDER_NAME.fullmatch(sender))
    refusals = (
        (not to, 21604, ""),
        (not E164.fullmatch(to), 21211, to),
        (not sender and not form.get("MessagingServiceSid"), 21603, ""),
        (bad_sender, 21212, sender),
        (not body, 21602, ""),
        (len(body) > BODY_LIMIT, 21617, ""),
        (not _validity_ok(form.get("ValidityPeriod", "1")), 20001, "ValidityPeriod"),
        (to in core.store.tables[Table.OPT_OUTS], 21610, to),
    )
    for refused, code, value in refusals:
        if refused:
            raise TwilioError(code, value)
    if callback and not may_call(callback):
        core.store.note(f"refused a StatusCallback beyond this machine: {callback}")
        raise TwilioError(21609, callback)


def _validity_ok(given: str) -> bool:
    readable = given.isascii() and given.isdigit() and len(given) <= len(str(LONGEST_VALIDITY))
    return readable and 1 <= int(given) <= LONGEST_VALIDITY


def _accept(core: Core, form: Mapping[str, str]) -> Message:
    service = form.get("MessagingServiceSid")
    message = Message(
        sid=new_sid(),
        provider=Provider.TWILIO,
        to=form["To"],
        sender=form.get("From", ""),
        body=form["Body"],
        status="accepted" if service else "queued",
        segments=segments(form["Body"]),
        status_callback=form.get("StatusCallback", ""),
        details={"service": service} if service else {},
    )
    core.store.add(message)
    begin(core, message, draw_fate(core, Provider.TWILIO, message.to))
    return message


def _find(request: web.Request) -> Message:
    message = request.app[CORE].store.messages.get(request.match_info["sid"])
    if message is None or message.deleted or message.provider != Provider.TWILIO:
        raise TwilioError(20404, request.path)
    return message


def _need(message: Message, allowed: bool) -> None:
    if not allowed:
        raise TwilioError(20009, message.sid)


def _rfc_2822(at: float | None) -> str | None:
    return None if at is None else formatdate(at)


ROUTES: Final = (
    web.post(f"{PATH}/Messages.json", create),
    web.get(f"{PATH}/Messages.json", index),
    web.get(f"{PATH}/Messages/{{sid}}.json", fetch),
    web.post(f"{PATH}/Messages/{{sid}}.json", update),
    web.delete(f"{PATH}/Messages/{{sid}}.json", delete),
)
