"""Subscription messages of a WeChat mini program (订阅消息): one for each consent."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from notifications.channels.addresses import AddressKind
from notifications.channels.base import DataRecipient, Message, register
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
    required_settings = ("MINI_PROGRAM_APP_ID", "MINI_PROGRAM_SECRET", "MINI_PROGRAM_TEMPLATE_ID")
    rate_setting = "WECHAT_PER_SECOND"
    send_path = "cgi-bin/message/subscribe/send"
    list_path = SUBSCRIPTION_MESSAGES
    template_setting, fields_setting = "MINI_PROGRAM_TEMPLATE_ID", "MINI_PROGRAM_TEMPLATE_FIELDS"

    def recipient(self) -> DataRecipient:
        """Return WeChat's company."""
        return DataRecipient(
            name=gettext("Shenzhen Tencent Computer Systems Co., Ltd. (WeChat)"),
            receives=gettext(
                "your WeChat OpenID, which it knows already, and the text of the message"
            ),
            purpose=gettext("sending you messages of our mini program that you agreed to there"),
        )

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
        """Return the page of the mini program that opens, and in which state of it."""
        return {
            "page": settings.MINI_PROGRAM_PAGE,
            "miniprogram_state": settings.MINI_PROGRAM_STATE,
            "lang": "zh_CN",
        }

    def lasting_templates(self) -> list[str]:
        """Return the templates of which one consent allows any number of messages."""
        return list(settings.WECHAT_LASTING_TEMPLATES)
