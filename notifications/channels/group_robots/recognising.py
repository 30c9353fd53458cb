"""Recognise the address of a group robot as people paste it, and spell it in one way."""

import re
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import parse_qs, parse_qsl, quote, urlencode, urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from notifications.channels.base import Content
from notifications.channels.group_robots.plugins import NotWritten
from notifications.channels.group_robots.services import SERVICES, Service, service_of
from notifications.channels.group_robots.writing import plugin_of, written
from notifications.channels.pasted import AROUND_URL, visible
from notifications.channels.public_hosts import UnsafeHost

LONGEST: Final = 1000
SCHEME: Final = re.compile(r"([a-z]+)://(.+)", re.IGNORECASE | re.DOTALL)
# Other names of the same schemes; what goes without TLS there, goes with it here.
SAME: Final = {
    "workflows": "workflow",
    "bark": "barks",
    "ntfy": "ntfys",
    "serverchan": "schan",
    "telegram": "tgram",
}
# Where the address begins with a host, which has no upper and lower case.
HOSTED: Final = frozenset({"barks", "workflow", "ntfys"})
# A tail of fewer characters than this would show a large part of the secret.
LONG_ENOUGH_FOR_TAIL: Final = 12
TRIAL: Final = Content(text="0")

# What the services themselves hand out -> an Apprise URL.
DINGTALK: Final = re.compile(
    r"https://oapi\.dingtalk\.com/robot/send/?\?(?:[^\s#]*&)?access_token=([A-Za-z0-9]+)[^\s,]*"
    r"(?:[\s,]+(?:secret=)?(SEC[A-Za-z0-9]+))?"
)
FEISHU: Final = re.compile(r"https://open\.feishu\.cn/open-apis/bot/v2/hook/([\w-]+)/?")
LARK: Final = re.compile(r"https://open\.larksuite\.com/open-apis/bot/v2/hook/([\w-]+)/?")
SLACK: Final = re.compile(r"https://hooks\.slack\.com/services/(\w+)/(\w+)/(\w+)/?")
TEAMS: Final = re.compile(
    r"https://([A-Za-z0-9.-]+(?::443)?)(/powerautomate/automations/direct(?:/cu/(\d+))?)?"
    r"/workflows/([\w-]+)/triggers/manual/paths/invoke/?\?(\S+)"
)
TELEGRAM: Final = re.compile(
    r"(?:https://api\.telegram\.org/)?(?:bot)?(\d{5,15}:[\w-]{30,60})"
    r"(?:/sendMessage\?chat_id=|[\s,/]+)(-?\d{1,20}|@\w{1,40})(:\d{1,10})?"
)
DISCORD: Final = re.compile(
    r"https://(?:\w+\.)?discord(?:app)?\.com/api/(?:v\d+/)?webhooks/(\d+)/([\w-]+)/?"
)
BARK: Final = re.compile(r"https://api\.day\.app/([A-Za-z0-9_-]+)(?:/\S*)?")
SERVERCHAN: Final = re.compile(r"(?:https://sctapi\.ftqq\.com/)?(SCT\w+)(?:\.send\S*)?")
NTFY: Final = re.compile(r"https://ntfy\.sh/([\w-]{1,64})/?")


def recognised(raw: str) -> str:
    """Return what was pasted as one Apprise URL: the same for every way to write it.

    Raises:
        ValidationError: it is of no service that is allowed, or leads to a private address.
    """
    text = visible(raw).strip(AROUND_URL)
    address = _from_service(text) or _from_apprise(text)
    if len(text) > LONGEST or not address:
        raise _not_recognised()
    service = service_of(address)
    if service.scheme not in settings.ROBOT_SERVICES:
        raise ValidationError(
            _("We do not send messages to %(service)s."),
            code="service",
            params={"service": service.label},
        )
    try:
        return _spelt(service, address)
    except (NotWritten, UnsafeHost, ValueError) as error:
        # Nothing of the cause: it may quote the address.
        raise _not_recognised() from (error if isinstance(error, UnsafeHost) else None)


def masked(address: str) -> str:
    """Return an address as screens and logs show it: service, own host, and a short tail."""
    service = service_of(address)
    path = [part for part in urlsplit(address).path.split("/") if part]
    secret = path[-1] if path else (urlsplit(address).netloc.rpartition("@")[2])
    tail = secret[-4:] if len(secret) >= LONG_ENOUGH_FOR_TAIL else ""
    own = urlsplit(address).hostname if service.host is None and path else ""
    # It is stored, for readers of every language.
    with override("en"):
        name = str(service.label)
    return f"{name} {own}/***{tail}" if own else f"{name} ***{tail}"


def without_secret(address: str) -> str:
    """Return an address without what only signs or opens it: with or without, it is one robot."""
    scheme, _separator, rest = address.partition("://")
    authority, slash, path = rest.partition("/")
    return f"{scheme}://{authority.rpartition('@')[2]}{slash}{path}"


def _not_recognised() -> ValidationError:
    return ValidationError(
        _(
            "This is not the address of a group robot that we know. Copy it again from the group's "
            "settings. Your own server needs a public host name with HTTPS."
        ),
        code="robot",
    )


def _from_service(text: str) -> str:
    """Return the Apprise URL for what a service hands out; empty where it is nothing of that."""
    for pattern, build in _HANDED_OUT:
        if found := pattern.fullmatch(text):
            return build(*(one or "" for one in found.groups()))
    return ""


def _from_apprise(text: str) -> str:
    """Return an Apprise URL with the parameters that belong to the address, and no other one.

    Others could read a file as a template, turn off the check of a certificate, wait for minutes,
    or write to somebody else.
    """
    found = SCHEME.fullmatch(text)
    if not found or re.search(r"\s", text):
        return ""
    scheme = SAME.get(found[1].lower(), found[1].lower())
    if scheme not in SERVICES:
        return ""
    # Slack's channels begin with a number sign, which would end the path.
    rest, _question, query = found[2].replace("#", "%23").partition("?")
    kept = {name: value for name, value in parse_qsl(query) if name in SERVICES[scheme].kept}
    if scheme == "ntfys":
        kept["mode"] = _mode_of_ntfy(rest)
    return f"{scheme}://{rest}" + (f"?{urlencode(kept)}" if kept else "")


def _mode_of_ntfy(rest: str) -> str:
    """Return whether an address names a topic of ntfy.sh or a server of its own.

    Left to itself, Apprise takes a server whose name it cannot read for a topic of ntfy.sh.
    """
    host, _slash, topic = rest.rstrip("/").partition("/")
    return "private" if topic and host.lower() != "ntfy.sh" else "cloud"


def _spelt(service: Service, address: str) -> str:
    """Return the one spelling of an Apprise URL, which must read as itself.

    Raises:
        NotWritten, UnsafeHost: as `writing.request_for`.
    """
    spelling = _spelling(service, plugin_of(service, address))
    plugin = plugin_of(service, spelling)
    if _spelling(service, plugin) != spelling:
        raise NotWritten("ambiguous")
    written(service, plugin, TRIAL)
    return spelling


def _spelling(service: Service, plugin: Any) -> str:
    parts = urlsplit(plugin.url())
    login, at, host = parts.netloc.rpartition("@")
    hosted = service.scheme in HOSTED and getattr(plugin, "mode", "") != "cloud"
    host = host.lower().removesuffix(":443") if hosted else host
    path = "".join(f"/{part}" for part in parts.path.split("/") if part)
    kept = sorted(pair for pair in parse_qsl(parts.query) if pair[0] in service.kept)
    query = f"?{urlencode(kept)}" if kept else ""
    return f"{service.scheme}://{login}{at}{host}{path}/{query}"


def _dingtalk(token: str, secret: str) -> str:
    return f"dingtalk://{secret}@{token}/" if secret else f"dingtalk://{token}/"


def _teams(host: str, automate: str, routing: str, workflow: str, query: str) -> str:
    given = {name: values[0] for name, values in parse_qs(query).items()}
    wanted = {
        "pa": "yes" if automate else "no",
        "route": routing,
        "ver": given.get("api-version", ""),
    }
    kept = urlencode({name: value for name, value in wanted.items() if value})
    return f"workflow://{host}/{workflow}/{quote(given.get('sig', ''), safe='')}/?{kept}"


def _telegram(token: str, chat: str, topic: str) -> str:
    return f"tgram://{token}/{chat}{topic}/"


_HANDED_OUT: Final[tuple[tuple[re.Pattern[str], Callable[..., str]], ...]] = (
    (DINGTALK, _dingtalk),
    (FEISHU, "feishu://{}/".format),
    (LARK, "lark://{}/".format),
    (SLACK, "slack://{}/{}/{}/".format),
    (TEAMS, _teams),
    (TELEGRAM, _telegram),
    (DISCORD, "discord://{}/{}/".format),
    (BARK, "barks://api.day.app/{}/".format),
    (SERVERCHAN, "schan://{}".format),
    (NTFY, "ntfys://{}?mode=cloud".format),
)
