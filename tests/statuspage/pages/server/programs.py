"""Web processes and nginx as they run in production, beside engines that a test may stop."""

import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.product import INHERITED, ROOT, eventually, free_ports
from tests.tools import nginx

GRANIAN: Final = (
    *(
        "-m",
        "granian",
        "--interface",
        "rsgi",
        "--no-ws",
        "--http",
        "1",
        "--host",
        "127.0.0.1",
        "--workers",
        "1",
    ),
    *("--log-level", "warning", "--backpressure", "4096", "--http1-buffer-size", "65536"),
    "statuspage.rsgi:application",
)


@dataclass(frozen=True)
class Reply:
    """What a reader got."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """The body, uncompressed as it was asked for."""
        return self.body.decode()


class Server:
    """A program that answers on a port of its own."""

    def __init__(self, process: "subprocess.Popen[bytes]", port: int) -> None:
        self.process = process
        self.port = port

    def get(
        self, path: str, method: str = "GET", body: bytes | None = None, **headers: str
    ) -> Reply:
        """Ask it; `Accept_Encoding` stands for Accept-Encoding."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        url = f"http://127.0.0.1:{self.port}{path}"
        request = urllib.request.Request(url, body, named, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as response:
                return Reply(response.status, response.headers, response.read())
        except urllib.error.HTTPError as error:
            with error:
                return Reply(error.code, error.headers, error.read())

    def answers(self) -> bool:
        """Whether anybody listens."""
        with suppress(urllib.error.URLError, OSError):
            return self.get("/healthz").status < 600
        return False

    def kill(self) -> None:
        """End it with all its children, as the kernel would for want of memory."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


class Programs:
    """Starts them on one folder, and ends whatever still runs."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self.folder = folder
        self._environment = {
            **{name: value for name, value in os.environ.items() if name not in INHERITED},
            **environment,
        }
        self._started: list[Server] = []

    def web(self, **settings: str) -> Server:
        """Return a web process with these settings; returns when it answers."""
        port = free_ports()[0]
        return self._start([sys.executable, *GRANIAN, "--port", str(port)], port, settings)

    def nginx(self, web_port: int, text: str = "") -> Server:
        """nginx by deploy/nginx.conf, on this folder's pages and in front of a web process."""
        port, path = free_ports()[0], self.folder / "nginx.conf"
        path.write_text(configuration(self.folder, port, web_port, text), encoding="utf-8")
        return self.serve(path, port)

    def serve(self, path: Path, port: int) -> Server:
        """nginx by another configuration."""
        program = nginx.find()
        assert program, "run tests.tools.nginx to install it"
        subprocess.run([program, "-t", "-q", "-c", path], check=True)
        return self._start([program, "-c", str(path), "-g", "daemon off;"], port)

    def run(self, *arguments: str) -> None:
        """A command of Python's, to its end."""
        command = [sys.executable, *arguments]
        subprocess.run(command, cwd=ROOT, env=self._environment, check=True, capture_output=True)

    def end(self) -> None:
        """End all."""
        for one in self._started:
            one.kill()

    def log(self) -> str:
        """Return what they have written, for a failing test to show."""
        return (self.folder / "programs.log").read_text(encoding="utf-8")[-4000:]

    def _start(
        self, command: list[str], port: int, settings: Mapping[str, str] | None = None
    ) -> Server:
        with (self.folder / "programs.log").open("ab") as log:
            process = subprocess.Popen(
                command,
                cwd=ROOT,
                env={**self._environment, **(settings or {})},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        server = Server(process, port)
        self._started.append(server)
        assert eventually(server.answers, bool, 60), self.log()
        return server


def configuration(folder: Path, port: int, web_port: int, text: str = "") -> str:
    """deploy/nginx.conf, or what was made of it, with its places changed to a test's."""
    text = text or (ROOT / "deploy" / "nginx.conf").read_text(encoding="utf-8")
    web = "web" if "server web:8000 " in text else "127.0.0.1"
    scratch = folder / "nginx"
    scratch.mkdir(exist_ok=True)
    (folder / "static").mkdir(exist_ok=True)
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temporary = "".join(f"{kind}_temp_path {scratch / kind};\n" for kind in kinds)
    for ours, theirs in (
        # A test's folder is open to nobody else.
        ("user www-data;", "user root;" if os.geteuid() == 0 else ""),
        ("worker_processes auto;", "worker_processes 1;"),
        ("/run/nginx.pid", str(scratch / "pid")),
        ("/var/log/nginx/error.log", str(scratch / "error.log")),
        ("listen 80", f"listen 127.0.0.1:{port}"),
        ("server_name status.example.com", "server_name 127.0.0.1 localhost"),
        ("/var/lib/candor", str(folder)),
        (f"server {web}:8000 ", f"server 127.0.0.1:{web_port} "),
        ("server_tokens off;", f"server_tokens off;\n{temporary}"),
    ):
        assert ours in text, ours
        text = text.replace(ours, theirs)
    return text
