"""Typed settings of the channels, whose package needs the settings before it can be imported."""

import re
from functools import partial
from typing import Annotated, Final, Literal
from urllib.parse import urlsplit

from pydantic import Field, PlainValidator, ValidationInfo, field_validator

from notifications.media import SMS, provider_names
from notifications.provider_order import by_code, provider_order
from notifications.regions import read_countries
from notifications.robot_services import ROBOT_SERVICES as SERVICES
from notifications.wechat_configuration import check_aes_keys
from statuspage.lib.env import (
    AreaSettings,
    Endings,
    Port,
    Positive,
    Token,
    Url,
    in_production,
    words,
    written,
)

LOCAL: Final = frozenset({"127.0.0.1", "::1", "localhost"})
SIGNATURE_LENGTH: Final = range(2, 13)
SMS_NAMES: Final = provider_names(SMS)
# A number, a short code, a messaging service, or a name as
# twilio.com/docs/glossary/what-alphanumeric-sender-id allows it.
TWILIO_SENDER: Final = re.compile(
    r"\+[1-9]\d{6,14}|\d{3,8}|MG[0-9a-fA-F]{32}|(?=.*[A-Za-z])[A-Za-z0-9 +_&-]{1,11}", re.ASCII
)


def _order(text: str) -> list[str]:
    return provider_order(text, SMS_NAMES)


def _twilio_sender(text: str) -> str:
    if text and not TWILIO_SENDER.fullmatch(text):
        raise ValueError(
            "must be a number such as +15005550006, a short code, a messaging service (MG…), or a "
            "name of up to 11 letters and digits"
        )
    return text


class SmsSettings(AreaSettings):
    """SMS. A provider without credentials is off, and the console says so where there is no other.
    docs/providers-setup.md says what each provider needs."""

    SMS_COUNTRIES: Annotated[frozenset[str], PlainValidator(read_countries)] = written("86")
    """Countries whose mobile numbers may get SMS: calling codes, of which each means its main
    country, or countries of two letters (86,HK). Satellite numbers never do. Numbers elsewhere that
    are subscribed already stay, and get none."""
    SMS_SIGNATURE: str = Field("", examples=["演示支付"])
    """Signature, 2 to 12 characters, without 【】."""
    SMS_PROVIDERS: Annotated[list[str], PlainValidator(_order)] = written("")
    """Providers of SMS, first choice first: the next one sends while those before it are down.
    Empty: every one that is set up, Twilio first."""
    SMS_ROUTES: Annotated[
        dict[str, list[str]],
        Endings("SMS_PROVIDERS_", "86"),
        PlainValidator(partial(by_code, "SMS_PROVIDERS_", read=_order)),
    ] = Field(default_factory=dict, examples=[""])
    """The providers for numbers of one calling code, instead of those in SMS_PROVIDERS; likewise
    SMS_PROVIDERS_852 and so on."""
    TWILIO_ACCOUNT_SID: str = ""
    """Account at Twilio."""
    TWILIO_AUTH_TOKEN: str = ""
    """Secret of that account."""
    TWILIO_FROM: Annotated[str, PlainValidator(_twilio_sender)] = ""
    """The sender: a number, a messaging service (MG…), or a name of up to 11 letters and digits, to
    which nobody can reply."""
    TWILIO_SENDERS: Annotated[
        dict[str, str],
        Endings("TWILIO_FROM_", "44"),
        PlainValidator(partial(by_code, "TWILIO_FROM_", read=_twilio_sender)),
    ] = Field(default_factory=dict, examples=[""])
    """The sender to numbers of one calling code, instead of TWILIO_FROM; likewise TWILIO_FROM_852
    and so on. Some countries take no foreign numbers, others no names."""
    TWILIO_BASE_URL: Url = "https://api.twilio.com"
    """Address of Twilio's API."""
    TWILIO_PER_SECOND: Positive = 100
    """Messages a second that the account allows."""
    ALIYUN_SMS_ACCESS_KEY_ID: str = ""
    """Access key at Aliyun."""
    ALIYUN_SMS_ACCESS_KEY_SECRET: str = ""
    """Secret of that key."""
    ALIYUN_SMS_SIGN_NAME: str = ""
    """The approved signature; empty: SMS_SIGNATURE."""
    ALIYUN_SMS_VARIABLE_LENGTH: Annotated[int, Field(ge=35, le=150)] = 35
    """Characters that Aliyun allows in one variable, 35 to 150."""
    ALIYUN_SMS_ENDPOINT: Url = "https://dysmsapi.aliyuncs.com"
    """Address of Aliyun's API."""
    ALIYUN_SMS_CALLBACK_TOKEN: Token = ""
    """Random characters in the callback addresses given to Aliyun.
    Make one: openssl rand -hex 16"""
    ALIYUN_SMS_PER_SECOND: Positive = 100
    """Messages a second that the account allows."""
    TENCENT_SMS_SECRET_ID: str = ""
    """Key at Tencent Cloud."""
    TENCENT_SMS_SECRET_KEY: str = ""
    """Secret of that key."""
    TENCENT_SMS_SDK_APP_ID: str = ""
    """The SMS application's SdkAppId, such as 1400006666."""
    TENCENT_SMS_SIGN_NAME: str = ""
    """The approved signature; empty: SMS_SIGNATURE."""
    TENCENT_SMS_SENDER_ID: str = ""
    """The sender that phones abroad show; empty: Tencent's own."""
    TENCENT_SMS_VARIABLE_LENGTH: Annotated[int, Field(ge=0, le=500)] = 0
    """Characters that Tencent allows in one variable: 12 for an account of a person; 0: any number,
    for an account of a firm."""
    TENCENT_SMS_REGION: str = "ap-guangzhou"
    """Region of the SMS application."""
    TENCENT_SMS_ENDPOINT: Url = "https://sms.tencentcloudapi.com"
    """Address of Tencent's API."""
    TENCENT_SMS_CALLBACK_TOKEN: Token = ""
    """Random characters in the callback addresses given to Tencent.
    Make one: openssl rand -hex 16"""
    TENCENT_SMS_PER_SECOND: Positive = 100
    """Messages a second that the account allows."""
    CMPP_HOST: str = ""
    """Host of the gateway that speaks CMPP: a carrier's, or an aggregator's."""
    CMPP_COMPANY: str = ""
    """The company that runs it, as the privacy notice names it."""
    CMPP_PORT: Port = 7890
    """Its port: 7890 at China Mobile for 2.0, and mostly for 3.0."""
    CMPP_VERSION: Literal["2.0", "3.0"] = "3.0"
    """The version that the gateway speaks."""
    CMPP_SOURCE_ADDR: Annotated[str, Field(max_length=6)] = ""
    """The account at the gateway (SP id, 企业代码), 6 characters."""
    CMPP_SHARED_SECRET: str = ""
    """The secret of that account."""
    CMPP_SRC_ID: Annotated[str, Field(max_length=21)] = ""
    """The access number that readers see (接入号, 1069…)."""
    CMPP_SERVICE_ID: Annotated[str, Field(max_length=10)] = ""
    """The service code (业务代码), if the gateway has given you one."""
    CMPP_CONNECTIONS: Annotated[int, Field(ge=1, le=32)] = 1
    """Connections that each process of the workers keeps open: the account must allow as many as
    all of these processes together, and one more for each that sends codes."""
    CMPP_WINDOW: Annotated[int, Field(ge=1, le=1024)] = 16
    """Messages without an answer on one connection."""
    CMPP_HEARTBEAT_SECONDS: Annotated[float, Field(ge=0.05, le=180)] = 30.0
    """Seconds of silence after which a connection is tested; after the third test without an answer
    it is made again."""
    CMPP_PER_SECOND: Positive = 100
    """Messages a second that the account allows."""
    CMPP_GATEWAY_SIGNS: bool = False
    """true: the gateway itself writes the signature in front of every text; then it is not sent."""
    CMPP_CHECK_GATEWAY: bool = True
    """false: for a gateway whose proof that it knows the secret (AuthenticatorISMG) is wrong."""

    @field_validator("SMS_SIGNATURE")
    @classmethod
    def _signature_fits(cls, signature: str, info: ValidationInfo) -> str:
        if signature and len(signature) not in SIGNATURE_LENGTH:
            raise ValueError("must have 2 to 12 characters")
        return signature or ("" if in_production(info) else "演示支付")

    @field_validator("TWILIO_AUTH_TOKEN")
    @classmethod
    def _account_has_its_secret(cls, token: str, info: ValidationInfo) -> str:
        if bool(token) != bool(info.data.get("TWILIO_ACCOUNT_SID")):
            raise ValueError("and TWILIO_ACCOUNT_SID are only of use together")
        return token

    @field_validator("ALIYUN_SMS_SIGN_NAME", "TENCENT_SMS_SIGN_NAME")
    @classmethod
    def _signature_is_shared(cls, name: str, info: ValidationInfo) -> str:
        return name or str(info.data.get("SMS_SIGNATURE", ""))


class WeChatSettings(AreaSettings):
    """WeChat Official Account, and WeCom group robots."""

    WECHAT_APP_ID: str = ""
    """Id of the account."""
    WECHAT_SECRET: str = ""
    """Secret of the account."""
    WECHAT_TEMPLATE_ID: str = ""
    """Template of the messages."""
    WECHAT_CALLBACK_TOKEN: Token = ""
    """Token entered for the callback address. Make one: openssl rand -hex 16"""
    WECHAT_CALLBACK_PLAIN: bool = False
    """true: callbacks come in clear text, whose signature covers no body. Then nobody is subscribed
    again by following the account. Only where the account cannot use safe mode."""
    WECHAT_ENCODING_AES_KEY: str = ""
    """EncodingAESKey of the callback address in safe mode, 43 characters: the signature then covers
    the body, which nobody on the way can read or change. To change it, write the new one before the
    old one, with a comma between them, and take the old one out a day later.
    Make one: openssl rand -hex 22 | cut -c 2-44"""
    WECHAT_BASE_URL: Url = "https://api.weixin.qq.com"
    """Address of WeChat's API."""
    WECHAT_PER_SECOND: Positive = 50
    """Messages a second that the account allows."""
    WECOM_BASE_URL: Url = "https://qyapi.weixin.qq.com"
    """Address of WeCom's API."""

    @field_validator("WECHAT_ENCODING_AES_KEY")
    @classmethod
    def _bodies_are_signed(cls, key: str, info: ValidationInfo) -> str:
        plain = info.data.get("WECHAT_CALLBACK_PLAIN")
        check_aes_keys(key)
        if key and plain:
            raise ValueError("is set together with WECHAT_CALLBACK_PLAIN: choose one")
        if info.data.get("WECHAT_CALLBACK_TOKEN") and not (key or plain) and in_production(info):
            raise ValueError(
                "is required with WECHAT_CALLBACK_TOKEN, or WECHAT_CALLBACK_PLAIN=true"
            )
        return key


class RobotSettings(AreaSettings):
    """Group robots and push services beside WeCom's. The reader who adds one enters its address."""

    ROBOT_SERVICES: Annotated[
        frozenset[str], PlainValidator(lambda text: frozenset(words(text, SERVICES)))
    ] = written(",".join(SERVICES))
    """The services that messages may go to, as Apprise calls them in its URLs (workflow is Teams,
    tgram Telegram, schan ServerChan). Addresses of others are refused, and get nothing."""
    ROBOT_RELAY_URL: Url = ""
    """A relay of your own for services that cannot be reached from here, such as Slack, Telegram
    and Discord from mainland China: every request goes to this URL, followed by the service's host
    and path. It must refuse private addresses itself. Empty: services are asked directly."""

    @field_validator("ROBOT_RELAY_URL")
    @classmethod
    def _relay_is_encrypted(cls, url: str, info: ValidationInfo) -> str:
        local = urlsplit(url).hostname in LOCAL
        if url and in_production(info) and not url.startswith("https://") and not local:
            raise ValueError("must start with https://: the requests contain the robots' keys")
        return url


class WebhookSettings(AreaSettings):
    """Webhooks."""

    WEBHOOK_ALLOW_PRIVATE: bool = False
    """With DEBUG=true only: webhooks may reach private addresses, by plain HTTP as well."""

    @field_validator("WEBHOOK_ALLOW_PRIVATE")
    @classmethod
    def _private_is_for_development(cls, allowed: bool, info: ValidationInfo) -> bool:
        if allowed and in_production(info):
            raise ValueError("may only be true when DEBUG is on")
        return allowed
