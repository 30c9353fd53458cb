"""`manage.py up` refuses to begin where a port is taken."""

import os
import socket
import subprocess
import sys

import pytest

from tests.product import ROOT, free_ports


@pytest.mark.parametrize("name", ["PORT", "SIMULATOR_PORT"])
def test_a_port_that_is_taken_is_named_in_one_line(tmp_path, name):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port, other = taken.getsockname()[1], free_ports()[0]
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
