"""Typed settings of voice calls."""

import re
from functools import partial
from typing import Annotated, Final

from pydantic import Field, PlainValidator

from notifications.media import VOICE, provider_names
from notifications.provider_order import by_code, provider_order
from statuspage.lib.env import AreaSettings, Endings, Positive, Token, Url, written

VOICE_NAMES: Final = provider_names(VOICE)
CALLER: Final = re.compile(r"\+[1-9]\d{6,14}", re.ASCII)


def _order(text: str) -> list[str]:
    return provider_order(text, VOICE_NAMES)


def _twilio_caller(text: str) -> str:
    if text and not CALLER.fullmatch(text):
        raise ValueError("must be a number such as +15005550006")
    return text


class VoiceSettings(AreaSettings):
    """Voice calls, for critical incidents, to those who asked for them. Without a provider they are
    not offered."""

    VOICE_PROVIDERS: Annotated[list[str], PlainValidator(_order)] = written("")
    """Providers of calls, first choice first; empty: every one that is set up, Twilio first."""
    VOICE_ROUTES: Annotated[
        dict[str, list[str]],
        Endings("VOICE_PROVIDERS_", "86"),
        PlainValidator(partial(by_code, "VOICE_PROVIDERS_", read=_order)),
    ] = Field(default_factory=dict, examples=[""])
    """The providers for numbers of one calling code, instead of those in VOICE_PROVIDERS."""
    TWILIO_VOICE_FROM: Annotated[str, PlainValidator(_twilio_caller)] = ""
    """The number that calls, one of the account in TWILIO_ACCOUNT_SID; empty: off."""
    TWILIO_VOICE_PER_SECOND: Positive = 1
    """Calls a second that the account may begin: 1 unless Twilio has granted more."""
    ALIYUN_VOICE_ACCESS_KEY_ID: str = ""
    """Access key at Aliyun."""
    ALIYUN_VOICE_ACCESS_KEY_SECRET: str = ""
    """Secret of that key."""
    ALIYUN_VOICE_TTS_CODE: str = ""
    """The approved text-to-speech template (TTS_…)."""
    ALIYUN_VOICE_TTS_TEXT: str = (
        "这里是${operator}。${news}${next}确认已收听请按 1，不再接听此类来电请按 9。"
    )
    """Its text, exactly as approved."""
    ALIYUN_VOICE_TTS_CODE_EN: str = ""
    """The approved template for readers of English; empty: they get no call from Aliyun."""
    ALIYUN_VOICE_TTS_TEXT_EN: str = (
        "This is ${operator}. ${news} ${next} To confirm that you have heard this, press 1. "
        "For no more calls, press 9."
    )
    """Its text, exactly as approved."""
    ALIYUN_VOICE_VARIABLE_LENGTH: Annotated[int, Field(ge=20, le=200)] = 60
    """Characters that Aliyun allows in one variable of the template."""
    ALIYUN_VOICE_SHOW_NUMBER: str = ""
    """The number that calls; empty: one of Aliyun's pool (公共模式)."""
    ALIYUN_VOICE_CALLBACK_TOKEN: Token = ""
    """Random characters in the callback address given to Aliyun (VoiceReport).
    Make one: openssl rand -hex 16"""
    ALIYUN_VOICE_ENDPOINT: Url = "https://dyvmsapi.aliyuncs.com"
    """Address of Aliyun's API."""
    ALIYUN_VOICE_PER_SECOND: Positive = 20
    """Calls a second that the account may begin."""
