"""Template messages of a WeChat service account (模板消息)."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from notifications.channels.addresses import AddressKind
from notifications.channels.base import DataRecipient, Message, register
from notifications.channels.weixin.account import Account, official_account
from notifications.channels.weixin.events import Door
from notifications.channels.weixin.provider import WeixinProvider, official_door
from notifications.channels.weixin.registered import TEMPLATE_MESSAGES
from notifications.media import WECHAT


@register
class WeChat(WeixinProvider):
    """Template messages to those who follow the account."""

    name = "wechat"
    label = _("WeChat template messages")
    medium = WECHAT
    address_kind = AddressKind.OPENID
    order = 10
    # WeChat promises ten minutes for client_msg_id; two are a margin.
    recognises_repeats_for = timedelta(minutes=8)
    required_settings = ("WECHAT_APP_ID", "WECHAT_SECRET", "WECHAT_TEMPLATE_ID")
    rate_setting = "WECHAT_PER_SECOND"
    send_path = "cgi-bin/message/template/send"
    list_path = TEMPLATE_MESSAGES
    template_setting, fields_setting = "WECHAT_TEMPLATE_ID", "WECHAT_TEMPLATE_FIELDS"

    def recipient(self) -> DataRecipient:
        """Return WeChat's company."""
        return DataRecipient(
            name=gettext("Shenzhen Tencent Computer Systems Co., Ltd. (WeChat)"),
            receives=gettext(
                "your WeChat OpenID, which it knows already, and the text of the message"
            ),
            purpose=gettext("sending messages in WeChat to those who follow our official account"),
        )

    def account(self) -> Account:
        """Return the service account."""
        return official_account()

    def door(self) -> Door:
        """Return the callback address of the account."""
        return official_door()

    def body(self, message: Message) -> Mapping[str, Any]:
        """Return the link, and the name by which WeChat recognises a repetition."""
        return {"url": message.content.data["url"], "client_msg_id": message.repeat_id}
