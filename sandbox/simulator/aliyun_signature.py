"""Checks Aliyun's request signature V3 (help.aliyun.com, "V3 request structure and signature")."""

import hashlib
import hmac
import re
from datetime import UTC, datetime
from typing import Final
from urllib.parse import quote

from aiohttp import web

from sandbox.simulator.core import CORE, Core
from sandbox.simulator.errors import AliyunError, raise_first

ALGORITHM: Final = "ACS3-HMAC-SHA256"
AUTHORIZATION: Final = re.compile(
    rf"{ALGORITHM} Credential=([^,\s]+),\s*SignedHeaders=([a-z0-9;-]+),"
    r"\s*Signature=([0-9a-f]{64})"
)
MUST_BE_SIGNED: Final = frozenset(
    {
        *("host", "x-acs-action", "x-acs-content-sha256"),
        *("x-acs-date", "x-acs-signature-nonce", "x-acs-version"),
    }
)
VALID_SECONDS: Final = 900
NONCES_KEPT: Final = 100_000


async def check(request: web.Request) -> None:
    """Pass when the request is signed with the account's key, now and for the first time.

    Raises:
        AliyunError: it is not.
    """
    core, body = request.app[CORE], await request.read()
    key = core.settings.aliyun_access_key_secret
    found = AUTHORIZATION.fullmatch(request.headers.get("Authorization", ""))
    if not found:
        raise AliyunError("IncompleteSignature")
    credential, names, signature = found.groups()
    signed = names.split(";")
    hashed = request.headers.get("x-acs-content-sha256", "") == hashlib.sha256(body).hexdigest()
    present = {name.lower() for name in request.headers}
    raise_first(
        AliyunError,
        (bool(MUST_BE_SIGNED - ({*signed} & present)), "IncompleteSignature"),
        (credential != core.settings.aliyun_access_key_id, "InvalidAccessKeyId.NotFound"),
        (not key or not hashed, "SignatureDoesNotMatch"),
        (not _matches(request, key, signed, signature), "SignatureDoesNotMatch"),
        (not _is_recent(request.headers.get("x-acs-date", "")), "InvalidTimeStamp.Expired"),
    )
    if not _is_new(core, request.headers.get("x-acs-signature-nonce", "")):
        raise AliyunError("SignatureNonceUsed")


def _matches(request: web.Request, key: str, signed: list[str], given: str) -> bool:
    pairs = sorted(request.query.items())
    query = "&".join(f"{quote(name, safe='~')}={quote(value, safe='~')}" for name, value in pairs)
    lines = [f"{name}:{request.headers.get(name, '').strip()}\n" for name in signed]
    canonical = [request.method, request.path, query, "".join(lines), ";".join(signed)]
    canonical.append(request.headers.get("x-acs-content-sha256", ""))
    text = "\n".join(canonical).encode(errors="surrogateescape")
    to_sign = f"{ALGORITHM}\n{hashlib.sha256(text).hexdigest()}".encode()
    expected = hmac.new(key.encode(), to_sign, hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected, given)


def _is_recent(date: str) -> bool:
    try:
        moment = datetime.strptime(date, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError:
        return False
    return abs((datetime.now(UTC) - moment).total_seconds()) <= VALID_SECONDS


def _is_new(core: Core, nonce: str) -> bool:
    if nonce in core.nonces:
        return False
    core.nonces[nonce] = None
    if len(core.nonces) > NONCES_KEPT:
        del core.nonces[next(iter(core.nonces))]
    return True
