"""Subscription notices of a WeChat service account (订阅通知): one for each consent."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from notifications.channels.addresses import AddressKind
from notifications.channels.base import DataRecipient, Message, register
from notifications.channels.weixin.account import Account, official_account
from notifications.channels.weixin.events import Door
from notifications.channels.weixin.provider import WeixinProvider, official_door
from notifications.channels.weixin.registered import SUBSCRIPTION_MESSAGES
from notifications.media import WECHAT


@register
class WeChatNotice(WeixinProvider):
    """Subscription notices to those who agreed to them, whether they follow the account or not."""

    name = "wechat_notice"
    label = _("WeChat subscription notices")
    medium = WECHAT
    address_kind = AddressKind.OPENID
    order = 20
    uses_consents = True
    required_settings = ("WECHAT_APP_ID", "WECHAT_SECRET", "WECHAT_NOTICE_TEMPLATE_ID")
    rate_setting = "WECHAT_PER_SECOND"
    send_path = "cgi-bin/message/subscribe/bizsend"
    list_path = SUBSCRIPTION_MESSAGES
    template_setting, fields_setting = "WECHAT_NOTICE_TEMPLATE_ID", "WECHAT_NOTICE_TEMPLATE_FIELDS"

    def recipient(self) -> DataRecipient:
        """Return WeChat's company."""
        return DataRecipient(
            name=gettext("Shenzhen Tencent Computer Systems Co., Ltd. (WeChat)"),
            receives=gettext(
                "your WeChat OpenID, which it knows already, and the text of the message"
            ),
            purpose=gettext("sending you notices in WeChat that you agreed to there"),
        )

    def account(self) -> Account:
        """Return the service account."""
        return official_account()

    def door(self) -> Door:
        """Return the callback address of the account, the same as for template messages."""
        return official_door()

    def body(self, message: Message) -> Mapping[str, Any]:
        """Return the page that the notice leads to."""
        return {"page": message.content.data["url"]}

    def lasting_templates(self) -> list[str]:
        """Return the templates of which one consent allows any number of messages."""
        return list(settings.WECHAT_LASTING_TEMPLATES)
