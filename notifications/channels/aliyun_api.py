"""Signed calls of Aliyun's API, version 2017-05-25 of dysmsapi."""

import hashlib
import hmac
from collections.abc import Mapping
from typing import Final
from urllib.parse import quote, urlencode, urlsplit
from uuid import uuid4

import aiohttp
from django.conf import settings
from yarl import URL

from notifications.channels import http
from statuspage.lib.database_clock import database_now_reckoned

ALGORITHM: Final = "ACS3-HMAC-SHA256"
NO_BODY: Final = hashlib.sha256(b"").hexdigest()


def authorization(query: str, headers: Mapping[str, str]) -> str:
    """Sign a POST to "/" without a body: help.aliyun.com, V3 request structure and signature."""
    names = ";".join(sorted(headers))
    lines = "".join(f"{name}:{headers[name]}\n" for name in sorted(headers))
    canonical = "\n".join(["POST", "/", query, lines, names, NO_BODY])
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    key = settings.ALIYUN_SMS_ACCESS_KEY_SECRET.encode()
    signature = hmac.new(key, f"{ALGORITHM}\n{digest}".encode(), hashlib.sha256).hexdigest()
    credential = settings.ALIYUN_SMS_ACCESS_KEY_ID
    return f"{ALGORITHM} Credential={credential},SignedHeaders={names},Signature={signature}"


async def call(
    opened: aiohttp.ClientSession, action: str, **parameters: str
) -> http.ProviderResponse:
    """Call an action and return the answer; NotAccepted where there is none."""
    endpoint = settings.ALIYUN_SMS_ENDPOINT
    query = urlencode(sorted(parameters.items()), safe="", quote_via=quote)
    headers = {
        "host": urlsplit(endpoint).netloc,
        "x-acs-action": action,
        "x-acs-content-sha256": NO_BODY,
        "x-acs-date": f"{database_now_reckoned():%Y-%m-%dT%H:%M:%SZ}",
        "x-acs-signature-nonce": uuid4().hex,
        "x-acs-version": "2017-05-25",
    }
    headers["Authorization"] = authorization(query, headers)
    url = URL(f"{endpoint}/?{query}", encoded=True)  # sent as it was signed
    return await http.request(opened, "POST", url, headers=headers)
