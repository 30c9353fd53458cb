"""Messages of a WeCom (企业微信) group robot, whose address is the key of its webhook."""

from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import replace
from functools import partial
from typing import Final

import aiohttp
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from notifications.channels import http, wording
from notifications.channels.addresses import AddressKind
from notifications.channels.base import (
    Bulletin,
    Content,
    Limits,
    Message,
    MessageTemplate,
    Note,
    Provider,
    register,
)
from notifications.channels.group_robots import texts
from notifications.channels.outcomes import (
    Accepted,
    Failed,
    NotSent,
    Outcome,
    Reason,
    Refusal,
    Unknown,
)
from notifications.media import ROBOT
from statuspage.lib.punctuation import sentence

# errcode -> what it means for us; source: developer.work.weixin.qq.com, 群机器人 and 全局错误码
ERRORS: Final[Mapping[int, Refusal]] = {
    -1: Unknown(Reason.PROVIDER_ERROR),
    40058: Failed(Reason.REFUSED_CONTENT),
    44004: Failed(Reason.REFUSED_CONTENT),
    93000: Failed(Reason.BAD_ADDRESS, suppress=True),  # no such robot (any more)
    93004: Failed(Reason.BAD_ADDRESS, suppress=True),  # the robot was switched off
    45009: NotSent(Reason.RATE_LIMITED, retry_after=60.0),
    45033: NotSent(Reason.RATE_LIMITED, retry_after=60.0),
}
# A text message's limit, in bytes of UTF-8.
MAX_BYTES: Final = 2048


@register
class WeCom(Provider):
    """One message to the group that a robot belongs to."""

    name = "wecom"
    label = _("WeCom group robot")
    medium = ROBOT
    address_kind = AddressKind.ROBOT
    one_account = False
    # 20 a minute each robot: half at once, half over time, so that no minute has more.
    limits = Limits(per_second=10 / 60, burst=10, each_address=True)

    def compose(self, bulletin: Bulletin, template: MessageTemplate | None = None) -> Content:
        """Return plain text, because markdown is not shown to members who read in WeChat."""
        chinese = wording.is_chinese(bulletin)
        endings = (wording.promise(bulletin), bulletin.url, wording.number(bulletin))
        parts = {
            texts.OPENING: f"【{bulletin.operator}】{wording.opening(bulletin)}",
            texts.BODY: sentence(wording.whole(bulletin), chinese=chinese),
            texts.ENDING: "\n".join(line for line in endings if line),
        }
        whole = Content(text="", data=parts)
        return Content(text=texts.fitted(whole, MAX_BYTES, texts.in_bytes))

    def compose_note(self, note: Note, template: MessageTemplate | None = None) -> Content:
        """Return the note after the operator's name, which robots with a keyword look for."""
        said = texts.note_content(note)
        return replace(said, text=texts.fitted(said, MAX_BYTES, texts.in_bytes))

    def recipient(self) -> None:
        """Return nobody: it is a group of the reader's own."""
        return

    async def send(self, batch: Iterable[Message]) -> AsyncIterator[tuple[Message, Outcome]]:
        """Post every message once."""
        async with http.session() as session:
            async for sent in http.each(batch, partial(_send_one, session)):
                yield sent


async def _send_one(session: aiohttp.ClientSession, message: Message) -> Outcome:
    answer = await http.request(
        session,
        "POST",
        f"{settings.WECOM_BASE_URL}/cgi-bin/webhook/send",
        params={"key": message.address},
        json={"msgtype": "text", "text": {"content": message.content.text}},
    )
    code = answer.json().get("errcode")
    readable = answer.status == 200 and isinstance(code, int)
    if outcome := http.without_code(answer, readable=readable):
        return outcome
    # The robot returns no message id: ours identifies the delivery.
    return http.meaning(ERRORS, code) if code else Accepted(f"wecom-{message.repeat_id}")
