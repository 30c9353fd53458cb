"""A subscriber's web server: keeps what is posted, and says whether its signature is right."""

import base64
import binascii
import hashlib
import hmac
import json
import re
import secrets
import time
from collections.abc import Mapping
from typing import Any, Final

from aiohttp import web

from sandbox.simulator.core import CORE, answer
from sandbox.simulator.errors import Refusal
from sandbox.simulator.parsing import parse_json, readable
from sandbox.simulator.store import Message, Provider, Table

# How far the sender's clock may be off, as the specification recommends, in seconds.
TOLERANCE_SECONDS: Final = 300
TIMESTAMP: Final = re.compile(r"[0-9]{1,12}")
PREFIX: Final = "whsec_"


async def receive(request: web.Request) -> web.StreamResponse:
    """POST /webhook-sink/{name}: keep it, with its headers."""
    core, name = request.app[CORE], request.match_info["name"]
    body = await request.read()
    secret = core.store.tables[Table.SECRETS].get(name, {}).get("secret", "")
    message = Message(
        sid=f"hook-{secrets.token_hex(16)}",
        provider=Provider.WEBHOOK,
        to=name,
        sender="",
        body=_readable(body),
        status="received",
        client_msg_id=readable(request.headers.get("webhook-id", "")),
        details={
            "headers": {name: readable(value) for name, value in request.headers.items()},
            "signature_valid": verify(secret, request.headers, body) if secret else None,
        },
    )

    def accept() -> web.Response:
        core.store.add(message)
        return web.Response(status=204)

    return await answer(
        request,
        Provider.WEBHOOK,
        name,
        accept=accept,
        refuse=lambda code: Refusal(code if 400 <= code < 600 else 400),
        rate_limit_code=429,
    )


def verify(secret: str, headers: Mapping[str, str], body: bytes) -> bool:
    """Return whether the Standard Webhooks v1 signature is right (standardwebhooks.com)."""
    sent_at = headers.get("webhook-timestamp", "")
    if not TIMESTAMP.fullmatch(sent_at) or abs(time.time() - int(sent_at)) > TOLERANCE_SECONDS:
        return False
    key = base64.b64decode(secret.removeprefix(PREFIX))
    signed = _bytes(f"{headers.get('webhook-id', '')}.{sent_at}.") + body
    expected = base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
    offered = headers.get("webhook-signature", "").split(" ")
    return any(hmac.compare_digest(f"v1,{expected}".encode(), _bytes(one)) for one in offered)


def check_secret(secret: Any) -> str:
    """Return a secret as it may be kept.

    Raises:
        ValueError: it is not `whsec_` and base64.
    """
    try:
        if isinstance(secret, str) and secret.startswith(PREFIX):
            base64.b64decode(secret.removeprefix(PREFIX), validate=True)
            return secret
    except binascii.Error:
        pass
    raise ValueError("a secret is whsec_ and base64")


def _bytes(header: str) -> bytes:
    """Return a header as it came over the wire."""
    return header.encode(errors="surrogateescape")


def _readable(body: bytes) -> str:
    try:
        return json.dumps(parse_json(body), ensure_ascii=False, indent=2)
    except ValueError:
        return body.decode(errors="replace")


ROUTES: Final = (web.post("/webhook-sink/{name}", receive),)
