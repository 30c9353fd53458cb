"""`manage.py up`: ready in one command, started again in pieces, ended without a trace."""

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import psutil
import pytest

from tests.product import ROOT, eventually, running_product


def get(url):
    with urllib.request.urlopen(url, timeout=10) as response:
        return response.read().decode()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return Path(tmp_path_factory.mktemp("up"))


def test_it_starts_mends_itself_and_ends_without_a_trace(folder):
    with running_product(folder) as product:
        demo = product.demo
        assert product.lines[-1].startswith(f"Ready: {demo['url']}")
        assert json.loads(get(f"{demo['url']}/api/v2/status.json"))["status"]["indicator"] == "none"
        assert get(f"{demo['simulator']['url']}/healthz")
        assert {one["role"] for one in demo["staff"]} == {"author", "approver", "admin"}
        assert demo["api_token"]
        assert set(demo["pids"]) == {"web", "worker", "beat", "simulator"}
        assert (folder / "demo.json").stat().st_mode & 0o077 == 0

        os.kill(demo["pids"]["worker"], signal.SIGKILL)
        mended = eventually(
            lambda: product.demo["pids"]["worker"], lambda pid: pid != demo["pids"]["worker"]
        )
        assert psutil.pid_exists(mended)
        children = psutil.Process(product.process.pid).children(recursive=True)
        assert product.stop() == 0
    assert not psutil.wait_procs(children, timeout=20)[1]
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", int(demo["url"].rsplit(":", 1)[1])))


def test_a_second_start_finds_everything_as_it_was(folder):
    before = json.loads((folder / "demo.json").read_text())
    with running_product(folder) as product:
        after = product.demo
        assert after["staff"] == before["staff"]
        assert after["api_token"] == before["api_token"]
        assert after["simulator"]["twilio"] == before["simulator"]["twilio"]
        statements = json.loads(
            urllib.request.urlopen(
                urllib.request.Request(
                    f"{after['url']}/api/v1/statements/",
                    headers={"Authorization": f"Bearer {after['api_token']}"},
                ),
                timeout=10,
            ).read()
        )
        assert len(statements["results"]) == 21


@pytest.mark.parametrize("name", ["PORT", "SIMULATOR_PORT"])
def test_a_port_that_is_taken_is_named_in_one_line(tmp_path, name):
    with socket.socket() as taken, socket.socket() as free:
        for probe in (taken, free):
            probe.bind(("127.0.0.1", 0))
        taken.listen()
        port, other = taken.getsockname()[1], free.getsockname()[1]
        free.close()
        done = subprocess.run(
            [sys.executable, "manage.py", "up"],
            cwd=ROOT,
            env={**os.environ, "DATA_DIR": str(tmp_path), "PORT": str(other), name: str(port)},
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 1
    assert done.stderr == f"candor: setting {name}: port {port} is already in use\n"
    assert list(tmp_path.iterdir()) == []
