"""Starts the whole product as a newcomer would, on free ports and a folder of its own."""

import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

ROOT = Path(__file__).resolve().parents[1]
FROM_CHECKOUT = (sys.executable, "-u", "manage.py", "up")
# However slow the machine is just now: what was published stands on the page before the answer.
PAGES_WAIT_SECONDS = 60
# So whoever asks must wait longer than the product does; a deadline for giving up, and no claim.
ANSWER_WITHIN_SECONDS = PAGES_WAIT_SECONDS + 10
# What would point the product at the suite's own engines.
INHERITED = {
    "CANDOR_TEST_ENGINES",
    "DATABASE_OWNER_URL",
    "DATABASE_URL",
    "DATA_DIR",
    "DEBUG",
    "DJANGO_SETTINGS_MODULE",
    "PORT",
    "REDIS_URL",
}

T = TypeVar("T")


class Product:
    """A running `manage.py up` and what its demo.json says."""

    def __init__(self, process: "subprocess.Popen[str]", data_dir: Path) -> None:
        self.process = process
        self.data_dir = data_dir
        self.lines: list[str] = []

    @property
    def demo(self) -> dict[str, Any]:
        """demo.json as it is now: a restarted program has another process id."""
        return json.loads((self.data_dir / "demo.json").read_text(encoding="utf-8"))

    def password(self, username: str) -> str:
        """Return the password of a member of staff."""
        return next(one["password"] for one in self.demo["staff"] if one["username"] == username)

    def wait_until_ready(self) -> None:
        """Read its output up to the line that says so."""
        assert self.process.stdout
        for line in self.process.stdout:
            self.lines.append(line)
            if line.startswith("Ready: "):
                return
        raise AssertionError("it ended before it was ready: " + "".join(self.lines) + self.logs())

    def logs(self) -> str:
        """Return the end of every log, for a failing test to show."""
        files = sorted((self.data_dir / "logs").glob("*.log"))
        return "\n".join(f"-- {one.name}\n{one.read_text()[-2000:]}" for one in files)

    def stop(self) -> int:
        """Press Ctrl-C, and wait for the end."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        code = self.process.wait(180)  # four programs have their time each, then the engines
        if self.process.stdout:
            self.process.stdout.close()
        return code


@contextmanager
def engines_folder() -> Iterator[Path]:
    """Yield a folder for PostgreSQL, whose own user must keep the right to enter it.

    Not one of pytest's: each start of pytest on this machine shuts those to other users.
    """
    with TemporaryDirectory(prefix="candor-test-", ignore_cleanup_errors=True) as path:
        Path(path).chmod(0o755)
        yield Path(path)


@contextmanager
def running_product(
    data_dir: Path, *, command: Sequence[str] = FROM_CHECKOUT, cwd: Path = ROOT, **settings: str
) -> Iterator[Product]:
    """Yield the product, ready; ended when the block is left."""
    ports = free_ports()
    environment = {
        **{name: value for name, value in os.environ.items() if name not in INHERITED},
        "DATA_DIR": str(data_dir),
        "PORT": str(ports[0]),
        "SIMULATOR_PORT": str(ports[1]),
        "PAGES_WAIT_SECONDS": str(PAGES_WAIT_SECONDS),
        **settings,
    }
    process = subprocess.Popen(
        command,
        cwd=cwd,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    product = Product(process, data_dir)
    try:
        product.wait_until_ready()
        yield product
    finally:
        product.stop()


def eventually(read: Callable[[], T], expected: Callable[[T], bool], seconds: float = 60) -> T:
    """Read again and again until it is as expected; the last reading when it never is."""
    deadline = time.monotonic() + seconds
    while not expected(found := read()) and time.monotonic() < deadline:
        time.sleep(0.1)
    return found


def free_ports() -> tuple[int, int]:
    """Return a port for the web, and the first of four neighbours for the simulator.

    The others are those of its mail server and of its SMS gateways.

    Below the range from which the kernel takes ports for outgoing connections, and each worker of
    a parallel run in a range of its own: a port that is free now is used only a moment later.
    """
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
    first = 20_000 + 1_000 * (int(worker) % 10)
    while True:
        web, simulator = random.sample(range(first, first + 996), 2)
        wanted = {web, *range(simulator, simulator + 4)}
        if len(wanted) == 5 and all(map(is_free, wanted)):
            return web, simulator


def is_free(port: int) -> bool:
    """Whether nobody listens on it now."""
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
