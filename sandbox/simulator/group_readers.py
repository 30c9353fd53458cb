"""What each group robot or push service reads in a request, and what it refuses at once."""

import base64
import hashlib
import hmac
import json
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qs

from aiohttp import web

from sandbox.simulator.core import Core
from sandbox.simulator.parsing import parse_json

HOUR_MS: Final = 3_600_000
FEISHU_PATH: Final = re.compile(r"open-apis/bot/v2/hook/([\w-]+)/?")
SLACK_PATH: Final = re.compile(r"services/(\w+)/(\w+)/(\w+)")
TELEGRAM_PATH: Final = re.compile(r"bot(\d+:[\w-]+)/sendMessage")
DISCORD_PATH: Final = re.compile(r"api/webhooks/(\d+)/([\w-]+)")
SERVERCHAN_PATH: Final = re.compile(r"(\w+)\.send")
TEAMS_PATH: Final = re.compile(
    r"(?:powerautomate/automations/direct/)?(?:cu/\d+/)?workflows/([\w-]+)/triggers/manual/paths/"
    r"invoke"
)


@dataclass(frozen=True)
class Given:
    """A message as a service reads it; `problem` is the code with which it refuses it."""

    token: str
    text: str = ""
    title: str = ""
    problem: Any = None


Reader = Callable[[web.Request, str, bytes, Core], Given]


def dingtalk(request: web.Request, path: str, body: bytes, core: Core) -> Given:
    """Read a text; one with a secret must be signed with it, within an hour."""
    token, said = request.query.get("access_token", ""), _text_of(body, "text", "content")
    if path != "robot/send" or not token.isalnum():
        return Given(token, problem=300001)
    secret = _of(core.settings.group_secrets, token)
    if secret and not _dingtalk_signed(request, secret):
        return Given(token, problem=310000)
    return Given(token, said, problem=None if said and len(body) <= 20_000 else 430104)


def _dingtalk_signed(request: web.Request, secret: str) -> bool:
    timestamp, sign = request.query.get("timestamp", ""), request.query.get("sign", "")
    if not timestamp.isdecimal() or abs(time.time() * 1000 - int(timestamp)) > HOUR_MS:
        return False
    digest = hmac.digest(secret.encode(), f"{timestamp}\n{secret}".encode(), hashlib.sha256)
    return hmac.compare_digest(base64.b64encode(digest), sign.encode())


def feishu(_request: web.Request, path: str, body: bytes, core: Core) -> Given:
    """Read a text of at most 20 KB; one with a secret must be signed with it, within an hour."""
    found, said = FEISHU_PATH.fullmatch(path), _text_of(body, "content", "text")
    if not found:
        return Given("", problem=19001)
    secret = _of(core.settings.group_secrets, found[1])
    if secret and not _feishu_signed(_object(body), secret):
        return Given(found[1], problem=19021)
    return Given(found[1], said, problem=None if said and len(body) <= 20_480 else 9499)


def _feishu_signed(given: dict[str, Any], secret: str) -> bool:
    """Return whether the body has Feishu's signature, whose key is the time and the secret."""
    timestamp, sign = str(given.get("timestamp", "")), str(given.get("sign", ""))
    if not timestamp.isdecimal() or abs(time.time() - int(timestamp)) > HOUR_MS / 1000:
        return False
    digest = hmac.digest(f"{timestamp}\n{secret}".encode(), b"", hashlib.sha256)
    return hmac.compare_digest(base64.b64encode(digest), sign.encode())


def slack(_request: web.Request, path: str, body: bytes, _core: Core) -> Given:
    """Read the first attachment that a hook is given."""
    found, said = SLACK_PATH.fullmatch(path), _attachment(body)
    if not found:
        return Given("", problem="no_service")
    return Given("/".join(found.groups()), said, problem=None if said else "invalid_payload")


def slack_api(request: web.Request, path: str, body: bytes, _core: Core) -> Given:
    """Read a message to a channel; the bearer's token is the sender."""
    token = request.headers.get("Authorization", "").removeprefix("Bearer ")
    channel, said = _object(body).get("channel"), _attachment(body)
    if path != "api/chat.postMessage" or not token.startswith("xox"):
        return Given(token, problem="invalid_auth")
    if not isinstance(channel, str) or not channel:
        return Given(token, problem="channel_not_found")
    return Given(f"{token}/{channel}", said, problem=None if said else "no_text")


def telegram(_request: web.Request, path: str, body: bytes, _core: Core) -> Given:
    """Read the text of `sendMessage`, whose markup must be whole."""
    found, given = TELEGRAM_PATH.fullmatch(path), _object(body)
    if not found:
        return Given("", problem=404)
    said = str(given.get("text", ""))
    bare = re.sub(r"&(?:lt|gt|amp|quot);|</?(?:b|i|u|s|a|code|pre)(?: [^<>]*)?>", "", said)
    whole = given.get("parse_mode") != "HTML" or not re.search(r"[<>]|&(?!#)", bare)
    good = whole and 0 < len(said.encode("utf-16-le")) // 2 <= 4096
    return Given(f"{found[1]}/{given.get('chat_id')}", said, problem=None if good else 400)


def discord(_request: web.Request, path: str, body: bytes, _core: Core) -> Given:
    """Read `content`, of at most 2,000 characters."""
    found, said = DISCORD_PATH.fullmatch(path), _object(body).get("content")
    if not found:
        return Given("", problem=10015)
    token = "/".join(found.groups())
    if not isinstance(said, str) or not said:
        return Given(token, problem=50006)
    return Given(token, said, problem=50035 if len(said) > 2000 else None)


def bark(_request: web.Request, _path: str, body: bytes, _core: Core) -> Given:
    """Read `device_key` and `body`; Apple takes 4,096 bytes."""
    given = _object(body)
    token, said = str(given.get("device_key") or ""), str(given.get("body") or "")
    if not token:
        return Given("", problem=400)
    too_long = len(json.dumps(given, ensure_ascii=False).encode()) > 4096
    return Given(token, said, str(given.get("title") or ""), 413 if too_long else None)


def serverchan(_request: web.Request, path: str, body: bytes, _core: Core) -> Given:
    """Read a form with `title`, which it demands, and `desp`."""
    found = SERVERCHAN_PATH.fullmatch(path)
    form = {name: values[0] for name, values in parse_qs(body.decode(errors="replace")).items()}
    if not found:
        return Given("", problem=40001)
    title, said = form.get("title", ""), form.get("desp", "")
    good = 0 < len(title) <= 32 and len(said.encode()) <= 32 * 1024
    return Given(found[1], said, title, None if good else 20001)


def ntfy(_request: web.Request, path: str, body: bytes, _core: Core) -> Given:
    """Read `topic` and `message`, of at most 4,096 bytes."""
    given = _object(body)
    topic, said = str(given.get("topic") or ""), str(given.get("message") or "")
    if path or not re.fullmatch(r"[\w-]{1,64}", topic):
        return Given(topic, problem=40009)
    return Given(topic, said, problem=41301 if len(said.encode()) > 4096 else None)


def teams(request: web.Request, path: str, body: bytes, _core: Core) -> Given:
    """Read the text blocks of an adaptive card of at most 28 KB."""
    found = TEAMS_PATH.fullmatch(path)
    if not found:
        return Given("", problem="WorkflowNotFound")
    token = f"{found[1]}/{request.query.get('sig', '')}"
    if not request.query.get("sig") or not request.query.get("api-version"):
        return Given(token, problem="DirectApiAuthorizationRequired")
    try:
        card = _object(body)["attachments"][0]["content"]
        said = "\n".join(one["text"] for one in card["body"] if one["type"] == "TextBlock")
    except (KeyError, IndexError, TypeError):
        return Given(token, problem="TriggerInputSchemaMismatch")
    too_long = len(body) > 28 * 1024
    return Given(token, said, problem="TriggerInputSchemaMismatch" if too_long else None)


def _object(body: bytes) -> dict[str, Any]:
    try:
        given = parse_json(body)
    except ValueError:
        return {}
    return given if isinstance(given, dict) else {}


def _text_of(body: bytes, outer: str, inner: str) -> str:
    found = _object(body).get(outer)
    said = found.get(inner) if isinstance(found, dict) else None
    return said if isinstance(said, str) else ""


def _attachment(body: bytes) -> str:
    attachments = _object(body).get("attachments")
    try:
        return str(attachments[0]["text"]) if attachments else ""
    except (KeyError, IndexError, TypeError):
        return ""


def _of(settings: list[str], token: str) -> str:
    """Return the value of a setting such as `token=value`."""
    return next((one.partition("=")[2] for one in settings if one.partition("=")[0] == token), "")
