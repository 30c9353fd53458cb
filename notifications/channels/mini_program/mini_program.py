"""Subscription messages of a WeChat mini program (订阅消息): one for each consent."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from notifications.channels.addresses import AddressKind
from notifications.channels.base import Message, register
from notifications.channels.weixin.account import Account, mini_program
from notifications.channels.weixin.events import Door
from notifications.channels.weixin.provider import WeixinProvider, keys_of
from notifications.channels.weixin.registered import SUBSCRIPTION_MESSAGES
from notifications.media import MINI_PROGRAM


@register
class MiniProgram(WeixinProvider):
    """Subscription messages to users of the mini program."""

    name = "mini_program"
    label = _("WeChat mini program")
    medium = MINI_PROGRAM
    address_kind = AddressKind.MINI_OPENID
    uses_consents = True
    purpose = _("sending you messages of our mini program that you agreed to there")
    required_settings = ("MINI_PROGRAM_APP_ID", "MINI_PROGRAM_SECRET", "MINI_PROGRAM_TEMPLATE_ID")
    send_path = "cgi-bin/message/subscribe/send"
    list_path = SUBSCRIPTION_MESSAGES
    template_setting, fields_setting = "MINI_PROGRAM_TEMPLATE_ID", "MINI_PROGRAM_TEMPLATE_FIELDS"

    def account(self) -> Account:
        """Return the mini program."""
        return mini_program()

    def door(self) -> Door:
        """Return the address at which the mini program's events arrive."""
        return Door(
            settings.MINI_PROGRAM_APP_ID,
            settings.MINI_PROGRAM_CALLBACK_TOKEN,
            keys_of(settings.MINI_PROGRAM_ENCODING_AES_KEY),
            replies=False,
        )

    def body(self, message: Message) -> Mapping[str, Any]:
        """Return the page of the mini program that opens, if any, and in which state of it."""
        page = settings.MINI_PROGRAM_PAGE
        return {
            **({"page": page} if page else {}),
            "miniprogram_state": settings.MINI_PROGRAM_STATE,
            "lang": "zh_CN",
        }
