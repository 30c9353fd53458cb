"""Signed calls of Tencent Cloud's SMS API, version 2021-01-11."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlsplit

import aiohttp
from django.conf import settings

from notifications.channels import http
from statuspage.lib.database_clock import database_now_reckoned

ALGORITHM: Final = "TC3-HMAC-SHA256"
SERVICE: Final = "sms"
VERSION: Final = "2021-01-11"
CONTENT_TYPE: Final = "application/json; charset=utf-8"


def authorization(
    body: bytes, headers: Mapping[str, str], timestamp: int, service: str = SERVICE
) -> str:
    """Sign a POST to "/": cloud.tencent.com/document/api/382/52071 (signature v3).

    `headers` are those that are signed, by their names in lower case.
    """
    day = f"{datetime.fromtimestamp(timestamp, UTC):%Y-%m-%d}"
    names = ";".join(sorted(headers))
    lines = "".join(f"{name}:{headers[name].strip().lower()}\n" for name in sorted(headers))
    hashed = hashlib.sha256(body).hexdigest()
    canonical = "\n".join(["POST", "/", "", lines, names, hashed])
    scope = f"{day}/{service}/tc3_request"
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    key = f"TC3{settings.TENCENT_SMS_SECRET_KEY}".encode()
    for part in (day, service, "tc3_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    to_sign = f"{ALGORITHM}\n{timestamp}\n{scope}\n{digest}".encode()
    signature = hmac.new(key, to_sign, hashlib.sha256).hexdigest()
    credential = f"{settings.TENCENT_SMS_SECRET_ID}/{scope}"
    return f"{ALGORITHM} Credential={credential}, SignedHeaders={names}, Signature={signature}"


async def call(
    opened: aiohttp.ClientSession, action: str, **parameters: Any
) -> http.ProviderResponse:
    """Call an action and return the answer; NotAccepted where there is none."""
    endpoint = settings.TENCENT_SMS_ENDPOINT
    body = json.dumps(parameters, ensure_ascii=False).encode()
    timestamp = int(database_now_reckoned().timestamp())
    signed = {
        "content-type": CONTENT_TYPE,
        "host": urlsplit(endpoint).netloc,
        "x-tc-action": action,
    }
    headers = {
        **signed,
        "x-tc-version": VERSION,
        "x-tc-region": settings.TENCENT_SMS_REGION,
        "x-tc-timestamp": str(timestamp),
        "Authorization": authorization(body, signed, timestamp),
    }
    return await http.request(opened, "POST", f"{endpoint}/", data=body, headers=headers)


def response_of(answer: http.ProviderResponse) -> Mapping[str, Any]:
    """Return what an answer says; nothing where it is none of Tencent's."""
    said = answer.json().get("Response")
    return said if isinstance(said, dict) else {}


def error_of(said: Mapping[str, Any]) -> str:
    """Return the code of a refused call; empty where it was not refused."""
    error = said.get("Error")
    code = error.get("Code") if isinstance(error, dict) else ""
    return code if isinstance(code, str) else ""


def words_of(said: Mapping[str, Any]) -> str:
    """Return the code and message of a refused call, for staff."""
    error = said.get("Error")
    if not isinstance(error, dict):
        return ""
    return f"{error.get('Code', '')}: {error.get('Message', '')}"
