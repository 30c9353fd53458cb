"""The client's IP address: the peer's, or the one that trusted proxies report."""

from ipaddress import IPv6Address, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest


def client_ip(request: HttpRequest) -> str:
    """Return the client's IP address; an IPv6 one as its /64, since one household has all of it.

    Each trusted proxy appends the peer it saw to X-Forwarded-For. Entries further left came
    from the client, who may write anything there, so we count from the right.
    """
    forwarded = request.headers.get("X-Forwarded-For", "").split(",")
    hops = [hop.strip() for hop in forwarded if hop.strip()]
    hops.append(request.META.get("REMOTE_ADDR", ""))
    return _grouped(hops[max(0, len(hops) - 1 - settings.TRUSTED_PROXIES)])


def _grouped(text: str) -> str:
    try:
        address = ip_address(_bare(text))
    except ValueError:
        return "unknown"
    if isinstance(address, IPv6Address):
        within = ip_network(f"{address}/64", strict=False)
        return str(address.ipv4_mapped or within)
    return str(address)


def _bare(text: str) -> str:
    """Return an address without the port that some proxies append, and without its interface."""
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    return text.partition("%")[0]
