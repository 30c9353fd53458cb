"""Twilio's Messages resource, 2010-04-01 (twilio.com/docs/messaging/api/message-resource)."""

import base64
import hmac
import re
from collections.abc import Mapping
from email.utils import formatdate
from typing import Any, Final

from aiohttp import web

from sandbox.simulator import sms
from sandbox.simulator.core import CORE, Core, answer
from sandbox.simulator.errors import TwilioError, raise_first
from sandbox.simulator.guard import may_call
from sandbox.simulator.parsing import parse_whole, read_form
from sandbox.simulator.store import Message, Provider, Table
from sandbox.simulator.twilio_callbacks import API_VERSION, new_sid
from sandbox.simulator.twilio_list import list_page

BODY_LIMIT: Final = 1600
LONGEST_VALIDITY: Final = 36_000  # seconds
E164: Final = re.compile(r"\+[1-9]\d{6,14}")
# A name (twilio.com/docs/messaging/api/alphasender-resource) or a short code.
SENDER_NAME: Final = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9 +_&-]{1,11}|[1-9][0-9]{2,7}")
PATH: Final = f"/{API_VERSION}/Accounts/{{account}}"


def authenticated(request: web.Request) -> Core:
    """Check the basic authentication; return what every handler works with."""
    core = request.app[CORE]
    account, token = core.settings.twilio_account_sid, core.settings.twilio_auth_token
    try:
        given = base64.b64decode(request.headers.get("Authorization", "").removeprefix("Basic "))
    except ValueError as error:
        raise TwilioError(20003) from error
    if not token or not hmac.compare_digest(given, f"{account}:{token}".encode()):
        raise TwilioError(20003)
    if request.match_info["account"] != account:
        raise TwilioError(20404, request.path)
    return core


async def posted_form(request: web.Request) -> Mapping[str, str]:
    """Return the posted form; TwilioError where it is none."""
    try:
        return await read_form(request)
    except web.HTTPBadRequest as error:
        raise TwilioError(20001, "body") from error


async def create(request: web.Request) -> web.StreamResponse:
    """POST Messages.json: accept a message, or refuse it with a documented code."""
    core, form = authenticated(request), await posted_form(request)
    _check(core, form)

    def accept() -> web.Response:
        message = _accept(core, form)
        return web.json_response(resource(core, message), status=201)

    return await answer(
        request,
        Provider.TWILIO,
        form["To"],
        accept=accept,
        refuse=lambda code: TwilioError(code, form["To"]),
        rate_limit_code=20429,
    )


async def index(request: web.Request) -> web.StreamResponse:
    """GET Messages.json: newest first, filtered, in pages."""
    core = authenticated(request)
    if to := request.query.get("To"):
        listed = core.store.newest_to(Provider.TWILIO, to)
    else:
        listed = core.store.newest_first(Provider.TWILIO)
    body = list_page(request.query, request.path, listed)
    body["messages"] = [resource(core, message) for message in body["messages"]]
    return web.json_response(body)


async def fetch(request: web.Request) -> web.StreamResponse:
    """GET Messages/{sid}.json."""
    return web.json_response(resource(*_find(request)))


async def update(request: web.Request) -> web.StreamResponse:
    """POST Messages/{sid}.json: redact the body of a finished message, or cancel a waiting one."""
    core, message = _find(request)
    form = await posted_form(request)
    if form.get("Status") == "canceled":
        _need(message, message.status in sms.WAITING)
        core.store.change(message, status="canceled")
    if form.get("Body") == "":
        _need(message, message.status in sms.FINAL or message.inbound)
        core.store.change(message, body="")
    return web.json_response(resource(core, message))


async def delete(request: web.Request) -> web.StreamResponse:
    """DELETE Messages/{sid}.json: gone from the API; the ledger still shows it, as deleted."""
    core, message = _find(request)
    _need(message, message.status in sms.FINAL or message.inbound)
    core.store.change(message, deleted=True)
    return web.Response(status=204)


def resource(core: Core, message: Message) -> dict[str, Any]:
    """Return a message as the API shows it."""
    account = core.settings.twilio_account_sid
    uri = f"{PATH.format(account=account)}/Messages/{message.sid}"
    return {
        "account_sid": account,
        "api_version": API_VERSION,
        "body": message.body,
        "date_created": formatdate(message.accepted_at),
        "date_sent": None if message.sent_at is None else formatdate(message.sent_at),
        "date_updated": formatdate(message.updated_at),
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


def _check(core: Core, form: Mapping[str, str]) -> None:
    to, sender = form.get("To", ""), form.get("From", "")
    body, callback = form.get("Body", ""), form.get("StatusCallback", "")
    validity = form.get("ValidityPeriod", "1")
    bad_sender = sender and not (E164.fullmatch(sender) or SENDER_NAME.fullmatch(sender))
    raise_first(
        TwilioError,
        (not to, 21604, ""),
        (not E164.fullmatch(to), 21211, to),
        (not sender and not form.get("MessagingServiceSid"), 21603, ""),
        (bad_sender, 21212, sender),
        (not body, 21602, ""),
        (len(body) > BODY_LIMIT, 21617, ""),
        (not parse_whole(validity, LONGEST_VALIDITY), 20001, "ValidityPeriod"),
        (to in core.store.tables[Table.OPT_OUTS], 21610, to),
    )
    if callback and not may_call(callback):
        core.store.note(f"refused a StatusCallback beyond this machine: {callback}")
        raise TwilioError(21609, callback)


def _accept(core: Core, form: Mapping[str, str]) -> Message:
    service = form.get("MessagingServiceSid")
    message = Message(
        sid=new_sid(),
        provider=Provider.TWILIO,
        to=form["To"],
        sender=form.get("From", ""),
        body=form["Body"],
        status="accepted" if service else "queued",
        status_callback=form.get("StatusCallback", ""),
        details={"service": service} if service else {},
    )
    sms.accept(core, message)
    return message


def _find(request: web.Request) -> tuple[Core, Message]:
    core = authenticated(request)
    message = core.store.messages.get(request.match_info["sid"])
    if message is None or message.deleted or message.provider != Provider.TWILIO:
        raise TwilioError(20404, request.path)
    return core, message


def _need(message: Message, allowed: bool) -> None:
    if not allowed:
        raise TwilioError(20009, message.sid)


ROUTES: Final = (
    web.post(f"{PATH}/Messages.json", create),
    web.get(f"{PATH}/Messages.json", index),
    web.get(f"{PATH}/Messages/{{sid}}.json", fetch),
    web.post(f"{PATH}/Messages/{{sid}}.json", update),
    web.delete(f"{PATH}/Messages/{{sid}}.json", delete),
)
