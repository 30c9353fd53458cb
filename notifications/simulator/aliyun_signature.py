"""Checks Aliyun's request signature V3 (help.aliyun.com, "V3 request structure and signature")."""

import hashlib
import hmac
import re
from datetime import UTC, datetime
from typing import Final
from urllib.parse import quote

from aiohttp import web

from notifications.simulator.aliyun_errors import AliyunError
from notifications.simulator.settings import Settings

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

# Nonces that were used, in order of arrival.
NONCES = web.AppKey("nonces", dict[str, None])


def check(request: web.Request, settings: Settings, body: bytes) -> None:
    """Pass when the request is signed with the account's key, now and for the first time.

    Raises:
        AliyunError: it is not.
    """
    found = AUTHORIZATION.fullmatch(request.headers.get("Authorization", ""))
    if not found:
        raise AliyunError("IncompleteSignature")
    credential, names, signature = found.groups()
    signed = names.split(";")
    hashed = request.headers.get("x-acs-content-sha256", "") == hashlib.sha256(body).hexdigest()
    refusals = (
        (bool(MUST_BE_SIGNED - ({*signed} & _present(request))), "IncompleteSignature"),
        (credential != settings.aliyun_access_key_id, "InvalidAccessKeyId.NotFound"),
        (not settings.aliyun_access_key_secret or not hashed, "SignatureDoesNotMatch"),
        (not _matches(request, settings, signed, signature), "SignatureDoesNotMatch"),
        (not _is_recent(request.headers.get("x-acs-date", "")), "InvalidTimeStamp.Expired"),
    )
    for refused, code in refusals:
        if refused:
            raise AliyunError(code)
    if not _is_new(request):
        raise AliyunError("SignatureNonceUsed")


def _present(request: web.Request) -> set[str]:
    return {name.lower() for name in request.headers}


def _matches(request: web.Request, settings: Settings, signed: list[str], given: str) -> bool:
    pairs = sorted(request.query.items())
    query = "&".join(f"{quote(name, safe='~')}={quote(value, safe='~')}" for name, value in pairs)
    lines = [f"{name}:{request.headers.get(name, '').strip()}\n" for name in signed]
    canonical = [request.method, request.path, query, "".join(lines), ";".join(signed)]
    canonical.append(request.headers.get("x-acs-content-sha256", ""))
    text = "\n".join(canonical).encode(errors="surrogateescape")
    to_sign = f"{ALGORITHM}\n{hashlib.sha256(text).hexdigest()}".encode()
    key = settings.aliyun_access_key_secret.encode()
    return hmac.compare_digest(hmac.new(key, to_sign, hashlib.sha256).hexdigest(), given)


def _is_recent(date: str) -> bool:
    try:
        moment = datetime.strptime(date, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError:
        return False
    return abs((datetime.now(UTC) - moment).total_seconds()) <= VALID_SECONDS


def _is_new(request: web.Request) -> bool:
    used, nonce = request.app[NONCES], request.headers.get("x-acs-signature-nonce", "")
    if nonce in used:
        return False
    used[nonce] = None
    if len(used) > NONCES_KEPT:
        del used[next(iter(used))]
    return True
