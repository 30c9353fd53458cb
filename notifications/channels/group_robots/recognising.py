"""Recognise the address of a group robot as people paste it, and spell it in one way."""

import re
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode, urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from notifications.channels.base import Content
from notifications.channels.group_robots.handed_out import from_service, meant
from notifications.channels.group_robots.plugins import NotWritten
from notifications.channels.group_robots.services import SERVICES, Service, service_of
from notifications.channels.group_robots.writing import plugin_of, written
from notifications.channels.pasted import readings
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


def recognised(raw: str) -> str:
    """Return what was pasted as one Apprise URL: the same for every way to write it.

    Raises:
        ValidationError: it is of no service that is allowed, or leads to a private address.
    """
    if len(raw) > LONGEST:
        raise _not_recognised()
    read = readings(raw)
    address = next(filter(None, (*map(from_service, read), *map(_from_apprise, read))), "")
    service = service_of(address) if address else meant(raw)
    if service is None:
        raise _not_recognised()
    _check_allowed(service)
    if not address:
        raise _incomplete(service)
    try:
        return _spelt(service, address)
    except (NotWritten, UnsafeHost, ValueError) as error:
        # Nothing of the cause: it may quote the address.
        raise _not_recognised() from (error if isinstance(error, UnsafeHost) else None)


def _check_allowed(service: Service) -> None:
    if service.scheme not in settings.ROBOT_SERVICES:
        raise ValidationError(
            _("We do not send messages to %(service)s."),
            code="service",
            params={"service": service.label},
        )


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
            "settings. For your own server of Bark or ntfy, write barks:// or ntfys:// instead of "
            "https://; it needs a public host name."
        ),
        code="robot",
    )


def _incomplete(service: Service) -> ValidationError:
    return ValidationError(
        _("This is not a complete address of a group robot. %(where)s"),
        code="robot",
        params={"where": service.where},
    )


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
    if _spelling(service, plugin) != spelling or readings(spelling)[0] != spelling:
        raise NotWritten("ambiguous")
    written(service, plugin, TRIAL)
    return spelling


def _spelling(service: Service, plugin: Any) -> str:
    parts = urlsplit(plugin.url())
    login, at, host = parts.netloc.rpartition("@")
    if service.signed and (secret := plugin.user):
        login, at = secret, "@"
    hosted = service.scheme in HOSTED and getattr(plugin, "mode", "") != "cloud"
    host = host.lower().removesuffix(":443") if hosted else host
    path = "".join(f"/{part}" for part in parts.path.split("/") if part)
    kept = sorted(pair for pair in parse_qsl(parts.query) if pair[0] in service.kept)
    query = f"?{urlencode(kept)}" if kept else ""
    return f"{service.scheme}://{login}{at}{host}{path}/{query}"
