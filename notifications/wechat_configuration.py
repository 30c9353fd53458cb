"""Typed settings of WeChat's templates, subscription notices and mini program."""

import re
from typing import Annotated, Final

from pydantic import PlainValidator, ValidationInfo, field_validator

from notifications.media import WECHAT, provider_names
from notifications.provider_order import provider_order
from statuspage.lib.env import AreaSettings, Token, in_production, words, written

FIELD: Final = re.compile(r"[a-z]+(?:_[a-z]+)*\d*")
ENCODING_AES_KEY: Final = re.compile(r"[A-Za-z0-9]{43}")
# The present one and the one before, of which callbacks may still be on their way.
MOST_AES_KEYS: Final = 2
WECHAT_NAMES: Final = provider_names(WECHAT)


def _fields(text: str) -> dict[str, str]:
    """Read `thing1=what,thing4=body|=查看详情`: by field of the template, what fills it."""
    found = {}
    for item in text.split(","):
        name, _, sources = item.strip().partition("=")
        if not name and not sources:
            continue
        if not FIELD.fullmatch(name) or not sources:
            raise ValueError(f"{item.strip()!r} must look like thing1=what")
        if name in found:
            raise ValueError(f"{name} appears twice")
        found[name] = sources
    return found


def check_aes_keys(given: str) -> None:
    """Raise ValueError for what is no EncodingAESKey, nor the new and the old one."""
    keys = given.split(",") if given else []
    if len(keys) > MOST_AES_KEYS or not all(ENCODING_AES_KEY.fullmatch(one) for one in keys):
        raise ValueError("must be the EncodingAESKey, 43 letters and digits, or the new,old one")


Fields = Annotated[dict[str, str], PlainValidator(_fields)]


class WeChatTemplateSettings(AreaSettings):
    """WeChat's templates: which account fills which fields with what. docs/providers-setup.md says
    how. Templates for single kinds of notice are entered in the console."""

    WECHAT_PROVIDERS: Annotated[
        list[str], PlainValidator(lambda text: provider_order(text, WECHAT_NAMES) or ["wechat"])
    ] = written("wechat")
    """What sends to WeChat, first choice first: wechat (template messages to followers) or
    wechat_notice (subscription notices, one for each time that a reader agrees)."""
    WECHAT_TEMPLATE_FIELDS: Fields = written("")
    """What fills each field of WECHAT_TEMPLATE_ID; = begins fixed words, | what stands in where the
    first has nothing that fits (amount2=amount,thing4=body|=查看详情).
    Empty: thing1=what,phrase2=phrase,time3=published,thing4=body|=请查看详情"""
    WECHAT_NOTICE_TEMPLATE_ID: str = ""
    """Template of subscription notices for everything that has none of its own."""
    WECHAT_NOTICE_TEMPLATE_FIELDS: Fields = written("")
    """What fills its fields. Empty: as for WECHAT_TEMPLATE_FIELDS"""
    WECHAT_LASTING_TEMPLATES: Annotated[list[str], PlainValidator(words)] = written("")
    """Templates to which a reader agrees once and for all (长期订阅), separated by commas."""
    MINI_PROGRAM_APP_ID: str = ""
    """Id of the mini program."""
    MINI_PROGRAM_SECRET: str = ""
    """Secret of the mini program."""
    MINI_PROGRAM_TEMPLATE_ID: str = ""
    """Template of its subscription messages for everything that has none of its own."""
    MINI_PROGRAM_TEMPLATE_FIELDS: Fields = written("")
    """What fills its fields. Empty: as for WECHAT_TEMPLATE_FIELDS"""
    MINI_PROGRAM_PAGE: str = ""
    """Page of the mini program that a message opens, such as pages/notices/index; empty: none."""
    MINI_PROGRAM_STATE: Annotated[
        str, PlainValidator(lambda text: words(text, {"formal", "trial", "developer"})[0])
    ] = "formal"
    """The version that opens: formal, trial or developer."""
    MINI_PROGRAM_CALLBACK_TOKEN: Token = ""
    """Token entered for the address of its events (消息推送, as XML).
    Make one: openssl rand -hex 16"""
    MINI_PROGRAM_ENCODING_AES_KEY: str = ""
    """EncodingAESKey of that address in safe mode, or the new and the old one, as for
    WECHAT_ENCODING_AES_KEY. Make one: openssl rand -hex 22 | cut -c 2-44"""

    @field_validator("MINI_PROGRAM_ENCODING_AES_KEY")
    @classmethod
    def _events_are_signed(cls, key: str, info: ValidationInfo) -> str:
        check_aes_keys(key)
        if info.data.get("MINI_PROGRAM_CALLBACK_TOKEN") and not key and in_production(info):
            raise ValueError("is required with MINI_PROGRAM_CALLBACK_TOKEN")
        return key
