"""Who is asking."""

import pytest
from django.test import RequestFactory
from pytest_django.fixtures import Settings

from statuspage.lib.client_ip import client_ip


def _ip(peer: str = "203.0.113.9", forwarded: str | None = None) -> str:
    headers = {} if forwarded is None else {"X-Forwarded-For": forwarded}
    return client_ip(RequestFactory().get("/", REMOTE_ADDR=peer, headers=headers))


def test_without_a_proxy_it_is_the_peer() -> None:
    assert _ip() == "203.0.113.9"


def test_without_a_trusted_proxy_what_the_client_claims_is_ignored() -> None:
    assert _ip(forwarded="198.51.100.1") == "203.0.113.9"


@pytest.mark.parametrize(
    ("proxies", "forwarded", "expected"),
    [
        (1, "198.51.100.1", "198.51.100.1"),
        (1, "6.6.6.6, 198.51.100.1", "198.51.100.1"),
        (2, "6.6.6.6, 198.51.100.1, 10.0.0.1", "198.51.100.1"),
        (2, "198.51.100.1", "198.51.100.1"),
        (1, "", "203.0.113.9"),
        (1, " , ,198.51.100.1 ", "198.51.100.1"),
    ],
)
def test_trusted_proxies_are_counted_from_the_right(
    settings: Settings, proxies: int, forwarded: str, expected: str
) -> None:
    settings.TRUSTED_PROXIES = proxies
    assert _ip(forwarded=forwarded) == expected


def test_a_household_with_ipv6_is_one_client() -> None:
    assert _ip("2001:db8:1:2:3::4") == _ip("2001:db8:1:2:ffff::1")
    assert _ip("2001:db8:1:2:3::4") != _ip("2001:db8:1:3:3::4")


def test_an_ipv4_client_on_an_ipv6_socket_is_itself() -> None:
    assert _ip("::ffff:203.0.113.9") == "203.0.113.9"


@pytest.mark.parametrize("nonsense", ["", "unix:", "<script>", "999.1.1.1"])
def test_nonsense_shares_one_limit(nonsense: str) -> None:
    assert _ip(nonsense) == "unknown"


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("198.51.100.1:50123", "198.51.100.1"),
        ("[2001:db8:1:2::9]:50123", "2001:db8:1:2::/64"),
        ("[2001:db8:1:2::9]", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("fe80::1%eth0/0", "fe80::/64"),
    ],
)
def test_a_port_or_an_interface_behind_an_address_makes_it_nobody_elses(
    settings: Settings, said: str, expected: str
) -> None:
    settings.TRUSTED_PROXIES = 1
    assert _ip(forwarded=said) == expected
