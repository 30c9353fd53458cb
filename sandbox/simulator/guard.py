"""Refuse to run the simulator in production, or to call other machines."""

from collections.abc import Mapping
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

REAL_CREDENTIALS: Final = (
    *("TWILIO_AUTH_TOKEN", "ALIYUN_SMS_ACCESS_KEY_SECRET", "TENCENT_SMS_SECRET_KEY"),
    *("CMPP_SHARED_SECRET", "SMPP_PASSWORD", "WECHAT_SECRET", "MINI_PROGRAM_SECRET"),
)
YES: Final = frozenset({"true", "1", "yes", "on"})


class Refused(Exception):
    """The simulator must not run here; the message is one line for the operator."""


def check_environment(environ: Mapping[str, str], host: str) -> None:
    """Pass when the simulator may run.

    Raises:
        Refused: DEBUG is off and a provider's real credential is set, or `host` can be reached
            from other machines.
    """
    if environ.get("DEBUG", "").strip().lower() in YES:
        return
    for name in REAL_CREDENTIALS:
        for spelling in (name, f"{name}_FILE"):
            if environ.get(spelling, "").strip():
                raise Refused(
                    f"simulator: {spelling} is set and DEBUG is off: this looks like production, "
                    "where a simulator must not run"
                )
    if not is_loopback(host):
        raise Refused(f"simulator: {host} is not a loopback address; set DEBUG=true to allow it")


def is_loopback(host: str) -> bool:
    """Return whether the name or address can only mean this machine."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def may_call(url: str) -> bool:
    """Return whether the simulator may post to `url`: it only calls this machine."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and is_loopback(host)
