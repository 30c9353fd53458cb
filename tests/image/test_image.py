"""The Dockerfile's image migrates a database and serves pages, confined as in compose.yaml."""

import json
import os
import re
import signal
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import yaml

from sandbox.up.engines import as_runtime
from statuspage import __version__
from tests.crash.engines import Engines
from tests.image.containers import Refused, Store
from tests.product import ROOT, engines_folder, eventually, free_ports
from tests.tools import image as tools
from tests.tools.check import PRODUCTION

pytestmark = pytest.mark.image

SERVICES = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]
DOCKERFILE = (ROOT / "Dockerfile").read_text()
SOCKET = ".s.PGSQL.5432"
CANDOR_UID = 10001
# As the proxy in front asks.
PROXIED = {"Host": "status.example.com", "X-Forwarded-Proto": "https"}


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with engines_folder() as path:
        data = path / "data"
        data.mkdir()
        os.chown(data, CANDOR_UID, CANDOR_UID)
        yield path


@pytest.fixture(scope="module")
def store(folder: Path) -> Store:
    if missing := tools.missing():
        pytest.skip(f"there is no {', '.join(missing)}: run `make image-test`")
    return Store(folder)


@pytest.fixture(scope="module")
def image(store: Store) -> str:
    try:
        base = store.base()
    except Refused as refusal:
        pytest.skip(f"this machine makes no base image: {refusal}")
    return store.build(base)


@pytest.fixture(scope="module")
def environment(folder: Path, store: Store) -> Iterator[dict[str, str]]:
    """Production's settings, on engines outside the containers."""
    engines = Engines(folder, free_ports()[1])
    engines.start()
    # Its socket alone: its folder is closed to everybody else.
    store.volumes.append(f"{folder / 'postgres' / SOCKET}:/run/{SOCKET}")
    owner_url = "postgresql://postgres:@/postgres?host=/run"
    urls = {"DATABASE_URL": as_runtime(owner_url), "REDIS_URL": engines.redis_url}
    yield {**PRODUCTION, **urls, "DATABASE_OWNER_URL": owner_url, "TRUSTED_PROXIES": "1"}
    engines.stop()


@pytest.fixture(scope="module")
def web(store: Store, image: str, environment: dict[str, str]) -> Iterator[int]:
    """Yield the port of a web process in a container, on a migrated database."""
    store.run(image, SERVICES["migrate"]["command"], environment)
    environment["DATABASE_OWNER_URL"] = ""  # as in compose.yaml
    port = free_ports()[0]
    process = store.start(image, started_by_default(port), environment)
    yield port
    process.send_signal(signal.SIGTERM)
    process.wait(60)


def started_by_default(port: int) -> list[str]:
    """Return the image's own command, on another port."""
    (command,) = re.findall(r"^CMD (\[.*\])", DOCKERFILE, re.MULTILINE | re.DOTALL)
    words: list[str] = json.loads(command.replace("\\\n", ""))
    return [word.replace("8000", str(port)) for word in words]


def get(port: int, path: str) -> str:
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers=PROXIED)
    with urllib.request.urlopen(request, timeout=20) as response:
        return response.read().decode()


def answers(port: int) -> bool:
    with suppress(OSError):
        return get(port, "/healthz") == f"ok {__version__}\n"
    return False


def test_it_runs_as_nobody_in_particular_and_holds_the_product_only(
    store: Store, image: str
) -> None:
    assert store.run(image, ["id", "-u"], {}) == f"{CANDOR_UID}\n"
    assert store.run(image, ["candor", "--version"], {}) == f"{__version__}\n"
    find = ["find", "/venv", "/app", "-name", "sandbox", "-o", "-name", "conftest.py"]
    assert "statuspage" not in store.run(image, find, {})
    with pytest.raises(Refused, match="candor\\[sandbox\\]"):
        store.run(image, ["candor", "up"], {})


def test_it_serves_the_page_and_its_static_files(store: Store, web: int) -> None:
    assert eventually(lambda: answers(web), bool, 60), store.log()
    page = get(web, "/")
    styles = re.findall(r'<link rel="stylesheet" href="(/static/[^"]+\.[0-9a-f]{12}\.css)"', page)
    assert styles
    assert all(get(web, path) for path in styles)


def test_the_health_check_of_compose_finds_it_healthy(
    store: Store, image: str, web: int, environment: dict[str, str]
) -> None:
    assert eventually(lambda: answers(web), bool, 60), store.log()
    check = [
        part.replace(":8000", f":{web}") for part in SERVICES["web"]["healthcheck"]["test"][1:]
    ]
    store.run(image, check, environment)
