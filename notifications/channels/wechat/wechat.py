"""Template messages of a WeChat service account (模板消息)."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from notifications.channels.base import Message, register
from notifications.channels.weixin.provider import OfficialAccount
from notifications.channels.weixin.registered import TEMPLATE_MESSAGES


@register
class WeChat(OfficialAccount):
    """Template messages to those who follow the account."""

    name = "wechat"
    label = _("WeChat template messages")
    order = 10
    # WeChat promises ten minutes for client_msg_id; two are a margin, either way.
    recognises_repeats_for = timedelta(minutes=8)
    remembers_for = timedelta(minutes=12)
    purpose = _("sending messages in WeChat to those who follow our official account")
    required_settings = ("WECHAT_APP_ID", "WECHAT_SECRET", "WECHAT_TEMPLATE_ID")
    send_path = "cgi-bin/message/template/send"
    list_path = TEMPLATE_MESSAGES
    template_setting, fields_setting = "WECHAT_TEMPLATE_ID", "WECHAT_TEMPLATE_FIELDS"

    def body(self, message: Message) -> Mapping[str, Any]:
        """Return the link, and the name by which WeChat recognises a repetition."""
        return {"url": message.content.data["url"], "client_msg_id": message.repeat_id}
