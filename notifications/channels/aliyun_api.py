"""Signed calls of Aliyun's API, version 2017-05-25 of dysmsapi."""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
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


@dataclass(frozen=True)
class Account:
    """Where to call, and with which key; both of Aliyun's messaging services have that version."""

    endpoint: str
    key_id: str
    secret: str = field(repr=False)


def sms_account() -> Account:
    """Return the account for SMS (dysmsapi)."""
    return Account(
        settings.ALIYUN_SMS_ENDPOINT,
        settings.ALIYUN_SMS_ACCESS_KEY_ID,
        settings.ALIYUN_SMS_ACCESS_KEY_SECRET,
    )


def authorization(query: str, headers: Mapping[str, str], account: Account | None = None) -> str:
    """Sign a POST to "/" without a body: help.aliyun.com, V3 request structure and signature."""
    account, names = account or sms_account(), ";".join(sorted(headers))
    lines = "".join(f"{name}:{headers[name]}\n" for name in sorted(headers))
    canonical = "\n".join(["POST", "/", query, lines, names, NO_BODY])
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    key = account.secret.encode()
    signature = hmac.new(key, f"{ALGORITHM}\n{digest}".encode(), hashlib.sha256).hexdigest()
    return f"{ALGORITHM} Credential={account.key_id},SignedHeaders={names},Signature={signature}"


async def call(
    opened: aiohttp.ClientSession, action: str, **parameters: str
) -> http.ProviderResponse:
    """Call an action for SMS and return the answer; NotAccepted where there is none."""
    return await call_as(sms_account(), opened, action, parameters)


async def call_as(
    account: Account, opened: aiohttp.ClientSession, action: str, parameters: Mapping[str, str]
) -> http.ProviderResponse:
    """Call an action and return the answer; NotAccepted where there is none."""
    endpoint = account.endpoint
    query = urlencode(sorted(parameters.items()), safe="", quote_via=quote)
    headers = {
        "host": urlsplit(endpoint).netloc,
        "x-acs-action": action,
        "x-acs-content-sha256": NO_BODY,
        "x-acs-date": f"{database_now_reckoned():%Y-%m-%dT%H:%M:%SZ}",
        "x-acs-signature-nonce": uuid4().hex,
        "x-acs-version": "2017-05-25",
    }
    headers["Authorization"] = authorization(query, headers, account)
    url = URL(f"{endpoint}/?{query}", encoded=True)  # sent as it was signed
    return await http.request(opened, "POST", url, headers=headers)
