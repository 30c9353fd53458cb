"""Settings of the simulator: from its environment at start, by the control API later."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from sandbox.simulator.guard import may_call

LARGEST: Final = 2**31 - 1
URLS: Final = frozenset(
    {
        "mail_returned_url",
        *("twilio_inbound_url", "wechat_callback_url", "mini_program_callback_url"),
        *("aliyun_report_url", "aliyun_inbound_url", "aliyun_voice_report_url"),
        *("tencent_report_url", "tencent_inbound_url"),
    }
)


@dataclass
class Settings:
    """Times ending in `_ms` are milliseconds, in `_seconds` seconds.

    The defaults are the providers' documented limits, except the delays of a message's life, which
    are short so that a person watching the phone page sees them pass.
    """

    twilio_account_sid: str = ""
    twilio_auth_token: str = ""
    twilio_inbound_url: str = ""
    # The number that a messaging service picks to send from.
    twilio_service_sender: str = "+15005550006"
    # Whole messages that Twilio itself takes as opting out and in again, in any case
    # (twilio.com/docs/messaging/tutorials/advanced-opt-out, the default keywords).
    stop_words: list[str] = field(
        default_factory=lambda: [
            *("STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT")
        ]
    )
    start_words: list[str] = field(default_factory=lambda: ["START", "YES", "UNSTOP"])
    sent_ms: int = 100
    delivered_ms: int = 200
    callback_retries: int = 3
    callback_retry_ms: int = 1000
    # Whether the fragment of a URL of Twilio's counts, and not `callback_retries`.
    connection_overrides: bool = True
    aliyun_access_key_id: str = ""
    aliyun_access_key_secret: str = ""
    aliyun_report_url: str = ""
    aliyun_inbound_url: str = ""
    # Empty: every signature is approved.
    aliyun_sign_names: list[str] = field(default_factory=list)
    # The approved templates, each as `code=words`.
    aliyun_templates: list[str] = field(
        default_factory=lambda: [
            "SMS_100000001=${what}。${body}（公告${number}号 验真码${code}）${next}",
            "SMS_100000002=Service notice: ${what}. ${body} (No. ${number}, ${code}) ${next}",
        ]
    )
    aliyun_variable_length: int = 35
    # Where mails come back to, as a mail server's pipe posts them.
    mail_returned_url: str = ""
    # The approved texts that are spoken, each as `code=words`.
    aliyun_voice_templates: list[str] = field(
        default_factory=lambda: [
            "TTS_100000001=这里是${operator}。${news}${next}"
            "确认已收听请按 1，不再接听此类来电请按 9。",
            "TTS_100000002=This is ${operator}. ${news} ${next} To confirm that you have heard "
            "this, press 1. For no more calls, press 9.",
        ]
    )
    aliyun_voice_variable_length: int = 60
    aliyun_voice_report_url: str = ""
    # How long a phone rings that nobody answers.
    voice_ring_ms: int = 30_000
    smpp_system_id: str = ""
    smpp_password: str = ""
    # How ids are written: same, hex_then_decimal or decimal_then_hex (in answers, then receipts).
    smpp_ids: str = "same"
    # What receipts consist of: text, options or both.
    smpp_receipts: str = "both"
    # What has no answer after so long is sent again.
    smpp_resend_ms: int = 60_000
    tencent_secret_id: str = ""
    tencent_secret_key: str = ""
    tencent_sdk_app_id: str = "1400000001"
    tencent_report_url: str = ""
    tencent_inbound_url: str = ""
    # Empty: every signature is approved.
    tencent_sign_names: list[str] = field(default_factory=list)
    # Approved templates beside those that were registered, each as `id=words`.
    tencent_templates: list[str] = field(default_factory=list)
    # Of an account of a person; 0: a firm's, without a limit.
    tencent_variable_length: int = 0
    cmpp_source_addr: str = ""
    cmpp_shared_secret: str = ""
    # CMPP 3.0, chapter 5: T, after which what has no answer is sent again; and C, the silence
    # after which a connection is tested.
    cmpp_resend_ms: int = 60_000
    cmpp_active_test_ms: int = 180_000
    wechat_app_id: str = ""
    wechat_secret: str = ""
    wechat_token: str = ""
    # Empty: callbacks go out in clear text, else encrypted as in safe mode.
    wechat_aes_key: str = ""
    wechat_callback_url: str = ""
    mini_program_app_id: str = ""
    mini_program_secret: str = ""
    mini_program_token: str = ""
    mini_program_aes_key: str = ""
    mini_program_callback_url: str = ""
    # The accounts lack the right to call anything (48001).
    wechat_unauthorised: bool = False
    # Empty: every well-formed template id is known.
    wechat_template_ids: list[str] = field(default_factory=list)
    wechat_token_seconds: int = 7200
    wechat_old_token_seconds: int = 300
    wechat_forced_interval_seconds: int = 30
    wechat_forced_a_day: int = 20
    wechat_daily_quota: int = 100_000
    wechat_repeat_seconds: int = 600
    wechat_repeat_errcode: int = 45065
    wechat_receipt_ms: int = 200
    # Empty: every well-formed key is a robot's.
    wecom_keys: list[str] = field(default_factory=list)
    wecom_per_minute: int = 20
    # Robots that were removed, each as `service:token`.
    group_gone: list[str] = field(default_factory=list)
    # A word that every text to a robot must contain, each as `service:token=word`.
    group_keywords: list[str] = field(default_factory=list)
    # DingTalk's signing secrets, each as `token=SEC…`.
    group_secrets: list[str] = field(default_factory=list)
    # 0: the service's own limit.
    group_per_minute: int = 0

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> "Settings":
        """Read `SIMULATOR_<NAME>` for every text setting, such as SIMULATOR_TWILIO_AUTH_TOKEN.

        Raises:
            ValueError: a callback URL is not on this machine.
        """
        settings = cls()
        texts = [item.name for item in dataclasses.fields(cls) if item.type is str]
        given = {name: environ.get(f"SIMULATOR_{name.upper()}", "").strip() for name in texts}
        settings.change({name: value for name, value in given.items() if value})
        return settings

    def change(self, values: Mapping[str, Any]) -> None:
        """Set some of them, or none when one is wrong.

        Raises:
            ValueError: there is no such setting, its type is another, or a callback URL is not
                on this machine.
        """
        known = {item.name for item in dataclasses.fields(self)}
        for name, value in values.items():
            if name not in known:
                raise ValueError(f"there is no setting {name}")
            self._check(name, value)
        for name, value in values.items():
            setattr(self, name, value)

    def _check(self, name: str, value: Any) -> None:
        kind = type(getattr(self, name))
        if type(value) is not kind or (kind is int and not 0 <= value <= LARGEST):
            raise ValueError(f"{name} must be of type {kind.__name__}, from 0 to {LARGEST}")
        if kind is list and not all(isinstance(item, str) for item in value):
            raise ValueError(f"{name} must be a list of texts")
        if name in URLS and value and not may_call(value):
            raise ValueError(f"{name} must be a URL of this machine, such as http://127.0.0.1:8000")
