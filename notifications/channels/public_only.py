"""Keeps requests to addresses that strangers gave us away from our own network."""

import ipaddress
import socket
from typing import Final
from urllib.parse import urlsplit

from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

# Translators that carry an IPv4 address in its last bytes (RFC 6052, RFC 3056): it is that which
# counts, and no receiver needs to be reached in this way.
TRANSLATED: Final = (ipaddress.ip_network("64:ff9b::/96"), ipaddress.ip_network("2002::/16"))


class NotPublic(OSError):
    """The name or address leads into a private network."""


def is_public(address: str) -> bool:
    """Whether an IP address belongs to the public internet: not private, loopback, link-local …"""
    ip: IpAddress = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped:
            ip = ip.ipv4_mapped
        elif ip.teredo or any(ip in network for network in TRANSLATED):
            return False
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


def names_private_address(url: str) -> bool:
    """Whether a URL's host is written as an IP address that is not public."""
    try:
        return not is_public(urlsplit(url).hostname or "")
    except ValueError:
        return False  # a name: the resolver looks at what it stands for


class PublicOnly(AbstractResolver):
    """Resolves names to public addresses only.

    The connection is made to the very addresses that were checked, so a name that answers
    differently a moment later (DNS rebinding) gains nothing.
    """

    def __init__(self, resolver: AbstractResolver | None = None) -> None:
        self._resolver = resolver or ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """The host's addresses.

        Raises:
            NotPublic: one of them is private; the others are then not to be trusted either.
            OSError: there is no such host.
        """
        found = await self._resolver.resolve(host, port, family)
        if not all(is_public(one["host"]) for one in found):
            raise NotPublic(f"{host} is not public")
        return found

    async def close(self) -> None:
        """Nothing is held open."""
        await self._resolver.close()
