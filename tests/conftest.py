"""What every test stands on."""

import gc
import ipaddress
import socket
import time
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from secrets import token_hex
from typing import Any, Final

import pytest
from django.core.cache import cache
from django.test import override_settings
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from xdist.scheduler import LoadFileScheduling

from statuspage.lib import database_clock

SHARING: Final = {"browser", "crash", "simulator"}
HERE: Final = {"127.0.0.1", "::1", "localhost"}
# These take longest, so they begin first; a worker that begins one of them last keeps all waiting.
LONGEST: Final = (
    "tests/browser",
    "tests/crash",
    "tests/chaos",
    "tests/notifications/watch/test_product.py",
    "tests/test_wheel.py",
    "tests/sandbox/up",
)
# Enough for any test that is marked `within_the_hour`.
WITHIN_THE_HOUR_SECONDS: Final = 15

# A deadline is an assertion about time, and these machines are shared.
# A rare example must not fail a release: every run draws the same ones, and
# `--hypothesis-profile thorough` looks for new ones, and for longer.
for name, examples in (("candor", 40), ("thorough", 500)):
    hypothesis_settings.register_profile(
        name,
        deadline=None,
        max_examples=examples,
        derandomize=name == "candor",
        suppress_health_check=[HealthCheck.too_slow],
    )
hypothesis_settings.load_profile("candor")


class PackagesWhole(LoadFileScheduling):
    """Give a worker whole files, and the packages that share running programs as one."""

    def _split_scope(self, nodeid: str) -> str:
        file = PurePosixPath(super()._split_scope(nodeid))
        return str(file.parent if file.parent.name in SHARING else file)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest tests first."""
    items.sort(key=lambda item: not item.nodeid.startswith(LONGEST))


def pytest_collection_finish() -> None:
    """Spare the garbage collector what lives as long as the run."""
    gc.freeze()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadFileScheduling:
    """Start each product, and each stage of the crash tests, on one worker only."""
    return PackagesWhole(config, log)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Begin no test that looks at the clock twice just before the hour, and so the day, turns.

    Before its transaction begins: PostgreSQL's clock stands still in there.
    """
    if item.get_closest_marker("within_the_hour"):
        left = 3600 - time.time() % 3600
        if left < WITHIN_THE_HOUR_SECONDS:
            time.sleep(left)


@pytest.fixture(autouse=True)
def _empty_redis() -> None:
    """Rate limits and tokens of one test must not reach the next."""
    cache.clear()


@pytest.fixture(autouse=True, scope="module")
def _copies_of_logs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """What is written for a whole module is another log than that of the module before."""
    folder = tmp_path_factory.getbasetemp() / "copies" / token_hex(8)
    with override_settings(LOG_COPY_DIR=folder):
        yield folder


@pytest.fixture(autouse=True)
def _own_copy_of_the_log(_copies_of_logs: Path) -> Iterator[None]:
    """Each test's database is another log, and so is what this machine has seen of it."""
    with override_settings(LOG_COPY_DIR=_copies_of_logs / token_hex(8)):
        yield


@pytest.fixture(autouse=True)
def _back_from_travels(monkeypatch: pytest.MonkeyPatch) -> None:
    """What one test has read of PostgreSQL's clock must not reach the next."""
    monkeypatch.setattr(database_clock, "_read", None)


@pytest.fixture(autouse=True, scope="session")
def _loopback_only() -> Iterator[None]:
    """No test may reach beyond this machine: any other address is an error at once.

    Nor may it ask for one: a machine without a name server waits long for its answer.
    """
    connect, getaddrinfo = socket.socket.connect, socket.getaddrinfo

    def connect_here(self: socket.socket, address: Any) -> None:
        if isinstance(address, tuple) and address[0] not in HERE:
            raise AssertionError(f"a test tried to reach {address[0]}")
        connect(self, address)

    def look_up_here(host: Any, *arguments: Any, **named: Any) -> Any:
        if host not in HERE and not _is_number(host):
            raise socket.gaierror(socket.EAI_NONAME, "no test asks for names")
        return getaddrinfo(host, *arguments, **named)

    socket.socket.connect = connect_here  # type: ignore[method-assign,assignment]
    socket.getaddrinfo = look_up_here
    yield
    socket.socket.connect = connect  # type: ignore[method-assign]
    socket.getaddrinfo = getaddrinfo


def _is_number(host: str | bytes | None) -> bool:
    try:
        ipaddress.ip_address(host.decode() if isinstance(host, bytes) else host or "0.0.0.0")  # noqa: S104
    except ValueError:
        return False
    return True
