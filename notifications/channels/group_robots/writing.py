"""Turn an address and a text into the one request that its service takes."""

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

from notifications.channels.base import Content
from notifications.channels.group_robots import texts
from notifications.channels.group_robots.plugins import (
    NotWritten,
    Request,
    asset,
    one_request,
    plugin_class,
    recorded,
)
from notifications.channels.group_robots.services import Service, service_of
from notifications.channels.public_hosts import UnsafeHost, checked_host
from statuspage.lib.database_clock import database_now_reckoned

# As Feishu and Lark make their secrets.
SECRET: Final = re.compile(r"[A-Za-z0-9]{1,64}")


def request_for(address: str, content: Content) -> Request:
    """Return the request that sends a content to an address from `recognised`.

    Raises:
        KeyError: the address is of no service.
        UnsafeHost: it leads elsewhere than to its service, or to no public host name.
        NotWritten: the plugin writes no request for it.
    """
    service = service_of(address)
    return written(service, plugin_of(service, address), content)


def plugin_of(service: Service, address: str) -> Any:
    """Return the plugin for an address.

    Raises:
        NotWritten: the plugin does not take the address, or it names several recipients.
    """
    kind = plugin_class(service)
    plugin = None
    try:
        given = kind.parse_url(address)
        if given:
            plugin = kind(**{**given, **service.options, "asset": asset()})
    except Exception:  # noqa: S110 # nosec B110 - its words quote the address
        pass
    if plugin is None or len(plugin) != 1:
        raise NotWritten("refused")
    if service.signed and plugin.user and not SECRET.fullmatch(plugin.user):
        raise NotWritten("no secret")
    _AMENDED.get(service.scheme, _as_it_is)(plugin)
    return plugin


def written(service: Service, plugin: Any, content: Content) -> Request:
    """Return the request that a plugin writes for a content, and check where it goes.

    Raises:
        UnsafeHost, NotWritten: as `request_for`.
    """
    text = texts.fitted(content, service.room, service.measure, service.written)
    title = texts.title_of(content.subject or text, service.titled) if service.titled else ""
    with recorded() as kept:
        # Not its notify(), which splits texts and guesses their format.
        plugin.send(body=service.written(text), title=title)
    request = one_request(kept)
    if service.signed and plugin.user:
        request = replace(request, body=_signed(request.body, plugin.user))
    host = checked_host(request.url)
    if service.host and not service.host.fullmatch(host):
        raise UnsafeHost("another host than the service's")
    return request


def _as_it_is(plugin: Any) -> None:
    """Leave a plugin as it is."""


def _dingtalk(plugin: Any) -> None:
    """Mention nobody, and quote the signature once: the plugin does, and its HTTP client again.

    Source: open.dingtalk.com, 自定义机器人安全设置, 加签. Its time is the database's:
    one that is an hour off is refused.
    """

    def signature() -> tuple[str, str]:
        timestamp = str(int(database_now_reckoned().timestamp() * 1000))
        key, said = plugin.secret.encode(), f"{timestamp}\n{plugin.secret}".encode()
        return timestamp, base64.b64encode(hmac.digest(key, said, hashlib.sha256)).decode()

    plugin.get_signature, plugin.targets = signature, []


def _signed(body: bytes, secret: str) -> bytes:
    """Return a body with Feishu's signature: nothing, signed with the time and the secret as key.

    Source: open.feishu.cn, 自定义机器人使用指南, 签名校验. It says nothing of the text.
    """
    timestamp = str(int(database_now_reckoned().timestamp()))
    sign = base64.b64encode(hmac.digest(f"{timestamp}\n{secret}".encode(), b"", hashlib.sha256))
    signed = {**json.loads(body), "timestamp": timestamp, "sign": sign.decode()}
    return json.dumps(signed, ensure_ascii=False).encode()


_AMENDED: Final[Mapping[str, Callable[[Any], None]]] = {"dingtalk": _dingtalk}
