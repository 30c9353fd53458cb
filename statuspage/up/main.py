"""`manage.py up`: engines, migrations, demo data, and every process until Ctrl-C."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Final

from statuspage.env import ConfigurationError, Env
from statuspage.up.demo import demo_environment, introduce_follower, write_demo_json
from statuspage.up.engines import Engines
from statuspage.up.processes import Ports, programs, wait_until_ready
from statuspage.up.supervisor import Supervisor

BASE_DIR: Final = Path(__file__).resolve().parent.parent.parent
HOST: Final = "127.0.0.1"


def up() -> None:
    """Start everything, say where it is, and keep it running until SIGINT or SIGTERM.

    Raises:
        SystemExit: a setting is wrong, a port is taken, or a program does not start.
    """
    env = Env()
    data_dir = Path(env.text("DATA_DIR", str(BASE_DIR / ".data"))).resolve()
    ports = Ports(
        web=env.integer("PORT", 8000, minimum=1),
        simulator=env.integer("SIMULATOR_PORT", 8001, minimum=1),
    )
    for name, port in (
        ("PORT", ports.web),
        ("SIMULATOR_PORT", ports.simulator),
        ("SIMULATOR_PORT", ports.smtp),
    ):
        _check_free(name, port)
    engines = Engines(data_dir)
    with Supervisor(data_dir / "logs") as supervisor:
        try:
            environment = _environment(engines.start(), data_dir, ports)
            for command in (["migrate", "--verbosity", "0"], ["seed_demo"]):
                _manage(command, environment)
            supervisor.start(programs(ports, data_dir), environment)
            wait_until_ready(supervisor, ports)
            introduce_follower(ports)
            write_demo_json(data_dir, ports, environment, supervisor.pids())
            print(f"Ready: http://{HOST}:{ports.web}", flush=True)
            print(
                f"Console: http://{HOST}:{ports.web}/console/ · "
                f"Simulator: http://{HOST}:{ports.simulator} · "
                f"Passwords: {data_dir / 'demo.json'} · Ctrl-C ends all",
                flush=True,
            )
            supervisor.watch(lambda pids: write_demo_json(data_dir, ports, environment, pids))
        finally:
            supervisor.stop()
            (data_dir / "engines.json").unlink(missing_ok=True)
            engines.stop()


def _environment(urls: dict[str, str], data_dir: Path, ports: Ports) -> dict[str, str]:
    """What the children run with; other commands find the engines through engines.json."""
    (data_dir / "engines.json").write_text(json.dumps(urls), encoding="utf-8")
    return {
        **demo_environment(data_dir, ports),
        **os.environ,
        "DATA_DIR": str(data_dir),
        "PORT": str(ports.web),
        "DATABASE_URL": urls["database_url"],
        "REDIS_URL": urls["redis_url"],
    }


def _manage(command: list[str], environment: dict[str, str]) -> None:
    done = subprocess.run(  # noqa: S603
        [sys.executable, str(BASE_DIR / "manage.py"), *command], env=environment, check=False
    )
    if done.returncode:
        raise SystemExit(done.returncode)


def _check_free(name: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise ConfigurationError(name, f"port {port} is already in use") from error
