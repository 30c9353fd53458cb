"""Requests to the simulated Aliyun, signed by the documented steps and not by our channel."""

import hashlib
import hmac
import json
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from tests.sandbox.simulator.wire import raw
from tests.simulator import Simulator

PHONE = "13800001234"
VALUES = {
    "what": "扫码支付：调查中",
    "body": "正在排查。",
    "number": "12",
    "code": "CDF3X",
    "next": "11:15前更新。",
}
SMS = {
    "PhoneNumbers": PHONE,
    "SignName": "演示支付",
    "TemplateCode": "SMS_100000001",
    "TemplateParam": json.dumps(VALUES),
    "OutId": "7:abc",
}
SHOWN = "【演示支付】扫码支付：调查中。正在排查。（公告12号 验真码CDF3X）11:15前更新。"


def encoded(parameters: Mapping[str, str]) -> str:
    pairs = sorted(parameters.items())
    return "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in pairs)


def signed_headers(simulator: Simulator, query: str, **changes: str) -> dict[str, str]:
    """Return the headers of a request; `changes` (x_acs_date=...) are signed as everything else."""
    headers = {
        "host": "simulator",
        "x-acs-action": "SendSms",
        "x-acs-content-sha256": hashlib.sha256(b"").hexdigest(),
        "x-acs-date": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "x-acs-signature-nonce": uuid.uuid4().hex,
        "x-acs-version": "2017-05-25",
        **{name.replace("_", "-"): value for name, value in changes.items()},
    }
    names = ";".join(sorted(headers))
    lines = "".join(f"{name}:{headers[name]}\n" for name in sorted(headers))
    canonical = f"POST\n/\n{query}\n{lines}\n{names}\n{headers['x-acs-content-sha256']}"
    hashed = hashlib.sha256(canonical.encode()).hexdigest()
    key = simulator.access_key_secret.encode()
    signature = hmac.new(key, f"ACS3-HMAC-SHA256\n{hashed}".encode(), hashlib.sha256).hexdigest()
    headers["Authorization"] = (
        f"ACS3-HMAC-SHA256 Credential={simulator.access_key_id},SignedHeaders={names},"
        f"Signature={signature}"
    )
    del headers["host"]  # `raw` sends it
    return headers


def call(
    simulator: Simulator, action: str, parameters: Mapping[str, str]
) -> tuple[int, dict[str, Any]]:
    query = encoded(parameters)
    headers = signed_headers(simulator, query, x_acs_action=action)
    status, body = raw(simulator, "POST", f"/?{query}", headers=headers)
    return status, json.loads(body) if status and body.startswith(b"{") else {}


def send_sms(simulator: Simulator, **changes: str) -> tuple[int, dict[str, Any]]:
    return call(simulator, "SendSms", {**SMS, **changes})


def code_of(simulator: Simulator, **changes: str) -> str:
    return str(send_sms(simulator, **changes)[1]["Code"])
