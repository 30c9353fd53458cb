"""Runs the simulator: `python -m sandbox.simulator --port 8001 --smtp-port 8002`."""

import argparse
import asyncio
import os
import signal
import sys
from pathlib import Path

from aiohttp import web

from sandbox.simulator import cmpp_server, smpp_server, smtp
from sandbox.simulator.app import build
from sandbox.simulator.core import CORE
from sandbox.simulator.guard import Refused, check_environment
from sandbox.simulator.settings import Settings


def main() -> None:
    """Check that it may run here, then serve until SIGTERM or SIGINT."""
    arguments = _arguments()
    try:
        check_environment(os.environ, arguments.host)
        settings = Settings.from_environment(os.environ)
    except (Refused, ValueError) as error:
        print(error, file=sys.stderr)
        raise SystemExit(2) from None
    try:
        asyncio.run(_serve(arguments, settings))
    except (OSError, ValueError) as error:
        print(f"simulator: {error}", file=sys.stderr)
        raise SystemExit(1) from None


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="sandbox.simulator", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8001)
    parser.add_argument("--smtp-port", type=int, help="also take mail on this port")
    parser.add_argument("--cmpp-port", type=int, help="also speak CMPP on this port")
    parser.add_argument("--smpp-port", type=int, help="also speak SMPP on this port")
    parser.add_argument("--journal", type=Path, help="remember across restarts in this file")
    return parser.parse_args()


async def _serve(arguments: argparse.Namespace, settings: Settings) -> None:
    stopped = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stopped.set)
    app = build(settings, arguments.journal)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    try:
        await web.TCPSite(runner, arguments.host, arguments.port, backlog=1024).start()
        if arguments.smtp_port is not None:
            await smtp.listen(app[CORE].store, arguments.host, arguments.smtp_port)
        if arguments.cmpp_port is not None:
            await cmpp_server.listen(app[CORE], arguments.host, arguments.cmpp_port)
        if arguments.smpp_port is not None:
            await smpp_server.listen(app[CORE], arguments.host, arguments.smpp_port)
        print(f"Simulator: http://{arguments.host}:{arguments.port}", flush=True)
        await stopped.wait()
    finally:
        await runner.cleanup()


if __name__ == "__main__":
    main()
