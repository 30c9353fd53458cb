"""Which hosts a stranger may make us connect to: judged as typed, as resolved and as connected."""

import ipaddress
import re
import socket
from typing import Any, Final
from urllib.parse import urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver
from yarl import URL

# Printable ASCII without what some parser takes for the end of the host: \ " < > ^ ` { | }
URL_CHARACTERS: Final = re.compile(r"[!#-;=?-\[\]_a-z~]*")
# Blanks and control characters, which some parsers drop and others keep.
INVISIBLE: Final = re.compile(r"[\x00-\x20\x7f]")
LABEL: Final = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")
# A name whose last label looks like a number is an IPv4 address to many clients: 127.1, 0x7f.1 …
NUMBER: Final = re.compile(r"\d+|0x[0-9a-f]*")
LONGEST_NAME: Final = 253
# HTTPS, and what is commonly used beside it: nobody's mail or database server listens there.
PORTS: Final = frozenset({443, 8443})
# Names that mean this machine or this network, whatever a resolver answers (RFC 6761, RFC 8375).
OUR_OWN: Final = ("localhost", "local", "internal", "intranet", "lan", "home", "arpa", "onion")
# Public by its number, and yet the metadata service of a cloud (Azure).
METADATA: Final = frozenset({ipaddress.ip_address("168.63.129.16")})
# Only these are global unicast (RFC 4291): NAT64 (64:ff9b::/96, 64:ff9b:1::/48), IPv4-compatible,
# unique local, site-local and link-local addresses are outside of it.
UNICAST: Final = ipaddress.ip_network("2000::/3")
# Inside of it: protocol assignments with Teredo, documentation, 6to4. And of IPv4: protocol
# assignments with the metadata service of another cloud (Oracle), relays of 6to4.
SPECIAL: Final = tuple(
    ipaddress.ip_network(one)
    for one in (
        *("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"),
        *("192.0.0.0/24", "192.88.99.0/24"),
    )
)
# Interface ids of ISATAP, which contain the IPv4 address that counts (RFC 5214).
ISATAP: Final = frozenset({0x00005EFE, 0x02005EFE})


class UnsafeHost(ValueError):
    """The host of a URL is none that a stranger may name."""


class PrivateAddress(OSError):
    """The name or address leads into a private network."""


def is_public(address: str) -> bool:
    """Return whether an IP address is public: not private, loopback, link-local …"""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped:
        ip = ip.ipv4_mapped
    if isinstance(ip, ipaddress.IPv6Address) and not _is_plain_unicast(ip):
        return False
    special = ip in METADATA or any(ip in network for network in SPECIAL)
    return ip.is_global and not ip.is_multicast and not ip.is_reserved and not special


def checked_host(url: str, *, private: bool = False) -> str:
    """Return the host that the client will connect to by HTTPS, as its own parser reads the URL.

    `private` admits plain HTTP, any port, and our own network, for development. What two
    parsers could read differently is refused in any case.

    Raises:
        UnsafeHost: the host is none, or not admitted.
    """
    try:
        host, parsed = (urlsplit(url).hostname or "").lower(), URL(url)
        same = parsed.raw_host == host.strip("[]") and parsed.port is not None
    except ValueError as error:
        raise UnsafeHost("unreadable") from error
    if not same or INVISIBLE.search(url) or not _is_plain(_authority(url)):
        raise UnsafeHost("ambiguous")
    named = _is_name(host) and "[" not in _authority(url)
    if not named and not (private and _is_canonical(host)):
        raise UnsafeHost("no host name")
    if not private and ("." not in host or host.rpartition(".")[2] in OUR_OWN):
        raise UnsafeHost("a name of our own network")
    if not private and (parsed.scheme != "https" or parsed.port not in PORTS):
        raise UnsafeHost("another port than those of HTTPS")
    return host


def _is_plain(authority: str) -> bool:
    """Return whether it is ASCII that every parser reads alike, without a user's name."""
    return bool(URL_CHARACTERS.fullmatch(authority)) and "@" not in authority


def _authority(url: str) -> str:
    """Return what stands between // and the path; a backslash or a space does not end it."""
    return re.split(r"[/?#]", url.partition("://")[2], maxsplit=1)[0]


def _is_name(host: str) -> bool:
    labels = host.split(".")
    return (
        len(host) <= LONGEST_NAME
        and all(map(LABEL.fullmatch, labels))
        and not NUMBER.fullmatch(labels[-1])
    )


def _is_canonical(host: str) -> bool:
    try:
        return str(ipaddress.ip_address(host)) == host
    except ValueError:
        return False


def _is_plain_unicast(ip: ipaddress.IPv6Address) -> bool:
    return ip in UNICAST and (int(ip) >> 32) & 0xFFFFFFFF not in ISATAP


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
        """Return the host's addresses.

        Raises:
            PrivateAddress: one of them is private; the others are then not to be trusted either.
            OSError: there is no such host.
        """
        found = await self._resolver.resolve(host, port, family)
        if not all(is_public(one["host"]) for one in found):
            raise PrivateAddress(f"{host} is not public")
        return found

    async def close(self) -> None:
        """Close the name resolver; no connection is kept open."""
        await self._resolver.close()


class PublicConnector(aiohttp.TCPConnector):
    """Connects to public names only, and looks at the peer before the first byte is sent.

    The peer is what counts in the end: a network may translate addresses, and a literal address
    is never resolved.
    """

    def __init__(self, resolver: AbstractResolver | None = None, **options: Any) -> None:
        super().__init__(resolver=resolver or PublicOnly(), **options)

    async def connect(self, req: Any, *arguments: Any, **named: Any) -> Any:
        """Return a connection whose peer is public.

        Raises:
            aiohttp.ClientConnectorError: of a PrivateAddress where it is not.
        """
        connection = await super().connect(req, *arguments, **named)
        peer = connection.transport and connection.transport.get_extra_info("peername")
        if not peer or not is_public(peer[0]):
            connection.close()
            refused = PrivateAddress(f"{req.url.raw_host} is not public")
            raise aiohttp.ClientConnectorError(req.connection_key, refused)
        return connection
