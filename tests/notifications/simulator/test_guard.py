"""Where the simulator refuses to run, and to whom it refuses to post."""

import os
import socket
import subprocess
import sys

import pytest

from notifications.simulator.guard import Refused, check_environment, is_loopback, may_call
from notifications.simulator.settings import Settings
from notifications.simulator.testing import ROOT, free_port


def run(arguments: list[str], **environment: str) -> subprocess.CompletedProcess[str]:
    hidden = ("DEBUG", "TWILIO_", "ALIYUN_", "WECHAT_", "SIMULATOR_")
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(hidden)}
    return subprocess.run(
        [sys.executable, "-m", "notifications.simulator", *arguments],
        cwd=ROOT,
        env={**inherited, **environment},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


@pytest.mark.parametrize(
    "name",
    [
        "TWILIO_AUTH_TOKEN",
        "TWILIO_AUTH_TOKEN_FILE",
        "ALIYUN_SMS_ACCESS_KEY_SECRET",
        "ALIYUN_SMS_ACCESS_KEY_SECRET_FILE",
        "WECHAT_SECRET",
        "WECHAT_SECRET_FILE",
    ],
)
def test_it_ends_at_once_beside_a_real_credential(name: str) -> None:
    ended = run([], DEBUG="false", **{name: "secret-value"})
    assert ended.returncode == 2
    assert len(ended.stderr.splitlines()) == 1
    assert f"{name} is set and DEBUG is off" in ended.stderr
    assert "secret-value" not in ended.stderr


@pytest.mark.parametrize("debug", ["true", "1", "yes", "TRUE"])
def test_debug_allows_credentials(debug: str) -> None:
    check_environment({"DEBUG": debug, "TWILIO_AUTH_TOKEN": "x"}, "127.0.0.1")


@pytest.mark.parametrize("debug", ["", "false", "0", "off", "maybe"])
def test_anything_but_yes_is_debug_off(debug: str) -> None:
    with pytest.raises(Refused, match="TWILIO_AUTH_TOKEN"):
        check_environment({"DEBUG": debug, "TWILIO_AUTH_TOKEN": "x"}, "127.0.0.1")


def test_empty_credentials_are_none() -> None:
    check_environment({"TWILIO_AUTH_TOKEN": " ", "WECHAT_SECRET": ""}, "127.0.0.1")


def test_it_does_not_listen_to_other_machines() -> None:
    ended = run(["--host", "0.0.0.0"])  # noqa: S104 - refused is what is tested
    assert ended.returncode == 2
    assert "not a loopback address" in ended.stderr


def test_debug_allows_other_addresses() -> None:
    check_environment({"DEBUG": "true"}, "192.168.1.5")


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("127.0.0.1", True),
        ("127.8.9.10", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),  # noqa: S104 - only asked about
        ("192.168.1.5", False),
        ("example.com", False),
        ("localhost.example.com", False),
        ("", False),
    ],
)
def test_loopback_is_recognised(host: str, loopback: bool) -> None:
    assert is_loopback(host) is loopback


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
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
    ],
)
def test_only_this_machine_may_be_called(url: str, allowed: bool) -> None:
    assert may_call(url) is allowed


def test_a_callback_url_beyond_this_machine_stops_the_start() -> None:
    ended = run([], SIMULATOR_TWILIO_INBOUND_URL="https://example.com/inbound/")
    assert ended.returncode == 2
    assert "twilio_inbound_url must be a URL of this machine" in ended.stderr


def test_a_taken_port_is_said_in_one_line() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        ended = run(["--port", str(taken.getsockname()[1])])
    assert ended.returncode == 1
    assert "address already in use" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_missing_mail_library_is_said_in_one_line() -> None:
    program = (
        "import sys, runpy; sys.modules['aiosmtpd.smtp'] = None; "
        f"sys.argv = ['x', '--port', '{free_port()}', '--smtp-port', '{free_port()}']; "
        "runpy.run_module('notifications.simulator', run_name='__main__')"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={**os.environ, "DEBUG": "true"},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert ended.returncode == 1
    assert "--smtp-port needs aiosmtpd" in ended.stderr


def test_settings_are_read_from_the_environment() -> None:
    settings = Settings.from_environment(
        {
            "SIMULATOR_TWILIO_ACCOUNT_SID": "AC1",
            "SIMULATOR_WECHAT_TOKEN": " token ",
            "SIMULATOR_WECHAT_CALLBACK_URL": "http://127.0.0.1:8000/hooks/wechat/",
        }
    )
    assert settings.twilio_account_sid == "AC1"
    assert settings.wechat_token == "token"
    assert settings.wechat_callback_url == "http://127.0.0.1:8000/hooks/wechat/"


@pytest.mark.parametrize(
    "change",
    [
        {"unheard_of": 1},
        {"change": 1},
        {"sent_ms": "5"},
        {"sent_ms": -5},
        {"sent_ms": True},
        {"stop_words": "STOP"},
        {"stop_words": [1]},
        {"wechat_callback_url": "https://example.com/"},
        {"aliyun_report_url": "https://example.com/"},
    ],
)
def test_a_bad_change_changes_nothing(change: dict[str, object]) -> None:
    settings = Settings()
    with pytest.raises(ValueError, match=r"setting|must be"):
        settings.change({"delivered_ms": 1, **change})
    assert settings == Settings()
