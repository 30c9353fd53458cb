"""The demonstration's environment: secrets of its own, kept private, and the simulator."""

import json

import pytest

from sandbox.simulator.settings import Settings
from sandbox.up import main as starting
from sandbox.up.demo import demo_environment, write_demo_json
from sandbox.up.processes import Ports, programs
from statuspage.lib.env import ConfigurationError

PORTS = Ports(web=8000, simulator=8001)


@pytest.fixture
def environment(tmp_path):
    (tmp_path / "demo_staff.json").write_text(json.dumps({"staff": [], "api_token": "t"}))
    return {
        **demo_environment(tmp_path, PORTS),
        "DATABASE_URL": "postgresql:///x",
        "REDIS_URL": "redis:///0",
    }


def test_every_provider_is_the_simulator_on_this_machine(environment):
    urls = (
        "TWILIO_BASE_URL",
        "ALIYUN_SMS_ENDPOINT",
        "WECHAT_BASE_URL",
        "WECOM_BASE_URL",
    )
    for name in urls:
        assert environment[name] == "http://127.0.0.1:8001"
    assert environment["ROBOT_RELAY_URL"] == "http://127.0.0.1:8001/relay"
    assert (environment["EMAIL_HOST"], environment["EMAIL_PORT"]) == ("127.0.0.1", "8002")
    assert environment["SITE_URL"] == "http://127.0.0.1:8000"


def test_the_simulator_knows_the_same_accounts(environment):
    for ours, theirs in (
        ("TWILIO_ACCOUNT_SID", "SIMULATOR_TWILIO_ACCOUNT_SID"),
        ("TWILIO_AUTH_TOKEN", "SIMULATOR_TWILIO_AUTH_TOKEN"),
        ("ALIYUN_SMS_ACCESS_KEY_ID", "SIMULATOR_ALIYUN_ACCESS_KEY_ID"),
        ("ALIYUN_SMS_ACCESS_KEY_SECRET", "SIMULATOR_ALIYUN_ACCESS_KEY_SECRET"),
        ("CMPP_SHARED_SECRET", "SIMULATOR_CMPP_SHARED_SECRET"),
        ("SMPP_SYSTEM_ID", "SIMULATOR_SMPP_SYSTEM_ID"),
        ("SMPP_PASSWORD", "SIMULATOR_SMPP_PASSWORD"),
        ("WECHAT_APP_ID", "SIMULATOR_WECHAT_APP_ID"),
        ("WECHAT_SECRET", "SIMULATOR_WECHAT_SECRET"),
        ("WECHAT_CALLBACK_TOKEN", "SIMULATOR_WECHAT_TOKEN"),
        ("WECHAT_ENCODING_AES_KEY", "SIMULATOR_WECHAT_AES_KEY"),
    ):
        assert environment[ours] == environment[theirs]


def test_the_gateways_ports_are_those_on_which_the_simulator_listens(environment, tmp_path):
    simulator = programs(PORTS, tmp_path)["simulator"]
    for protocol, port in (("cmpp", "8003"), ("smpp", "8004")):
        assert environment[f"{protocol.upper()}_PORT"] == port
        assert simulator[simulator.index(f"--{protocol}-port") + 1] == port


def test_secrets_are_made_once_and_differ_between_machines(tmp_path, environment):
    again = demo_environment(tmp_path, PORTS)
    assert again["TWILIO_AUTH_TOKEN"] == environment["TWILIO_AUTH_TOKEN"]
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    other = demo_environment(elsewhere, PORTS)
    assert other["TWILIO_AUTH_TOKEN"] != environment["TWILIO_AUTH_TOKEN"]


def test_the_second_sms_provider_knows_where_to_report_and_waits_to_be_asked_for(environment):
    token = environment["ALIYUN_SMS_CALLBACK_TOKEN"]
    assert len(token) == 32
    for kind in ("report", "inbound"):
        url = environment[f"SIMULATOR_ALIYUN_{kind.upper()}_URL"]
        assert url == f"http://127.0.0.1:8000/hooks/aliyun/{kind}/?token={token}"
        cloud = environment[f"SIMULATOR_TENCENT_{kind.upper()}_URL"]
        assert cloud == f"http://127.0.0.1:8000/hooks/tencent/{kind}/?token={token}"
    assert environment["SMS_PROVIDERS"] == "twilio"
    assert len(Settings().aliyun_templates) == 2


def test_an_older_demonstration_gets_the_keys_of_a_newer_provider(tmp_path, environment):
    kept = json.loads((tmp_path / "simulator.json").read_text())
    del kept["access_key_id"], kept["access_key_secret"], kept["push_token"]
    (tmp_path / "simulator.json").write_text(json.dumps(kept))
    again = demo_environment(tmp_path, PORTS)
    assert again["TWILIO_AUTH_TOKEN"] == environment["TWILIO_AUTH_TOKEN"]
    assert again["ALIYUN_SMS_ACCESS_KEY_SECRET"]
    assert demo_environment(tmp_path, PORTS) == again


def test_what_it_writes_is_for_its_owner_alone(tmp_path, environment):
    write_demo_json(tmp_path, PORTS, environment, {"web": 1})
    for name in ("demo.json", "simulator.json"):
        assert (tmp_path / name).stat().st_mode & 0o077 == 0
    assert not list(tmp_path.glob("*.part"))


def test_demo_json_has_the_agreed_shape(tmp_path, environment):
    write_demo_json(tmp_path, PORTS, environment, {"web": 1, "worker": 2})
    written = json.loads((tmp_path / "demo.json").read_text())
    assert written == {
        "url": "http://127.0.0.1:8000",
        "console_url": "http://127.0.0.1:8000/console/",
        "staff": [],
        "api_token": "t",
        "database_url": "postgresql:///x",
        "redis_url": "redis:///0",
        "pids": {"web": 1, "worker": 2},
        "simulator": {
            "url": "http://127.0.0.1:8001",
            "twilio": {
                "account_sid": environment["TWILIO_ACCOUNT_SID"],
                "auth_token": environment["TWILIO_AUTH_TOKEN"],
            },
            "aliyun": {
                "access_key_id": environment["ALIYUN_SMS_ACCESS_KEY_ID"],
                "access_key_secret": environment["ALIYUN_SMS_ACCESS_KEY_SECRET"],
            },
            "wechat": {
                "app_id": environment["WECHAT_APP_ID"],
                "secret": environment["WECHAT_SECRET"],
            },
        },
    }


def test_the_real_environment_comes_before_the_demonstrations(tmp_path, monkeypatch):
    monkeypatch.setenv("OPERATOR_NAME", "另一家支付")
    monkeypatch.setenv("TWILIO_FROM", "+12025550100")
    urls = {"database_url": "postgresql:///x", "redis_url": "redis:///0"}
    environment = starting._environment(urls, tmp_path, PORTS)
    assert environment["OPERATOR_NAME"] == "另一家支付"
    assert environment["TWILIO_FROM"] == "+12025550100"
    assert environment["DATABASE_URL"] == "postgresql:///x"
    assert json.loads((tmp_path / "engines.json").read_text()) == urls


def test_the_programs_are_those_that_demo_json_names(tmp_path):
    commands = {name: " ".join(one) for name, one in programs(PORTS, tmp_path).items()}
    assert set(commands) == {"web", "worker", "beat", "simulator"}
    assert "--host 127.0.0.1 --port 8000" in commands["web"]
    assert "--smtp-port 8002" in commands["simulator"]


@pytest.mark.parametrize("value", ["eight", "0", "-1"])
def test_a_port_that_is_no_port_is_named(monkeypatch, tmp_path, value):
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.setenv("PORT", value)
    with pytest.raises(ConfigurationError, match="PORT"):
        starting.up()
    assert list(tmp_path.iterdir()) == []
