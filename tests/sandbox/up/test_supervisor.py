"""The supervisor: restarts what dies, gives up on what is broken, and leaves nothing behind."""

import os
import signal
import subprocess
import sys
import time

import psutil
import pytest

from sandbox.up import supervisor as supervising
from sandbox.up.supervisor import Supervisor
from tests.product import ROOT, eventually

SLEEPER = [sys.executable, "-c", "import time; time.sleep(600)"]
BROKEN = [sys.executable, "-c", "raise SystemExit('it is broken')"]


@pytest.fixture
def supervisor(tmp_path):
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    with Supervisor(tmp_path / "logs") as running:
        yield running
        running.stop()
    for number, handler in handlers.items():
        signal.signal(number, handler)


def alive(pid):
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


def test_programs_run_with_the_environment_they_are_given(supervisor, tmp_path):
    command = [sys.executable, "-c", "import os; print(os.environ['WORD'])"]
    supervisor.start({"teller": command}, {**os.environ, "WORD": "到账"})
    log = supervisor.log_of("teller")
    assert eventually(lambda: log.read_text(), bool) == "到账\n"
    assert log == tmp_path / "logs" / "teller.log"


def test_stopping_ends_every_program(supervisor):
    supervisor.start({"a": SLEEPER, "b": SLEEPER}, dict(os.environ))
    pids = supervisor.pids()
    assert set(pids) == {"a", "b"}
    assert all(alive(pid) for pid in pids.values())
    supervisor.check_alive()
    supervisor.stop()
    assert not any(alive(pid) for pid in pids.values())
    assert supervisor.pids() == {}


def test_a_program_that_ignores_the_request_is_killed(supervisor, monkeypatch):
    monkeypatch.setattr(supervising, "STOP_WITHIN_SECONDS", 0.5)
    deaf = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
        " print('deaf', flush=True); time.sleep(600)"
    )
    supervisor.start({"deaf": [sys.executable, "-c", deaf]}, dict(os.environ))
    assert eventually(lambda: supervisor.log_of("deaf").read_text(), bool) == "deaf\n"
    pid = supervisor.pids()["deaf"]
    supervisor.stop()
    assert not alive(pid)


def test_a_program_that_does_not_start_is_named_with_its_log(supervisor):
    supervisor.start({"broken": BROKEN}, dict(os.environ))

    def dies():
        try:
            supervisor.check_alive()
        except SystemExit as stop:
            return str(stop)
        return ""

    assert eventually(dies, bool) == (
        f"candor: broken did not start; see {supervisor.log_of('broken')}"
    )
    assert "it is broken" in supervisor.log_of("broken").read_text()


def test_a_program_that_dies_is_started_again_and_its_new_id_is_told(supervisor, capfd):
    supervisor.start({"a": SLEEPER}, dict(os.environ))
    first = supervisor.pids()["a"]
    os.kill(first, signal.SIGKILL)

    class Enough(Exception):
        pass

    def restarted(pids):
        assert pids["a"] != first
        assert alive(pids["a"])
        raise Enough

    with pytest.raises(Enough):
        supervisor.watch(restarted)
    assert "a ended and is started again" in capfd.readouterr().err


def test_a_program_that_keeps_dying_ends_the_whole(supervisor):
    supervisor.start({"broken": BROKEN}, dict(os.environ))
    with pytest.raises(SystemExit, match=r"broken keeps ending; see .*broken\.log"):
        supervisor.watch(lambda pids: None)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_watch_without_an_error(tmp_path, number):
    handlers = {one: signal.getsignal(one) for one in (signal.SIGINT, signal.SIGTERM)}
    reached = []
    with Supervisor(tmp_path) as running:
        running.start({"a": SLEEPER}, dict(os.environ))
        pid = running.pids()["a"]
        try:
            os.kill(os.getpid(), number)
            running.watch(lambda pids: None)
            reached.append("after the signal")
        finally:
            running.stop()
    for one, handler in handlers.items():
        signal.signal(one, handler)
    assert reached == []
    assert not alive(pid)


def test_children_do_not_outlive_a_supervisor_that_is_killed(tmp_path):
    script = (
        "import os, sys\n"
        "from pathlib import Path\n"
        "from sandbox.up.supervisor import Supervisor\n"
        "with Supervisor(Path(sys.argv[1])) as running:\n"
        "    running.start({'a': [sys.executable, '-c',"
        " 'import time; time.sleep(600)']}, dict(os.environ))\n"
        "    print(running.pids()['a'], flush=True)\n"
        "    running.watch(lambda pids: None)\n"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path)], stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    child = int(parent.stdout.readline())
    assert alive(child)
    parent.kill()
    parent.wait()
    parent.stdout.close()
    deadline = time.monotonic() + 20
    while alive(child) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not alive(child)
