"""The demonstration's environment: secrets of its own, and providers that are the simulator."""

import json
import secrets
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final, NamedTuple

from sandbox.up.processes import Ports

# One merchant of the demonstration follows the WeChat account, on the phone that is named.
DEMO_FOLLOWER: Final = "oDemoMerchant000000000000001"
FOLLOWERS_PHONE: Final = "+8613800138001"
CONTENT: Final = (
    "业务：{{thing1.DATA}}\n状态：{{phrase2.DATA}}\n时间：{{time3.DATA}}\n说明：{{thing4.DATA}}\n"
)
DEMO_TEMPLATES: Final = (
    {"template_id": "demo-template", "title": "业务状态通知", "content": CONTENT},
    {
        "template_id": "demo-amount-template",
        "title": "款项发放通知",
        "content": "业务：{{thing1.DATA}}\n金额：{{amount2.DATA}}\n日期：{{date3.DATA}}\n",
    },
    {
        "template_id": "demo-mini-template",
        "title": "业务状态提醒",
        "content": CONTENT,
        "account": "mini_program",
        "type": 2,
    },
)


class _Sandbox(NamedTuple):
    """What the settings of the demonstration are made from."""

    keys: dict[str, str]
    web: str
    simulator: str
    ports: Ports

    def pushed(self, path: str) -> str:
        """Return the address at which the site takes what a provider without signatures says."""
        return f"{self.web}/hooks/{path}/?token={self.keys['push_token']}"


def demo_environment(data_dir: Path, ports: Ports) -> dict[str, str]:
    """Return settings for a first look; anything set in the real environment takes precedence."""
    sandbox = _Sandbox(
        _provider_keys(data_dir / "simulator.json"),
        f"http://127.0.0.1:{ports.web}",
        f"http://127.0.0.1:{ports.simulator}",
        ports,
    )
    return {name: value for part in PARTS for name, value in part(sandbox).items()}


def _site(sandbox: _Sandbox) -> dict[str, str]:
    return {
        "DEBUG": "true",
        "SITE_URL": sandbox.web,
        # The log has the same name on any port.
        "LOG_ORIGIN": "status.demo.example/log",
        # The clouds wait to be asked for, so that a first look finds every SMS at one provider.
        "SMS_PROVIDERS": "twilio",
        # Anyone who tries it at night wants to see the message arrive.
        "QUIET_HOURS": "",
    }


def _twilio(sandbox: _Sandbox) -> dict[str, str]:
    account, token = sandbox.keys["account_sid"], sandbox.keys["auth_token"]
    return {
        "TWILIO_BASE_URL": sandbox.simulator,
        "TWILIO_ACCOUNT_SID": account,
        "TWILIO_AUTH_TOKEN": token,
        "TWILIO_FROM": "+15005550006",
        "SIMULATOR_TWILIO_ACCOUNT_SID": account,
        "SIMULATOR_TWILIO_AUTH_TOKEN": token,
        "SIMULATOR_TWILIO_INBOUND_URL": f"{sandbox.web}/hooks/twilio/inbound/#rc=5&rp=all",
    }


def _aliyun(sandbox: _Sandbox) -> dict[str, str]:
    key, secret = sandbox.keys["access_key_id"], sandbox.keys["access_key_secret"]
    return {
        "ALIYUN_SMS_ENDPOINT": sandbox.simulator,
        "ALIYUN_SMS_ACCESS_KEY_ID": key,
        "ALIYUN_SMS_ACCESS_KEY_SECRET": secret,
        "ALIYUN_SMS_CALLBACK_TOKEN": sandbox.keys["push_token"],
        # Phones ring with TWILIO_VOICE_FROM=+15005550006 or ALIYUN_VOICE_TTS_CODE=TTS_100000001.
        "ALIYUN_VOICE_ENDPOINT": sandbox.simulator,
        "ALIYUN_VOICE_ACCESS_KEY_ID": key,
        "ALIYUN_VOICE_ACCESS_KEY_SECRET": secret,
        "ALIYUN_VOICE_CALLBACK_TOKEN": sandbox.keys["push_token"],
        "SIMULATOR_ALIYUN_ACCESS_KEY_ID": key,
        "SIMULATOR_ALIYUN_ACCESS_KEY_SECRET": secret,
        "SIMULATOR_ALIYUN_REPORT_URL": sandbox.pushed("aliyun/report"),
        "SIMULATOR_ALIYUN_VOICE_REPORT_URL": sandbox.pushed("aliyun_voice"),
        "SIMULATOR_ALIYUN_INBOUND_URL": sandbox.pushed("aliyun/inbound"),
    }


def _tencent(sandbox: _Sandbox) -> dict[str, str]:
    key, secret = sandbox.keys["secret_id"], sandbox.keys["secret_key"]
    return {
        "TENCENT_SMS_ENDPOINT": sandbox.simulator,
        "TENCENT_SMS_SECRET_ID": key,
        "TENCENT_SMS_SECRET_KEY": secret,
        "TENCENT_SMS_SDK_APP_ID": "1400000001",
        "TENCENT_SMS_CALLBACK_TOKEN": sandbox.keys["push_token"],
        "SIMULATOR_TENCENT_SECRET_ID": key,
        "SIMULATOR_TENCENT_SECRET_KEY": secret,
        "SIMULATOR_TENCENT_REPORT_URL": sandbox.pushed("tencent/report"),
        "SIMULATOR_TENCENT_INBOUND_URL": sandbox.pushed("tencent/inbound"),
    }


def _cmpp(sandbox: _Sandbox) -> dict[str, str]:
    account, secret = sandbox.keys["cmpp_account"], sandbox.keys["cmpp_secret"]
    return {
        # No CMPP_HOST: with CMPP_HOST=127.0.0.1 and SMS_PROVIDERS=cmpp all SMS go this way.
        "CMPP_PORT": str(sandbox.ports.cmpp),
        "CMPP_SOURCE_ADDR": account,
        "CMPP_SHARED_SECRET": secret,
        "CMPP_SRC_ID": "10690001",
        "SIMULATOR_CMPP_SOURCE_ADDR": account,
        "SIMULATOR_CMPP_SHARED_SECRET": secret,
    }


def _smpp(sandbox: _Sandbox) -> dict[str, str]:
    password = sandbox.keys["smpp_password"]
    return {
        # Nor SMPP_HOST: with SMPP_HOST=127.0.0.1 and SMS_PROVIDERS=smpp all SMS go this way.
        "SMPP_PORT": str(sandbox.ports.smpp),
        "SMPP_SYSTEM_ID": "candor",
        "SMPP_PASSWORD": password,
        "SMPP_SOURCE_ADDR": "10690001",
        "SIMULATOR_SMPP_SYSTEM_ID": "candor",
        "SIMULATOR_SMPP_PASSWORD": password,
    }


def _wechat(sandbox: _Sandbox) -> dict[str, str]:
    keys = sandbox.keys
    return {
        "WECHAT_BASE_URL": sandbox.simulator,
        "WECHAT_APP_ID": keys["app_id"],
        "WECHAT_SECRET": keys["secret"],
        "WECHAT_TEMPLATE_ID": "demo-template",
        "WECHAT_CALLBACK_TOKEN": keys["callback_token"],
        "WECHAT_ENCODING_AES_KEY": keys["aes_key"],
        "SIMULATOR_WECHAT_APP_ID": keys["app_id"],
        "SIMULATOR_WECHAT_SECRET": keys["secret"],
        "SIMULATOR_WECHAT_TOKEN": keys["callback_token"],
        "SIMULATOR_WECHAT_AES_KEY": keys["aes_key"],
        "SIMULATOR_WECHAT_CALLBACK_URL": f"{sandbox.web}/hooks/wechat/",
    }


def _mini_program(sandbox: _Sandbox) -> dict[str, str]:
    keys = sandbox.keys
    return {
        "MINI_PROGRAM_APP_ID": keys["mini_app_id"],
        "MINI_PROGRAM_SECRET": keys["mini_secret"],
        "MINI_PROGRAM_TEMPLATE_ID": "demo-mini-template",
        "MINI_PROGRAM_CALLBACK_TOKEN": keys["mini_token"],
        "MINI_PROGRAM_ENCODING_AES_KEY": keys["mini_aes_key"],
        "SIMULATOR_MINI_PROGRAM_APP_ID": keys["mini_app_id"],
        "SIMULATOR_MINI_PROGRAM_SECRET": keys["mini_secret"],
        "SIMULATOR_MINI_PROGRAM_TOKEN": keys["mini_token"],
        "SIMULATOR_MINI_PROGRAM_AES_KEY": keys["mini_aes_key"],
        "SIMULATOR_MINI_PROGRAM_CALLBACK_URL": f"{sandbox.web}/hooks/mini_program/",
    }


def _email(sandbox: _Sandbox) -> dict[str, str]:
    return {
        "EMAIL_HOST": "127.0.0.1",
        "EMAIL_PORT": str(sandbox.ports.smtp),
        "EMAIL_BOUNCE_TOKEN": sandbox.keys["push_token"],
        "SIMULATOR_MAIL_RETURNED_URL": sandbox.pushed("email"),
    }


def _robots(sandbox: _Sandbox) -> dict[str, str]:
    return {
        "WECOM_BASE_URL": sandbox.simulator,
        "ROBOT_RELAY_URL": f"{sandbox.simulator}/relay",
        "WEBHOOK_ALLOW_PRIVATE": "true",
    }


PARTS: Final[tuple[Callable[[_Sandbox], dict[str, str]], ...]] = (
    *(_site, _twilio, _aliyun, _tencent, _cmpp, _smpp),
    *(_wechat, _mini_program, _email, _robots),
)


def introduce_follower(ports: Ports) -> None:
    """Let the simulator know who follows the account, and which templates it has.

    It refuses strangers, and what does not fit its templates, as WeChat does.
    """
    follower = {"openid": DEMO_FOLLOWER, "phone": FOLLOWERS_PHONE, "event": False}
    _tell_simulator(ports, "POST", "wechat/followers", follower)
    _tell_simulator(ports, "PUT", "wechat/templates", {"templates": [*DEMO_TEMPLATES]})


def _tell_simulator(ports: Ports, method: str, path: str, body: Mapping[str, object]) -> None:
    request = urllib.request.Request(
        f"http://127.0.0.1:{ports.simulator}/control/{path}",
        data=json.dumps(body).encode(),
        method=method,
    )
    urllib.request.urlopen(request, timeout=10).close()  # noqa: S310 - our own simulator


def write_demo_json(
    data_dir: Path, ports: Ports, environment: dict[str, str], pids: dict[str, int]
) -> None:
    """Write DATA_DIR/demo.json, with everything a newcomer or an outside test needs to sign in."""
    people = json.loads((data_dir / "demo_staff.json").read_text(encoding="utf-8"))
    url = f"http://127.0.0.1:{ports.web}"
    _write_private(
        data_dir / "demo.json",
        {
            "url": url,
            "console_url": f"{url}/console/",
            "staff": people["staff"],
            "api_token": people["api_token"],
            "database_url": environment["DATABASE_URL"],
            "redis_url": environment["REDIS_URL"],
            "pids": pids,
            "simulator": {
                "url": f"http://127.0.0.1:{ports.simulator}",
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
        },
    )


def _provider_keys(path: Path) -> dict[str, str]:
    """Return the provider keys, made once so that a restart keeps the simulator's phones."""
    made = {
        "account_sid": f"AC{secrets.token_hex(16)}",
        "auth_token": secrets.token_hex(16),
        "access_key_id": f"LTAI{secrets.token_hex(8)}",
        "access_key_secret": secrets.token_hex(16),
        "push_token": secrets.token_hex(16),
        "cmpp_account": f"{secrets.randbelow(10**6):06d}",
        "cmpp_secret": secrets.token_hex(16),
        # SMPP's field holds eight characters.
        "smpp_password": secrets.token_hex(4),
        "secret_id": f"AKID{secrets.token_hex(8)}",
        "secret_key": secrets.token_hex(16),
        "app_id": f"wx{secrets.token_hex(8)}",
        "secret": secrets.token_hex(16),
        "callback_token": secrets.token_hex(8),
        "aes_key": secrets.token_hex(22)[:43],
        "mini_app_id": f"wx{secrets.token_hex(8)}",
        "mini_secret": secrets.token_hex(16),
        "mini_token": secrets.token_hex(8),
        "mini_aes_key": secrets.token_hex(22)[:43],
    }
    kept: dict[str, str] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    # An older demonstration may have been made without the keys of a newer provider.
    keys = {**made, **kept}
    if keys != kept:
        _write_private(path, keys)
    return keys


def _write_private(path: Path, content: dict[str, object] | dict[str, str]) -> None:
    """Write a file atomically, readable by its owner only, because it holds secrets."""
    part = path.with_suffix(".part")
    part.touch(mode=0o600)
    part.write_text(json.dumps(content, indent=2, ensure_ascii=False), encoding="utf-8")
    part.replace(path)
