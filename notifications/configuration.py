"""Settings of delivery and of the channels, read from the environment; part of the settings."""

from typing import Final

from notifications.delivery.moments import Moment
from notifications.escalation.chain import Level, read_chain
from statuspage.env import ConfigurationError, Env

_env: Final = Env()
_DEVELOPMENT: Final = _env.flag("DEBUG", False)


def _chain(name: str, default: str) -> list[Level]:
    """A chain of reminders; one that is set and empty reminds nobody."""
    value = _env.raw(name)
    return read_chain(name, default if value is None else value)


# -- Delivery ---------------------------------------------------------------------------------
DELIVERY_BATCH = _env.integer("DELIVERY_BATCH", 1024, minimum=1)
DELIVERY_LEASE_SECONDS = _env.integer("DELIVERY_LEASE_SECONDS", 60, minimum=5)
DELIVERY_TIMEOUT_SECONDS = _env.number("DELIVERY_TIMEOUT_SECONDS", 15.0, minimum=0.1)
if DELIVERY_LEASE_SECONDS <= 2 * DELIVERY_TIMEOUT_SECONDS:
    # A request must end, and its result be written, before the lease does.
    raise ConfigurationError("DELIVERY_LEASE_SECONDS", "must exceed DELIVERY_TIMEOUT_SECONDS twice")
DELIVERY_MAX_ATTEMPTS = _env.integer("DELIVERY_MAX_ATTEMPTS", 8, minimum=1)
DELIVERY_RESOLVE_AFTER_SECONDS = _env.integer("DELIVERY_RESOLVE_AFTER_SECONDS", 120, minimum=1)
# What nobody can be asked about is sent again on these channels, and left to people on others.
DELIVERY_PREFER_DUP = _env.items("DELIVERY_PREFER_DUP")
DELIVERY_KEEP_DAYS = _env.integer("DELIVERY_KEEP_DAYS", 400, minimum=31)
# HH:MM-HH:MM of each subscriber's own clock; empty: messages go out at any hour.
QUIET_HOURS = _env.hours("QUIET_HOURS", "22:00-08:00")
SMS_MOMENTS = frozenset(
    _env.items(
        "SMS_MOMENTS",
        ("opened", "worsened", "resolved", "maintenance_begins", "notice"),
        allowed=frozenset(Moment) - {Moment.PROGRESS},
    )
)
SMS_CURRENCY = _env.text("SMS_CURRENCY", "CNY")
# Price of one segment by country calling code; * is everywhere else.
SMS_PRICES = _env.prices("SMS_PRICES", "86:0.05,*:0.60")
SMS_MONTHLY_CAP = _env.amount("SMS_MONTHLY_CAP")
# Whom an alarm is told to: the key of a WeCom group robot, and e-mail addresses by commas.
ALARM_WECOM_KEY = _env.text("ALARM_WECOM_KEY", "")
ALARM_EMAILS = _env.items("ALARM_EMAILS")
# Who is reminded how many minutes before (-) or after the time of a promised update, of the first
# public word on what a monitor noticed, and of a postmortem.
PROMISE_ESCALATION = _chain("PROMISE_ESCALATION", "-10:staff; 0:staff; 15:staff")
POSTMORTEM_ESCALATION = _chain("POSTMORTEM_ESCALATION", "-1440:staff; 0:staff; 1440:staff")
# And of what is owed to the regulator.
REGULATOR_ESCALATION = _chain("REGULATOR_ESCALATION", "-60:staff; -15:staff; 0:staff; 30:staff")
# And, in January, of the yearly disclosure.
DISCLOSURE_ESCALATION = _chain("DISCLOSURE_ESCALATION", "-20160:staff; -4320:staff; 0:staff")

# -- Verification: how many messages one address may ask about in a minute ---------------------
VERIFY_PER_IP_MINUTE = _env.integer("VERIFY_PER_IP_MINUTE", 30, minimum=1)

# -- Channels: one without credentials is off, and says so on the console ---------------------
SMS_SIGNATURE = _env.text("SMS_SIGNATURE", "演示支付" if _DEVELOPMENT else "")
TWILIO_ACCOUNT_SID = _env.text("TWILIO_ACCOUNT_SID", "")
TWILIO_AUTH_TOKEN = _env.text("TWILIO_AUTH_TOKEN", "")
TWILIO_FROM = _env.text("TWILIO_FROM", "")
TWILIO_BASE_URL = _env.text("TWILIO_BASE_URL", "https://api.twilio.com").rstrip("/")
TWILIO_PER_SECOND = _env.integer("TWILIO_PER_SECOND", 100, minimum=1)
# A second provider, for when the first is down. The texts are those of the approved templates.
ALIYUN_SMS_ACCESS_KEY_ID = _env.text("ALIYUN_SMS_ACCESS_KEY_ID", "")
ALIYUN_SMS_ACCESS_KEY_SECRET = _env.text("ALIYUN_SMS_ACCESS_KEY_SECRET", "")
ALIYUN_SMS_SIGN_NAME = _env.text("ALIYUN_SMS_SIGN_NAME", SMS_SIGNATURE)
ALIYUN_SMS_TEMPLATE = _env.text("ALIYUN_SMS_TEMPLATE", "")
ALIYUN_SMS_TEMPLATE_TEXT = _env.text(
    "ALIYUN_SMS_TEMPLATE_TEXT", "${what}。${body}（第${number}号${code}）${next}"
)
ALIYUN_SMS_TEMPLATE_EN = _env.text("ALIYUN_SMS_TEMPLATE_EN", "")
ALIYUN_SMS_TEMPLATE_EN_TEXT = _env.text(
    "ALIYUN_SMS_TEMPLATE_EN_TEXT",
    "Service notice: ${what}. ${body} (No. ${number}, ${code}) ${next}",
)
ALIYUN_SMS_VARIABLE_LENGTH = _env.integer("ALIYUN_SMS_VARIABLE_LENGTH", 35, minimum=35)
if ALIYUN_SMS_VARIABLE_LENGTH > 150:
    # Three of them, and the words around them, must fit into eight parts.
    raise ConfigurationError("ALIYUN_SMS_VARIABLE_LENGTH", "must be from 35 to 150")
ALIYUN_SMS_ENDPOINT = _env.text("ALIYUN_SMS_ENDPOINT", "https://dysmsapi.aliyuncs.com").rstrip("/")
ALIYUN_SMS_CALLBACK_TOKEN = _env.text("ALIYUN_SMS_CALLBACK_TOKEN", "")
ALIYUN_SMS_PER_SECOND = _env.integer("ALIYUN_SMS_PER_SECOND", 100, minimum=1)
WECHAT_APP_ID = _env.text("WECHAT_APP_ID", "")
WECHAT_SECRET = _env.text("WECHAT_SECRET", "")
WECHAT_TEMPLATE_ID = _env.text("WECHAT_TEMPLATE_ID", "")
WECHAT_CALLBACK_TOKEN = _env.text("WECHAT_CALLBACK_TOKEN", "")
WECHAT_BASE_URL = _env.text("WECHAT_BASE_URL", "https://api.weixin.qq.com").rstrip("/")
WECHAT_PER_SECOND = _env.integer("WECHAT_PER_SECOND", 50, minimum=1)
WECOM_BASE_URL = _env.text("WECOM_BASE_URL", "https://qyapi.weixin.qq.com").rstrip("/")
WEBHOOK_ALLOW_PRIVATE = _env.flag("WEBHOOK_ALLOW_PRIVATE", False)
if WEBHOOK_ALLOW_PRIVATE and not _DEVELOPMENT:
    raise ConfigurationError("WEBHOOK_ALLOW_PRIVATE", "may only be true when DEBUG is on")
EMAIL_HOST = _env.text("EMAIL_HOST", "")
EMAIL_PORT = _env.integer("EMAIL_PORT", 25, minimum=1)
EMAIL_HOST_USER = _env.text("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = _env.text("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = _env.flag("EMAIL_USE_TLS", False)
EMAIL_TIMEOUT = 15
DEFAULT_FROM_EMAIL = _env.text("DEFAULT_FROM_EMAIL", "status@example.com")
