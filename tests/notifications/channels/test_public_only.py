"""Which addresses a stranger may make us connect to."""

import asyncio

import pytest
from aiohttp.abc import AbstractResolver

from notifications.channels.webhook import (
    PrivateAddress,
    PublicOnly,
    is_public,
    names_private_address,
)

PRIVATE = (
    *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.0.1", "169.254.169.254", "100.64.0.1"),
    *("0.0.0.0", "224.0.0.1", "240.0.0.1", "255.255.255.255", "192.0.2.1"),  # noqa: S104
    *("::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "ff02::1"),
    *("::ffff:10.0.0.1", "::ffff:127.0.0.1", "64:ff9b::a00:1", "2002:a00:1::", "2001:0:a00:1::1"),
)


@pytest.mark.parametrize("address", ["8.8.8.8", "1.1.1.1", "2606:4700:4700::1111"])
def test_public_addresses_are_public(address: str) -> None:
    assert is_public(address)


def test_every_other_kind_of_address_is_not_public(subtests: pytest.Subtests) -> None:
    for address in PRIVATE:
        with subtests.test(address=address):
            assert not is_public(address)


@pytest.mark.parametrize(
    ("url", "private"),
    [
        ("https://127.0.0.1/", True),
        ("https://[::1]:8443/x", True),
        ("https://8.8.8.8/", False),
        ("https://hooks.example.com/", False),
        ("https://", False),
    ],
)
def test_hosts_written_as_addresses(url: str, private: bool) -> None:
    assert names_private_address(url) is private


class Fixed(AbstractResolver):
    """Answers every name with the same addresses."""

    def __init__(self, *addresses: str) -> None:
        self.addresses = addresses

    async def resolve(self, host, port=0, family=0):
        return [{"hostname": host, "host": one, "port": port} for one in self.addresses]

    async def close(self) -> None:
        return


async def resolve(*addresses: str):
    resolver = PublicOnly(Fixed(*addresses))
    try:
        return await resolver.resolve("hooks.example.com", 443)
    finally:
        await resolver.close()


def test_a_public_name_resolves_to_the_addresses_that_were_checked() -> None:
    found = asyncio.run(resolve("8.8.8.8", "1.1.1.1"))
    assert [one["host"] for one in found] == ["8.8.8.8", "1.1.1.1"]


@pytest.mark.parametrize("addresses", [["127.0.0.1"], ["8.8.8.8", "10.0.0.1"], ["::1", "8.8.8.8"]])
def test_one_private_address_spoils_the_name(addresses: list[str]) -> None:
    with pytest.raises(PrivateAddress):
        asyncio.run(resolve(*addresses))


def test_the_systems_own_names_are_looked_at_too() -> None:
    async def local() -> None:
        resolver = PublicOnly()
        await resolver.resolve("localhost", 443)

    with pytest.raises(PrivateAddress):
        asyncio.run(local())
