"""`manage.py up`: engines, migrations, demo data, and every process until Ctrl-C."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Final

from sandbox.up.demo import demo_environment, introduce_follower, write_demo_json
from sandbox.up.engines import Engines
from sandbox.up.processes import Ports, programs, wait_until_ready
from sandbox.up.supervisor import Supervisor
from statuspage.lib.env import AreaSettings, Configuration, ConfigurationError, Port
from statuspage.lib.paths import default_data_dir

# Where `python -m` finds both packages: the checkout, or site-packages.
PACKAGES: Final = Path(__file__).resolve().parent.parent.parent
HOST: Final = "127.0.0.1"


class UpSettings(AreaSettings):
    """Where the demonstration runs."""

    DATA_DIR: Path = default_data_dir()
    PORT: Port = 8000
    SIMULATOR_PORT: Port = 8001


def up() -> None:
    """Start everything, say where it is, and keep it running until SIGINT or SIGTERM.

    Raises:
        SystemExit: a setting is wrong, a port is taken, or a program does not start.
    """
    values = Configuration([UpSettings]).of(UpSettings)
    data_dir = values.DATA_DIR.resolve()
    ports = Ports(web=values.PORT, simulator=values.SIMULATOR_PORT)
    _check_free("PORT", ports.web)
    _check_free("SIMULATOR_PORT", ports.simulator)
    for port in (ports.smtp, ports.cmpp, ports.smpp):
        _check_free("SIMULATOR_PORT", port)
    engines = Engines(data_dir)
    with Supervisor(data_dir / "logs") as supervisor:
        try:
            urls = engines.start()
            environment = _environment(urls, data_dir, ports)
            owner = {"DATABASE_OWNER_URL": urls["database_owner_url"]}
            _run(["-m", "statuspage", "migrate", "--verbosity", "0"], {**environment, **owner})
            _run(["-m", "sandbox.demo"], environment)
            _start(supervisor, ports, data_dir, environment)
            write_demo_json(data_dir, ports, environment, supervisor.pids())
            print(f"Ready: http://{HOST}:{ports.web}", flush=True)
            print(
                f"Console: http://{HOST}:{ports.web}/console/ · "
                f"Simulator: http://{HOST}:{ports.simulator} · "
                f"Passwords: {data_dir / 'demo.json'} · Ctrl-C ends all",
                flush=True,
            )
            supervisor.watch(
                lambda pids: write_demo_json(data_dir, ports, environment, pids), engines.running
            )
        finally:
            supervisor.stop()
            (data_dir / "engines.json").unlink(missing_ok=True)
            engines.stop()


def _start(
    supervisor: Supervisor, ports: Ports, data_dir: Path, environment: dict[str, str]
) -> None:
    """Start the simulator, and the product once that knows the templates it will be asked about."""
    product = programs(ports, data_dir)
    simulator = {"simulator": product.pop("simulator")}
    supervisor.start(simulator, environment)
    wait_until_ready(supervisor, ports, "simulator")
    introduce_follower(ports)
    supervisor.start(product, environment)
    wait_until_ready(supervisor, ports, "web", "worker")


def _environment(urls: dict[str, str], data_dir: Path, ports: Ports) -> dict[str, str]:
    """Return what the children run with; other commands find the engines through engines.json."""
    (data_dir / "engines.json").write_text(json.dumps(urls), encoding="utf-8")
    return {
        **demo_environment(data_dir, ports),
        **os.environ,
        "DATA_DIR": str(data_dir),
        "PORT": str(ports.web),
        "DATABASE_URL": urls["database_url"],
        # No program has it but `migrate`.
        "DATABASE_OWNER_URL": "",
        "REDIS_URL": urls["redis_url"],
    }


def _run(arguments: list[str], environment: dict[str, str]) -> None:
    done = subprocess.run(  # noqa: S603
        [sys.executable, *arguments], env=environment, cwd=PACKAGES, check=False
    )
    if done.returncode:
        raise SystemExit(done.returncode)


def _check_free(name: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise ConfigurationError([(name, f"port {port} is already in use")]) from error
