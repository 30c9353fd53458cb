"""Subscription notices of a WeChat service account (订阅通知): one for each consent."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from notifications.channels.base import Message, register
from notifications.channels.weixin.provider import OfficialAccount
from notifications.channels.weixin.registered import SUBSCRIPTION_MESSAGES


@register
class WeChatNotice(OfficialAccount):
    """Subscription notices to those who agreed to them, whether they follow the account or not."""

    name = "wechat_notice"
    label = _("WeChat subscription notices")
    order = 20
    uses_consents = True
    purpose = _("sending you notices in WeChat that you agreed to there")
    required_settings = ("WECHAT_APP_ID", "WECHAT_SECRET", "WECHAT_NOTICE_TEMPLATE_ID")
    send_path = "cgi-bin/message/subscribe/bizsend"
    list_path = SUBSCRIPTION_MESSAGES
    template_setting, fields_setting = "WECHAT_NOTICE_TEMPLATE_ID", "WECHAT_NOTICE_TEMPLATE_FIELDS"

    def body(self, message: Message) -> Mapping[str, Any]:
        """Return the page that the notice leads to."""
        return {"page": message.content.data["url"]}
