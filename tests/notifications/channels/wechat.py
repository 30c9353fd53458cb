"""Callbacks as WeChat sends them: in safe mode, or in clear text."""

import secrets
import time
from typing import Any
from urllib.parse import urlencode

from django.conf import settings

from notifications.channels import provider as find_provider
from notifications.channels.base import Bulletin, Content
from notifications.channels.weixin.provider import WeixinProvider
from sandbox.simulator.wechat_callbacks import sealed, signature

AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"


def by_default(bulletin: Bulletin, name: str = "wechat") -> Content:
    """Return a bulletin by the template of the settings."""
    provider = find_provider(name)
    assert isinstance(provider, WeixinProvider)
    return provider.compose(bulletin, provider.default_template())


def event(**fields: str) -> str:
    """Return a message in clear."""
    inner = "".join(f"<{name}><![CDATA[{value}]]></{name}>" for name, value in fields.items())
    return f"<xml>{inner}</xml>"


def wrapped(encrypted: str) -> str:
    """Return an encrypted message as it is posted."""
    return event(ToUserName="gh_account", Encrypt=encrypted)


def posted(
    clear: str,
    *,
    age: int = 0,
    signed_nonce: str = "",
    key: str = "",
    app_id: str = "",
    **query: str,
) -> tuple[str, str]:
    """Return the address and the body of a callback in safe mode; `query` replaces parts of it."""
    present = settings.WECHAT_ENCODING_AES_KEY.partition(",")[0]
    encrypted = sealed(clear.encode(), key or present, app_id or settings.WECHAT_APP_ID)
    moment, nonce = str(int(time.time()) - age), signed_nonce or secrets.token_hex(5)
    token = settings.WECHAT_CALLBACK_TOKEN
    values: dict[str, Any] = {
        "signature": signature(token, moment, nonce),
        "timestamp": moment,
        "nonce": nonce,
        "encrypt_type": "aes",
        "msg_signature": signature(token, moment, nonce, encrypted),
    }
    return f"/hooks/wechat/?{urlencode({**values, **query})}", wrapped(encrypted)


def plain(clear: str, **query: str) -> tuple[str, str]:
    """Return the address and the body of a callback whose body nobody signed."""
    moment, nonce = str(int(time.time())), secrets.token_hex(5)
    signed = signature(settings.WECHAT_CALLBACK_TOKEN, moment, nonce)
    values = {"signature": signed, "timestamp": moment, "nonce": nonce}
    return f"/hooks/wechat/?{urlencode({**values, **query})}", clear
