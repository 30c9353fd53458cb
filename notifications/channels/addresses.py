"""Kinds of address: how each is normalised, and how it is masked."""

import re
from collections.abc import Callable, Sequence
from typing import Any, Final
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from yarl import URL

from notifications.channels import phone_numbers
from notifications.channels.pasted import (
    AROUND,
    AROUND_URL,
    ascii_domain,
    plain,
    readings,
    visible,
    without_scheme,
)
from notifications.channels.public_hosts import UnsafeHost, checked_host


class AddressKind(TextChoices):
    """The kind of an address."""

    PHONE = "phone", _("Phone number")
    OPENID = "openid", _("WeChat account")
    MINI_OPENID = "mini", _("Mini program user")
    ROBOT = "robot", _("WeCom group robot")
    GROUP = "group", _("Group robot or push service")
    EMAIL = "email", _("E-mail address")
    URL = "url", _("Webhook URL")


OPENID: Final = re.compile(r"[A-Za-z0-9_-]{20,40}")
# RFC 5321, 4.5.3.1: no server takes a longer one.
LONGEST_EMAIL: Final = 254
LONGEST_MAILBOX: Final = 64
ROBOT_KEY: Final = re.compile(r"[A-Za-z0-9-]{10,64}")
# As WeCom hands it out, and as Apprise writes it.
WECOM_URL: Final = re.compile(
    r"(?:(?:(?:https://)?qyapi\.weixin\.qq\.com/cgi-bin/webhook/send\?(?:[^\s#]*&)?)?key=|wecombot://)"
    r"([A-Za-z0-9-]*)/?(?:&\S*)?",
    re.IGNORECASE,
)
# ServerChan's keys, also those of its other services, would else be taken for WeCom's.
SENDKEY: Final = re.compile(r"SC[TU][A-Za-z0-9]+", re.IGNORECASE)


def normalise(kind: AddressKind, raw: str) -> str:
    """Return what was typed or pasted as the address to send to.

    What differs from person to person, such as the case of a mailbox's name, stays as typed:
    `canonical` says whether two are the same.

    Raises:
        ValidationError: it is not an address of that kind.
    """
    return _NORMALISE[kind](raw)


def canonical(kind: AddressKind, address: str) -> str:
    """Return the one spelling of an address from `normalise`, by which it is found again.

    Nothing else decides whether two addresses are the same.
    """
    return _CANONICAL[kind](address)


def mask(kind: AddressKind, address: str) -> str:
    """Return an address as screens and logs show it: `138****1234`."""
    return _MASK[kind](address)


def kind_among(kinds: Sequence[AddressKind], raw: str) -> AddressKind:
    """Return which of a medium's kinds of address a text is meant as; the first where unsure."""
    if AddressKind.GROUP not in kinds:
        return kinds[0]
    key = _wecom_key(raw)
    wecom = key is not None and not SENDKEY.fullmatch(key)
    return AddressKind.ROBOT if wecom else AddressKind.GROUP


def calling_code(kind: AddressKind, address: str) -> str:
    """Return the country calling code of a phone number as `normalise` spells it; else empty."""
    return phone_numbers.calling_code(address) if kind == AddressKind.PHONE else ""


def _email(raw: str) -> str:
    local, at, domain = without_scheme(plain(raw), "mailto:").strip(AROUND).rpartition("@")
    try:
        address = f"{local}{at}{ascii_domain(domain)}"
    except ValueError as error:
        raise ValidationError(validate_email.message, code="invalid") from error
    validate_email(address)
    # Django's pattern ignores case, by which dotless and dotted letters of Turkish pass for an i.
    if not address.isascii() or len(address) > LONGEST_EMAIL or len(local) > LONGEST_MAILBOX:
        raise ValidationError(validate_email.message, code="invalid")
    return address


def _phone(raw: str) -> str:
    return phone_numbers.normalise_phone(without_scheme(plain(raw), "tel:"))


def _matching(pattern: re.Pattern[str], problem: Any) -> Callable[[str], str]:
    def check(raw: str) -> str:
        text = plain(raw)
        if not pattern.fullmatch(text):
            raise ValidationError(problem, code="address")
        return text

    return check


def _robot(raw: str) -> str:
    key = _wecom_key(raw)
    if not key or not ROBOT_KEY.fullmatch(key):
        raise ValidationError(
            _("Enter the key of the group robot: the part after “key=” in its webhook URL."),
            code="address",
        )
    return key


def _wecom_key(raw: str) -> str | None:
    """Return what stands where a key of WeCom's does; None where it is no address of WeCom's."""
    for text in readings(raw):
        if found := WECOM_URL.fullmatch(text):
            return found[1]
        if ROBOT_KEY.fullmatch(text):
            return text
    return None


# The services of group robots build on this module.
def _group(raw: str) -> str:
    from notifications.channels.group_robots.recognising import recognised

    return recognised(raw)


def _one_group(address: str) -> str:
    from notifications.channels.group_robots.recognising import without_secret

    return without_secret(address)


def _mask_group(address: str) -> str:
    from notifications.channels.group_robots.recognising import masked

    return masked(address)


def _url(raw: str) -> str:
    # Not in its NFKC form: two spellings of a path are two pages, and a host is taken as it is.
    raw = visible(raw).strip(AROUND_URL)
    private = settings.WEBHOOK_ALLOW_PRIVATE
    if not raw.startswith(("https://", "http://") if private else "https://") or len(raw) > 500:
        raise ValidationError(_("Enter an address that starts with https://."), code="url")
    try:
        checked_host(raw, private=private)
    except UnsafeHost as error:
        raise ValidationError(
            _(
                "Enter a full host name in ASCII (an international one as xn--…), without a user"
                " name or a dot at its end. IP addresses, local names and ports other than 443 and"
                " 8443 are not allowed."
            ),
            code="host",
        ) from error
    return raw


def _one_mailbox(address: str) -> str:
    # No provider of today tells Ops@ from ops@; those of dots and plus signs differ in it.
    return address.lower()


def _one_url(address: str) -> str:
    """Return the URL as the client requests it: host, port, dots and percent signs as it writes."""
    try:
        url = URL(address).with_fragment(None)
        return str(url if url.raw_path != "/" else url.with_path("/", keep_query=True))
    except ValueError:
        return address


def _mask_phone(address: str) -> str:
    national = address.removeprefix("+86")
    return f"{national[:3]}****{national[-4:]}"


def _mask_email(address: str) -> str:
    local, domain = address.rsplit("@", 1)
    return f"{local[:1]}***@{domain}"


def _mask_tail(address: str) -> str:
    return f"***{address[-4:]}"


_NORMALISE: Final[dict[AddressKind, Callable[[str], str]]] = {
    AddressKind.PHONE: _phone,
    AddressKind.OPENID: _matching(OPENID, _("Invalid WeChat OpenID.")),
    AddressKind.MINI_OPENID: _matching(OPENID, _("Invalid WeChat OpenID.")),
    AddressKind.ROBOT: _robot,
    AddressKind.GROUP: _group,
    AddressKind.EMAIL: _email,
    AddressKind.URL: _url,
}

_CANONICAL: Final[dict[AddressKind, Callable[[str], str]]] = {
    AddressKind.PHONE: str,
    AddressKind.OPENID: str,
    AddressKind.MINI_OPENID: str,
    AddressKind.ROBOT: str.lower,
    AddressKind.GROUP: _one_group,
    AddressKind.EMAIL: _one_mailbox,
    AddressKind.URL: _one_url,
}

_MASK: Final[dict[AddressKind, Callable[[str], str]]] = {
    AddressKind.PHONE: _mask_phone,
    AddressKind.OPENID: _mask_tail,
    AddressKind.MINI_OPENID: _mask_tail,
    AddressKind.ROBOT: _mask_tail,
    AddressKind.GROUP: _mask_group,
    AddressKind.EMAIL: _mask_email,
    AddressKind.URL: lambda url: f"{urlsplit(url).hostname}/***",
}
