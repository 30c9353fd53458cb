"""What is released works: both wheels, installed into an empty virtual environment.

It needs the package index, as installing does. Without one it is skipped, except in CI.
"""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from statuspage import __version__
from tests.product import ROOT, Product, engines_folder, eventually, running_product

PIP = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet")
# Where it is not skipped without the index, a moment without it is no failure.
PATIENCE = ("--retries", "10", "--timeout", "60") if os.environ.get("CI") else ()
UNREACHABLE = re.compile(r"NewConnectionError|ConnectTimeout|No matching distribution")
# What would let the installed product see the checkout, or the suite's own settings.
FOREIGN = {"PYTHONPATH", "DJANGO_SETTINGS_MODULE", "DATABASE_URL", "DATABASE_OWNER_URL"}
FOREIGN |= {"REDIS_URL", "DATA_DIR"}


def run(*command: str | Path, cwd: Path | None = None) -> "subprocess.CompletedProcess[str]":
    environment = {name: value for name, value in os.environ.items() if name not in FOREIGN}
    return subprocess.run(
        command, cwd=cwd, env=environment, capture_output=True, text=True, check=False
    )


def pip(*arguments: str | Path) -> None:
    done = run(*PIP, *PATIENCE, *arguments)
    if UNREACHABLE.search(done.stderr) and not os.environ.get("CI"):
        pytest.skip("the package index is not reachable")
    assert done.returncode == 0, done.stderr


def pinned(folder: Path) -> Path:
    """Return the versions that are tested, as constraints: a new release elsewhere breaks nothing
    here.
    """
    names = re.findall(r"^[\w.-]+==[^\\]+", (ROOT / "requirements-dev.txt").read_text(), re.M)
    constraints = folder / "constraints.txt"
    constraints.write_text("\n".join(names))
    return constraints


def packages(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        folders = {name.split("/")[0] for name in archive.namelist()}
    return {name for name in folders if not name.endswith(".dist-info")}


def get(url: str, **headers: str) -> str:
    with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=20) as answer:
        return answer.read().decode()


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """Return the folder of the virtual environment, which has PostgreSQL's programs in it."""
    with engines_folder() as path:
        (path / "work").mkdir()
        yield path


@pytest.fixture(scope="module")
def candor(folder: Path) -> Path:
    """Build both wheels, and return the program of an environment with only the product's."""
    pip("wheel", "--no-deps", "--wheel-dir", folder, ROOT, ROOT / "sandbox")
    run(sys.executable, "-m", "venv", "--without-pip", folder / "venv")
    install(folder, wheel(folder, "candor"))
    return folder / "venv/bin/candor"


def wheel(folder: Path, name: str) -> Path:
    (found,) = folder.glob(f"{name}-*.whl")
    return found


def install(folder: Path, *what: str | Path) -> None:
    into = ("--python", folder / "venv/bin/python", "install", "--no-compile")
    pip(*into, "-c", pinned(folder), "--find-links", folder, *what)


@contextmanager
def started(candor: Path, folder: Path) -> Iterator[Product]:
    up = (str(candor), "up")
    with running_product(folder / "data", command=up, cwd=folder / "work") as product:
        yield product


def test_the_wheels_hold_the_product_and_the_sandbox(candor: Path, folder: Path) -> None:
    assert wheel(folder, "candor").name == f"candor-{__version__}-py3-none-any.whl"
    assert packages(wheel(folder, "candor")) == {"statuspage", "notifications"}
    assert packages(wheel(folder, "candor_sandbox")) == {"sandbox"}


def test_without_the_sandbox_up_says_what_to_install(candor: Path, folder: Path) -> None:
    work = folder / "work"
    assert run(candor, "--version", cwd=work).stdout == f"{__version__}\n"
    refused = run(candor, "up", cwd=work)
    assert refused.returncode == 1
    assert "pip install 'candor[sandbox]'" in refused.stderr
    data_dir = "from statuspage.lib.paths import default_data_dir; print(default_data_dir())"
    assert run(candor.with_name("python"), "-c", data_dir, cwd=work).stdout == f"{work / '.data'}\n"


def test_up_starts_replaces_a_dead_worker_and_leaves_nothing_running(
    candor: Path, folder: Path
) -> None:
    install(folder, f"{wheel(folder, 'candor')}[sandbox]")
    with started(candor, folder) as product:
        demo = product.demo
        pages_and_static_files_are_served(demo["url"])
        everything_is_in_demo_json(product)

        os.kill(demo["pids"]["worker"], signal.SIGKILL)
        replaced = eventually(
            lambda: product.demo["pids"]["worker"], lambda pid: pid != demo["pids"]["worker"]
        )
        assert psutil.pid_exists(replaced)
        children = psutil.Process(product.process.pid).children(recursive=True)
        assert product.stop() == 0
    assert not psutil.wait_procs(children, timeout=20)[1]
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", int(demo["url"].rsplit(":", 1)[1])))


def pages_and_static_files_are_served(url: str) -> None:
    assert get(f"{url}/healthz") == f"ok {__version__}\n"
    assert "<html" in get(f"{url}/")
    assert json.loads(get(f"{url}/api/v2/status.json"))["status"]["indicator"] == "none"
    login = get(f"{url}/console/login/")
    styles = re.findall(r'<link rel="stylesheet" href="([^"]+)"', login)
    assert styles
    assert all(get(f"{url}{path}") for path in styles)


def everything_is_in_demo_json(product: Product) -> None:
    demo = product.demo
    assert product.lines[-1].startswith(f"Ready: {demo['url']}")
    assert get(f"{demo['simulator']['url']}/healthz")
    assert {one["role"] for one in demo["staff"]} == {"author", "approver", "admin"}
    assert demo["api_token"]
    assert set(demo["pids"]) == {"web", "worker", "beat", "simulator"}
    assert (product.data_dir / "demo.json").stat().st_mode & 0o077 == 0


def test_a_second_start_finds_everything_as_it_was(candor: Path, folder: Path) -> None:
    before = json.loads((folder / "data/demo.json").read_text())
    with started(candor, folder) as product:
        after = product.demo
        for kept in ("staff", "api_token"):
            assert after[kept] == before[kept]
        assert after["simulator"]["twilio"] == before["simulator"]["twilio"]
        bearer = f"Bearer {after['api_token']}"
        listed = get(f"{after['url']}/api/v1/statements/", Authorization=bearer)
        assert len(json.loads(listed)["results"]) == 21
