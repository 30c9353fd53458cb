"""Kinds of address: how each is normalised, and how it is masked."""

import re
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from notifications.channels import phone_numbers
from notifications.channels.public_hosts import UnsafeHost, checked_host


class AddressKind(TextChoices):
    """The kind of an address."""

    PHONE = "phone", _("Phone number")
    OPENID = "openid", _("WeChat account")
    ROBOT = "robot", _("WeCom group robot")
    EMAIL = "email", _("E-mail address")
    URL = "url", _("Webhook URL")


OPENID: Final = re.compile(r"[A-Za-z0-9_-]{20,40}")
ROBOT_KEY: Final = re.compile(r"[A-Za-z0-9-]{10,64}")


def normalise(kind: AddressKind, raw: str) -> str:
    """Return the one spelling of an address, so that the same address is always found again.

    Raises:
        ValidationError: it is not an address of that kind.
    """
    return _NORMALISE[kind](raw.strip())


def mask(kind: AddressKind, address: str) -> str:
    """Return an address as screens and logs show it: `138****1234`."""
    return _MASK[kind](address)


def calling_code(kind: AddressKind, address: str) -> str:
    """Return the country calling code of a phone number as `normalise` spells it; else empty."""
    return phone_numbers.calling_code(address) if kind == AddressKind.PHONE else ""


def _email(raw: str) -> str:
    validate_email(raw)
    local, domain = raw.rsplit("@", 1)
    return f"{local}@{domain.lower()}"


def _matching(pattern: re.Pattern[str], problem: Any) -> Callable[[str], str]:
    def check(raw: str) -> str:
        if not pattern.fullmatch(raw):
            raise ValidationError(problem, code="address")
        return raw

    return check


def _url(raw: str) -> str:
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


def _mask_phone(address: str) -> str:
    national = address.removeprefix("+86")
    return f"{national[:3]}****{national[-4:]}"


def _mask_email(address: str) -> str:
    local, domain = address.rsplit("@", 1)
    return f"{local[:1]}***@{domain}"


def _mask_tail(address: str) -> str:
    return f"***{address[-4:]}"


_NORMALISE: Final[dict[AddressKind, Callable[[str], str]]] = {
    AddressKind.PHONE: phone_numbers.normalise_phone,
    AddressKind.OPENID: _matching(OPENID, _("Invalid WeChat OpenID.")),
    AddressKind.ROBOT: _matching(ROBOT_KEY, _("Invalid group robot key.")),
    AddressKind.EMAIL: _email,
    AddressKind.URL: _url,
}

_MASK: Final[dict[AddressKind, Callable[[str], str]]] = {
    AddressKind.PHONE: _mask_phone,
    AddressKind.OPENID: _mask_tail,
    AddressKind.ROBOT: _mask_tail,
    AddressKind.EMAIL: _mask_email,
    AddressKind.URL: lambda url: f"{urlsplit(url).hostname}/***",
}
