"""Checks Tencent Cloud's signature v3 (cloud.tencent.com/document/api/382/52071)."""

import hashlib
import hmac
import re
import time
from datetime import UTC, datetime
from typing import Final

from aiohttp import web

from sandbox.simulator.core import CORE
from sandbox.simulator.errors import TencentError, raise_first

ALGORITHM: Final = "TC3-HMAC-SHA256"
AUTHORIZATION: Final = re.compile(
    rf"{ALGORITHM} Credential=([^/\s]+)/(\d{{4}}-\d\d-\d\d)/sms/tc3_request,"
    r"\s*SignedHeaders=([a-z0-9;-]+),\s*Signature=([0-9a-f]{64})"
)
MUST_BE_SIGNED: Final = frozenset({"content-type", "host"})
VALID_SECONDS: Final = 300


async def check(request: web.Request) -> None:
    """Pass when the request is signed with the account's key, now.

    Raises:
        TencentError: it is not.
    """
    settings, body = request.app[CORE].settings, await request.read()
    found = AUTHORIZATION.fullmatch(request.headers.get("Authorization", ""))
    if not found:
        raise TencentError("AuthFailure.InvalidAuthorization")
    credential, day, names, signature = found.groups()
    timestamp = request.headers.get("X-TC-Timestamp", "")
    at = int(timestamp) if timestamp.isascii() and timestamp.isdigit() else 0
    signed = names.split(";")
    expected = _signature(request, settings.tencent_secret_key, body, day, signed, timestamp)
    raise_first(
        TencentError,
        (bool(MUST_BE_SIGNED - {*signed}), "AuthFailure.SignatureFailure"),
        (credential != settings.tencent_secret_id, "AuthFailure.SecretIdNotFound"),
        (abs(time.time() - at) > VALID_SECONDS, "AuthFailure.SignatureExpire"),
        (f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d}" != day, "AuthFailure.SignatureFailure"),
        (not settings.tencent_secret_key, "AuthFailure.SignatureFailure"),
        (not hmac.compare_digest(expected, signature), "AuthFailure.SignatureFailure"),
    )


def _signature(
    request: web.Request, key: str, body: bytes, day: str, signed: list[str], timestamp: str
) -> str:
    lines = "".join(
        f"{name}:{request.headers.get(name, '').strip().lower()}\n" for name in sorted(signed)
    )
    parts = [request.method, request.path, "", lines, ";".join(sorted(signed))]
    canonical = "\n".join([*parts, hashlib.sha256(body).hexdigest()])
    digest = hashlib.sha256(canonical.encode(errors="surrogateescape")).hexdigest()
    secret = f"TC3{key}".encode()
    for part in (day, "sms", "tc3_request"):
        secret = hmac.new(secret, part.encode(), hashlib.sha256).digest()
    to_sign = f"{ALGORITHM}\n{timestamp}\n{day}/sms/tc3_request\n{digest}"
    return hmac.new(secret, to_sign.encode(), hashlib.sha256).hexdigest()
