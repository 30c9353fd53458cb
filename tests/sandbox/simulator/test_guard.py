"""Where the simulator refuses to run, and to whom it refuses to post."""

import os
import subprocess
import sys

import pytest

from sandbox.simulator.guard import Refused, check_environment, is_loopback, may_call
from sandbox.simulator.settings import Settings
from tests.product import ROOT


def run(arguments: list[str], **environment: str) -> subprocess.CompletedProcess[str]:
    hidden = ("DEBUG", "TWILIO_", "ALIYUN_", "WECHAT_", "SIMULATOR_")
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(hidden)}
    return subprocess.run(
        [sys.executable, "-m", "sandbox.simulator", *arguments],
        cwd=ROOT,
        env={**inherited, **environment},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def test_the_simulator_ends_at_once_beside_a_real_credential(subtests: pytest.Subtests) -> None:
    for name in [
        "TWILIO_AUTH_TOKEN",
        "TWILIO_AUTH_TOKEN_FILE",
        "ALIYUN_SMS_ACCESS_KEY_SECRET",
        "ALIYUN_SMS_ACCESS_KEY_SECRET_FILE",
        "WECHAT_SECRET",
        "WECHAT_SECRET_FILE",
    ]:
        with subtests.test(name=name):
            ended = run([], DEBUG="false", **{name: "secret-value"})
            assert ended.returncode == 2
            assert len(ended.stderr.splitlines()) == 1
            assert f"{name} is set and DEBUG is off" in ended.stderr
            assert "secret-value" not in ended.stderr


def test_debug_allows_credentials(subtests: pytest.Subtests) -> None:
    for debug in ["true", "1", "yes", "TRUE"]:
        with subtests.test(debug=debug):
            check_environment({"DEBUG": debug, "TWILIO_AUTH_TOKEN": "x"}, "127.0.0.1")


def test_anything_but_yes_is_debug_off(subtests: pytest.Subtests) -> None:
    for debug in ["", "false", "0", "off", "maybe"]:
        with subtests.test(debug=debug), pytest.raises(Refused, match="TWILIO_AUTH_TOKEN"):
            check_environment({"DEBUG": debug, "TWILIO_AUTH_TOKEN": "x"}, "127.0.0.1")


def test_the_simulator_does_not_listen_to_other_machines() -> None:
    ended = run(["--host", "0.0.0.0"])  # noqa: S104 - refused is what is tested
    assert ended.returncode == 2
    assert "not a loopback address" in ended.stderr


def test_loopback_is_recognised(subtests: pytest.Subtests) -> None:
    for host, loopback in [
        ("127.0.0.1", True),
        ("127.8.9.10", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),  # noqa: S104 - only asked about
        ("192.168.1.5", False),
        ("example.com", False),
        ("localhost.example.com", False),
        ("", False),
    ]:
        with subtests.test(host=host, loopback=loopback):
            assert is_loopback(host) is loopback


def test_only_this_machine_may_be_called(subtests: pytest.Subtests) -> None:
    for url, allowed in [
        ("http://127.0.0.1:8000/hooks/", True),
        ("http://localhost:8000/hooks/?a=1", True),
        ("http://[::1]:8000/", True),
        ("https://127.0.0.1/", True),
        ("https://example.com/", False),
        ("http://127.0.0.1@example.com/", False),
        ("http://127.0.0.1.example.com/", False),
        ("http://169.254.169.254/", False),
        ("ftp://127.0.0.1/", False),
        ("file:///x", False),
        ("http://[::1", False),
        ("", False),
    ]:
        with subtests.test(url=url, allowed=allowed):
            assert may_call(url) is allowed


def test_a_callback_url_beyond_this_machine_stops_the_start() -> None:
    ended = run([], SIMULATOR_TWILIO_INBOUND_URL="https://example.com/inbound/")
    assert ended.returncode == 2
    assert "twilio_inbound_url must be a URL of this machine" in ended.stderr


def test_a_bad_change_changes_nothing(subtests: pytest.Subtests) -> None:
    for change in [
        {"unheard_of": 1},
        {"change": 1},
        {"sent_ms": "5"},
        {"sent_ms": -5},
        {"sent_ms": True},
        {"stop_words": "STOP"},
        {"stop_words": [1]},
        {"wechat_callback_url": "https://example.com/"},
        {"aliyun_report_url": "https://example.com/"},
    ]:
        with subtests.test(change=change):
            settings = Settings()
            with pytest.raises(ValueError, match=r"setting|must be"):
                settings.change({"delivered_ms": 1, **change})
            assert settings == Settings()
