"""Which addresses a stranger may make us connect to."""

import asyncio
from contextlib import suppress
from urllib.parse import urlsplit

import aiohttp
import pytest
from aiohttp.abc import AbstractResolver
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from notifications.channels.public_hosts import (
    PrivateAddress,
    PublicConnector,
    PublicOnly,
    UnsafeHost,
    checked_host,
    is_public,
)
from tests.notifications.channels.builders import tcp_server

PRIVATE = (
    *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.0.1", "169.254.169.254", "100.64.0.1"),
    *("0.0.0.0", "224.0.0.1", "240.0.0.1", "255.255.255.255", "192.0.2.1"),  # noqa: S104
    *("::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "ff02::1"),
    *("64:ff9b:1::a00:1", "::127.0.0.1", "fec0::1", "2001:db8::1", "3fff::1", "100::1"),
    *("2a00:1450::5efe:a00:1", "2a00:1450::200:5efe:10.0.0.1", "::ffff:100.64.0.1"),
    *("168.63.129.16", "100.100.100.200", "192.0.0.192", "fd00:ec2::254"),
    *("::ffff:10.0.0.1", "::ffff:127.0.0.1", "64:ff9b::a00:1", "2002:a00:1::", "2001:0:a00:1::1"),
)


@pytest.mark.parametrize("address", ["8.8.8.8", "1.1.1.1", "2606:4700:4700::1111"])
def test_public_addresses_are_public(address: str) -> None:
    assert is_public(address)


def test_every_other_kind_of_address_is_not_public(subtests: pytest.Subtests) -> None:
    for address in PRIVATE:
        with subtests.test(address=address):
            assert not is_public(address)


# How a stranger may try to name this machine, its neighbours, or another host than it seems.
REFUSED = (
    *(
        "https://①②⑦.0.0.1/",
        "https://１２７．０．０．１/",
        "https://127。0。0。1/",
        "https://127．0｡0.1/",
    ),
    *("https://ｌｏｃａｌｈｏｓｔ/", "https://hooks。example。com/", "https://ⓗooks.example.com/"),
    *(
        "https://bücher.example/",
        "https://hooks.exam\u00adple.com/",
        "https://hooks.example.com\u200b/",
    ),
    *("https://127.0.0.1/", "https://8.8.8.8/", "https://2130706433/", "https://017700000001/"),
    *("https://0x7f000001/", "https://0x7f.1/", "https://127.1/", "https://0/", "https://a.0x/"),
    *(
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[fe80::1%25eth0]/",
        "https://[::]/",
    ),
    *("https://[64:ff9b::7f00:1]/", "https://[2606:4700:4700::1111]/", "https://[v1.a]/"),
    *("https://localhost/", "https://LOCALHOST/", "https://a.localhost/", "https://printer.local/"),
    *("https://metadata.google.internal/", "https://intranet/", "https://1.0.0.127.in-addr.arpa/"),
    *("https://hooks.example.com./", "https://127.0.0.1./", "https://hooks..example.com/"),
    *("https://user@hooks.example.com/", "https://user:pw@hooks.example.com/", "https://@a.com/"),
    *("https://hooks.example.com\\@127.0.0.1/", "https://127.0.0.1\\.example.com/"),
    *("https://hooks.example.com\t/", "https://127.0.0.1%2f.example.com/", "https://%6c.com/"),
    *("https://hooks.example.com:25/", "https://hooks.example.com:0/", "https://a.com:99999/"),
    *("http://hooks.example.com/", "https://-a.example.com/", "https://a_b.example.com/"),
    *("https://", "https:///x", "https://[::1", "https://:443/", f"https://{'a' * 64}.com/"),
    *("https:hooks.example.com/", "//hooks.example.com/", "https://hooks.example.com:44３/"),
)
ADMITTED = (
    *("https://hooks.example.com/in?shop=7", "https://HOOKS.Example.com", "https://a.com:8443/x"),
    *("https://xn--bcher-kva.example/", "https://1.example.com/", "https://hooks.example.com:443/"),
    *("https://0x7f.example.com/", "https://hooks.example.com/①?q=。#@"),
)


def test_no_host_that_means_another_is_admitted(subtests: pytest.Subtests) -> None:
    for url in REFUSED:
        with subtests.test(url=url), pytest.raises(UnsafeHost):
            checked_host(url)


def test_names_of_others_are_admitted(subtests: pytest.Subtests) -> None:
    for url in ADMITTED:
        with subtests.test(url=url):
            assert checked_host(url) == (urlsplit(url).hostname or "").lower()


def test_development_reaches_its_own_machine_but_reads_no_riddles(subtests) -> None:
    for url in ("http://127.0.0.1:8001/x", "http://localhost:1/", "http://[::1]:9/"):
        with subtests.test(url=url):
            assert checked_host(url, private=True)
    for url in (
        "https://①②⑦.0.0.1/",
        "http://2130706433/",
        "http://127。0。0。1/",
        "http://a@b.c/",
    ):
        with subtests.test(url=url), pytest.raises(UnsafeHost):
            checked_host(url, private=True)


@given(st.text(max_size=20))
def test_whatever_is_admitted_is_the_host_of_the_client(host: str) -> None:
    url = f"https://{host}/"
    with suppress(UnsafeHost):
        assert checked_host(url) == URL(url).raw_host
        assert host.isascii()


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


def ask(url: str, connector: type[aiohttp.TCPConnector], resolver: AbstractResolver) -> None:
    async def get() -> None:
        opened = aiohttp.ClientSession(connector=connector(resolver=resolver))
        async with opened as session, session.get(url):
            pass

    asyncio.run(get())


@pytest.mark.parametrize("host", ["hooks.example.com", "127.0.0.1"])
def test_a_peer_that_is_ours_gets_no_byte(host: str) -> None:
    """The resolver that should have refused is fooled: the connection itself is looked at."""
    received: list[bytes] = []
    with (
        tcp_server(lambda connection: received.append(connection.recv(9))) as port,
        pytest.raises(aiohttp.ClientConnectorError) as refused,
    ):
        ask(f"http://{host}:{port}/", PublicConnector, Fixed("127.0.0.1"))
    assert isinstance(refused.value.os_error, PrivateAddress)
    assert received in ([], [b""])


class Rebinding(Fixed):
    """Answers with a public address first, and with ours to whoever asks again."""

    async def resolve(self, host, port=0, family=0):
        found = await super().resolve(host, port, family)
        self.addresses = ("127.0.0.1",)
        return found


def test_the_address_that_was_judged_is_the_one_that_is_used() -> None:
    judged: list[str] = []

    class Watching(PublicConnector):
        async def _wrap_create_connection(self, *arguments, addr_infos, **named):
            judged.extend(info[4][0] for info in addr_infos)
            raise aiohttp.ClientConnectionError("no network in a test")

    with pytest.raises(aiohttp.ClientConnectionError):
        ask("https://hooks.example.com/", Watching, PublicOnly(Rebinding("8.8.8.8")))
    assert judged == ["8.8.8.8"]
