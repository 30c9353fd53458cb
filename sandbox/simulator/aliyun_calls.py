"""Aliyun's voice service, dyvmsapi 2017-05-25: SingleCallByTts, and the report of its end.

Sources: help.aliyun.com, SingleCallByTts and VoiceReport (with `dtmf`, the keys that were pressed).
"""

import json
import re
import secrets
import time
from collections.abc import Mapping
from typing import Final

from aiohttp import web

from sandbox.simulator import calls
from sandbox.simulator.aliyun_callbacks import china_time, national
from sandbox.simulator.callback_sender import Callback
from sandbox.simulator.core import CORE, Core, answer
from sandbox.simulator.errors import AliyunError, raise_first, request_id
from sandbox.simulator.parsing import parse_json, parse_whole
from sandbox.simulator.store import Message, Provider

VARIABLE: Final = re.compile(r"\$\{(\w+)\}")
MAINLAND: Final = re.compile(r"1[3-9]\d{9}", re.ASCII)
ABROAD: Final = re.compile(r"[1-9]\d{6,14}", re.ASCII)
LONGEST_OUT_ID: Final = 15
MOST_TIMES: Final = 3
# How a call ended -> Aliyun's status_code and words.
ENDS: Final[Mapping[str, tuple[str, str]]] = {
    "completed": ("200000", "用户听完"),
    "busy": ("200002", "用户占线"),
    "no-answer": ("200003", "用户无应答"),
    "unreachable": ("200005", "用户无法接通"),
    "failed": ("200010", "关机"),
    "empty": ("200004", "空号"),
}


async def single_call_by_tts(request: web.Request) -> web.StreamResponse:
    """Answer SingleCallByTts: begin a call, or refuse it with a documented code."""
    core, given = request.app[CORE], request.query
    to = _to(given.get("CalledNumber", ""))
    text = _text(core, given)

    def accept() -> web.Response:
        call = Message(
            sid=f"{secrets.randbelow(9 * 10**11) + 10**11}^{secrets.randbelow(10**12)}",
            provider=Provider.ALIYUN_VOICE,
            to=to,
            sender=given.get("CalledShowNumber", ""),
            body=text,
            status="queued",
            details={"out_id": given.get("OutId", ""), "dtmf": ""},
        )
        calls.begin(core, call, _end)
        body = {"Code": "OK", "Message": "OK", "CallId": call.sid, "RequestId": request_id()}
        return web.json_response(body)

    return await answer(
        request,
        Provider.ALIYUN_VOICE,
        to,
        accept=accept,
        refuse=AliyunError,
        rate_limit_code="Throttling.User",
    )


def answer_call(core: Core, call: Message, digits: str) -> None:
    """Press a key, if any, and hang up: the one report of a call has both."""
    core.store.change(call, details={**call.details, "dtmf": digits})
    _end(core, call, "completed")


def _to(number: str) -> str:
    if MAINLAND.fullmatch(number):
        return f"+86{number}"
    if not ABROAD.fullmatch(number):
        raise AliyunError("isv.MOBILE_NUMBER_ILLEGAL")
    return f"+{number}"


def _text(core: Core, given: Mapping[str, str]) -> str:
    """Return what is said: the approved template with its values."""
    approved = dict(one.split("=", 1) for one in core.settings.aliyun_voice_templates)
    template = approved.get(given.get("TtsCode", ""))
    if template is None:
        raise AliyunError("isv.TTS_TEMPLATE_ILLEGAL")
    values = _values(given.get("TtsParam", "{}"))
    used = [values.get(name, "") for name in VARIABLE.findall(template)]
    longest = core.settings.aliyun_voice_variable_length
    raise_first(
        AliyunError,
        (not all(used), "isv.TEMPLATE_MISSING_PARAMETERS"),
        (any(len(value) > longest for value in used), "isv.PARAM_LENGTH_LIMIT"),
        (len(given.get("OutId", "")) > LONGEST_OUT_ID, "isv.INVALID_PARAMETERS"),
        (not parse_whole(given.get("PlayTimes", "1"), MOST_TIMES), "isv.INVALID_PARAMETERS"),
    )
    return VARIABLE.sub(lambda found: values[found[1]], template)


def _values(given: str) -> dict[str, str]:
    try:
        values = parse_json(given.encode())
    except ValueError as error:
        raise AliyunError("isv.INVALID_JSON_PARAM") from error
    if not isinstance(values, dict) or not all(isinstance(one, str) for one in values.values()):
        raise AliyunError("isv.INVALID_JSON_PARAM")
    return values


def _end(core: Core, call: Message, status: str) -> None:
    core.store.change(call, status=status)
    if url := core.settings.aliyun_voice_report_url:
        core.poster.post(_report(call, url))


def _report(call: Message, url: str) -> Callback:
    """Return the VoiceReport of a call's end."""
    code, words = ENDS.get(call.status, (call.status, ""))
    heard = call.status == "completed"
    report = {
        "call_id": call.sid,
        "caller": national(call.sender),
        "callee": national(call.to),
        "out_id": call.details["out_id"],
        "originate_time": china_time(call.accepted_at),
        "ring_time": china_time(call.sent_at or call.accepted_at),
        "start_time": china_time(time.time()) if heard else "",
        "end_time": china_time(time.time()),
        "duration": "12" if heard else "0",
        "status_code": code,
        "status_msg": words,
        "hangup_direction": "1",
        "dtmf": call.details["dtmf"],
    }
    body = json.dumps([report], ensure_ascii=False).encode()
    headers = {"Content-Type": "application/json;charset=UTF-8"}
    return Callback(call, url, call.details["dtmf"] or call.status, body, headers)
