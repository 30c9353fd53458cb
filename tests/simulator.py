"""Run the simulator in a process of its own."""

import http.client
import json
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

from tests.product import ROOT, free_ports

HOST: Final = "127.0.0.1"
START_WITHIN_SECONDS: Final = 60.0
Row = dict[str, Any]


class Simulator:
    """A running simulator, its credentials, and a small client of its control API."""

    def __init__(self, journal: Path | None = None, environment: Mapping[str, str] = {}) -> None:
        _, self.port = free_ports()
        self.smtp_port = self.port + 1
        self.cmpp_port = self.port + 2
        self.smpp_port = self.port + 3
        self.url = f"http://{HOST}:{self.port}"
        self.account_sid = f"AC{secrets.token_hex(16)}"
        self.auth_token = secrets.token_hex(16)
        self.access_key_id = f"LTAI{secrets.token_hex(8)}"
        self.access_key_secret = secrets.token_hex(16)
        self.smpp_system_id, self.smpp_password = "candor", secrets.token_hex(4)
        self.secret_id = f"AKID{secrets.token_hex(8)}"
        self.secret_key = secrets.token_hex(16)
        self.cmpp_source_addr = "901234"
        self.cmpp_shared_secret = secrets.token_hex(8)
        self.app_id = f"wx{secrets.token_hex(8)}"
        self.secret = secrets.token_hex(16)
        self.wechat_token = secrets.token_hex(8)
        self.wechat_aes_key = secrets.token_hex(22)[:43]
        self.mini_app_id = f"wx{secrets.token_hex(8)}"
        self.mini_secret = secrets.token_hex(16)
        self.mini_token = secrets.token_hex(8)
        self.mini_aes_key = secrets.token_hex(22)[:43]
        self._journal = journal
        self._environment = environment
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and return when it answers.

        Raises:
            RuntimeError: it ended, or did not answer in time.
        """
        self._process = subprocess.Popen(self._command(), cwd=ROOT, env=self._variables())
        deadline = time.monotonic() + START_WITHIN_SECONDS
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                raise RuntimeError("the simulator did not start")
            time.sleep(0.05)

    def stop(self) -> None:
        """Ask it to end, and wait until it has."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(timeout=60)
            self._process = None

    def kill(self) -> None:
        """End it at once, as a crash would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    @property
    def running(self) -> bool:
        """Whether it was started, and not ended since."""
        return self._process is not None

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal, such as SIGSTOP."""
        if self._process is not None:
            self._process.send_signal(number)

    def control(self, method: str, path: str, body: Row | None = None) -> Any:
        """Call the control API: `control("PUT", "switches", {...})`; returns the JSON.

        Raises:
            ValueError: it refused; the message is its answer.
        """
        status, answer = self.request(method, f"/control/{path}", body)
        if status >= 400:
            raise ValueError(answer.decode())
        return json.loads(answer)

    def request(self, method: str, path: str, body: Row | None = None) -> tuple[int, bytes]:
        """Any request to it, with a JSON body if any: the status and the answer."""
        connection = http.client.HTTPConnection(HOST, self.port, timeout=30)
        try:
            data = None if body is None else json.dumps(body).encode()
            connection.request(method, path, data, {"Content-Type": "application/json"})
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()

    def messages(self, **query: str) -> list[Row]:
        """Return the ledger, oldest first: `messages(to="+86...", provider="twilio")`."""
        rows: list[Row] = self.control("GET", f"ledger?{urlencode(query)}")["messages"]
        return rows

    def wait_for(
        self, wanted: Callable[[list[Row]], Any], within_seconds: float = 60, **query: str
    ) -> list[Row]:
        """Return the ledger's messages, as soon as `wanted` holds of them.

        Raises:
            TimeoutError: it did not in time; the message shows the last state.
        """
        deadline = time.monotonic() + within_seconds
        while not wanted(rows := self.messages(**query)):
            if time.monotonic() > deadline:
                raise TimeoutError(f"the ledger never came to it: {rows[-3:]}")
            time.sleep(0.02)
        return rows

    def switch(self, fault: str, **options: Any) -> None:
        """Switch a fault on: `switch("drop_after", count=1)`."""
        self.control("PUT", "switches", {"fault": fault, **options})

    def _command(self) -> list[str]:
        ports = ["--port", str(self.port), "--smtp-port", str(self.smtp_port)]
        ports += ["--smpp-port", str(self.smpp_port)]
        ports += ["--cmpp-port", str(self.cmpp_port)]
        journal = [] if self._journal is None else ["--journal", str(self._journal)]
        return [sys.executable, "-m", "sandbox.simulator", *ports, *journal]

    def _variables(self) -> dict[str, str]:
        return {
            **os.environ,
            "DEBUG": "true",
            "SIMULATOR_TWILIO_ACCOUNT_SID": self.account_sid,
            "SIMULATOR_TWILIO_AUTH_TOKEN": self.auth_token,
            "SIMULATOR_ALIYUN_ACCESS_KEY_ID": self.access_key_id,
            "SIMULATOR_ALIYUN_ACCESS_KEY_SECRET": self.access_key_secret,
            "SIMULATOR_SMPP_SYSTEM_ID": self.smpp_system_id,
            "SIMULATOR_SMPP_PASSWORD": self.smpp_password,
            "SIMULATOR_TENCENT_SECRET_ID": self.secret_id,
            "SIMULATOR_TENCENT_SECRET_KEY": self.secret_key,
            "SIMULATOR_CMPP_SOURCE_ADDR": self.cmpp_source_addr,
            "SIMULATOR_CMPP_SHARED_SECRET": self.cmpp_shared_secret,
            "SIMULATOR_WECHAT_APP_ID": self.app_id,
            "SIMULATOR_WECHAT_SECRET": self.secret,
            "SIMULATOR_WECHAT_TOKEN": self.wechat_token,
            "SIMULATOR_WECHAT_AES_KEY": self.wechat_aes_key,
            "SIMULATOR_MINI_PROGRAM_APP_ID": self.mini_app_id,
            "SIMULATOR_MINI_PROGRAM_SECRET": self.mini_secret,
            "SIMULATOR_MINI_PROGRAM_TOKEN": self.mini_token,
            "SIMULATOR_MINI_PROGRAM_AES_KEY": self.mini_aes_key,
            **self._environment,
        }

    def _answers(self) -> bool:
        try:
            return self.request("GET", "/healthz")[0] == 200
        except OSError:
            return False


@contextmanager
def running_simulator(
    *,
    journal: Path | None = None,
    environment: Mapping[str, str] | None = None,
    **config: Any,
) -> Iterator[Simulator]:
    """Yield a simulator on free ports; `config` is what `PUT /control/config` takes.

    Delays are a few milliseconds here, where no person watches.
    """
    simulator = Simulator(journal, environment or {})
    simulator.start()
    try:
        quick = {"sent_ms": 5, "delivered_ms": 10, "callback_retry_ms": 20, "wechat_receipt_ms": 5}
        simulator.control("PUT", "config", {**quick, **config})
        yield simulator
    finally:
        simulator.stop()
