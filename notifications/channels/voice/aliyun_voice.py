"""Voice calls through Aliyun (dyvmsapi 2017-05-25), which speaks an approved template."""

import hmac
import json
import re
from collections.abc import AsyncIterator, Iterable, Mapping
from functools import partial
from string import Template
from typing import Any, Final

import aiohttp
from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext

from notifications.channels import http, sms_text, voice_message, wording
from notifications.channels.addresses import AddressKind
from notifications.channels.aliyun_api import Account, call_as
from notifications.channels.base import (
    Bulletin,
    Content,
    DataRecipient,
    Message,
    MessageTemplate,
    Provider,
    register,
)
from notifications.channels.outcomes import (
    Accepted,
    BadSignature,
    Callback,
    Failed,
    Inbound,
    InboundAction,
    NotSent,
    Outcome,
    ProviderReceipt,
    Reason,
    ReceiptState,
    Refusal,
    Unknown,
    UnreadableCallback,
)
from notifications.channels.phone_numbers import with_plus, without_plus
from notifications.channels.templated_sms import text_in
from notifications.media import VOICE

# Code, or the part before its first dot -> what it means for us; source: help.aliyun.com, error
# codes of the voice service. All else is the account's, the template's or the number's that calls.
ERRORS: Final[Mapping[str, Refusal]] = {
    "isv.MOBILE_NUMBER_ILLEGAL": Failed(Reason.BAD_ADDRESS),
    "isv.BUSINESS_LIMIT_CONTROL": NotSent(Reason.RATE_LIMITED, retry_after=60.0),
    "Throttling": NotSent(Reason.RATE_LIMITED),
    "isp": Unknown(Reason.PROVIDER_ERROR),  # "system error", perhaps after calling
}
OURS: Final = NotSent(Reason.NO_CREDENTIALS)
# status_code of VoiceReport -> why nobody heard it; source: help.aliyun.com, call status codes.
# 200000 and 200001 were answered, and are confirmed only by a key.
STATES: Final[Mapping[str, Reason]] = {
    **dict.fromkeys(("200000", "200001", "200008"), Reason.OTHER),
    **dict.fromkeys(("200002", "200003", "200005", "200007", "200010"), Reason.UNREACHABLE),
    **dict.fromkeys(("200004", "200011"), Reason.BAD_ADDRESS),
}
# Busy, or nobody answered: nobody has heard it, for certain, and the phone is called once more.
UNANSWERED: Final = frozenset({"200002", "200003"})
# "1 to 15 bytes": our delivery's id, which the reports bring back.
OUT_ID: Final = re.compile(r"\d{1,15}", re.ASCII)
TIMES: Final = "2"
TAKEN: Final = json.dumps({"code": 0, "msg": "成功"}, ensure_ascii=False)


@register
class AliyunVoice(Provider):
    """Calls by SingleCallByTts."""

    name = "aliyun_voice"
    label = "Aliyun Voice"
    medium = VOICE
    order = 20
    longest_callback = 1 << 20
    address_kind = AddressKind.PHONE
    required_settings = (
        *("ALIYUN_VOICE_ACCESS_KEY_ID", "ALIYUN_VOICE_ACCESS_KEY_SECRET", "ALIYUN_VOICE_TTS_CODE"),
    )
    rate_setting = "ALIYUN_VOICE_PER_SECOND"

    def compose(self, bulletin: Bulletin, template: MessageTemplate | None = None) -> Content:
        """Return what the template says, its variables cut to Aliyun's limit."""
        code, words = settings.ALIYUN_VOICE_TTS_CODE, settings.ALIYUN_VOICE_TTS_TEXT
        if not wording.is_chinese(bulletin):
            code, words = settings.ALIYUN_VOICE_TTS_CODE_EN, settings.ALIYUN_VOICE_TTS_TEXT_EN
        limit = settings.ALIYUN_VOICE_VARIABLE_LENGTH
        said = {
            name: voice_message.said_within(one, limit, chinese=wording.is_chinese(bulletin))
            for name, one in voice_message.spoken(bulletin).items()
        }
        values = {
            "operator": sms_text.shortened(bulletin.operator, limit),
            "news": said["news"],
            # A template may not be given an empty value.
            "next": said["next"] or bulletin.status_label,
        }
        pattern = Template(words)
        used = {name: values[name] for name in pattern.get_identifiers() if name in values}
        data = {"TtsCode": code, "TtsParam": json.dumps(used, ensure_ascii=False)} if code else {}
        return Content(text=pattern.safe_substitute(values), billed_as=VOICE, data=data)

    def recipient(self) -> DataRecipient:
        """Return Aliyun's company."""
        return DataRecipient(
            name=gettext("Alibaba Cloud Computing Ltd."),
            receives=gettext("phone number, what the call says, the key that is pressed"),
            purpose=gettext("making phone calls"),
        )

    async def send(self, batch: Iterable[Message]) -> AsyncIterator[tuple[Message, Outcome]]:
        """Begin every call once."""
        async with http.session() as opened:
            async for sent in http.each(batch, partial(_call, opened)):
                yield sent

    def verify_callback(self, request: HttpRequest) -> None:
        """Compare the secret in the callback's URL: Aliyun does not sign what it pushes."""
        token, given = settings.ALIYUN_VOICE_CALLBACK_TOKEN, request.GET.get("token", "")
        if not token or not hmac.compare_digest(given.encode(), token.encode()):
            raise BadSignature

    def parse_callback(self, request: HttpRequest) -> Callback:
        """Read VoiceReport or VoiceCallReport; an unreadable entry is skipped."""
        try:
            given = json.loads(request.body)
        except (ValueError, RecursionError) as error:
            raise UnreadableCallback from error
        entries = [one for one in given if isinstance(one, dict)] if isinstance(given, list) else []
        if given != [] and not entries:
            raise UnreadableCallback
        receipts = [one for one in map(_receipt, entries) if one]
        inbound = [one for one in map(_stop, entries) if one]
        return Callback(receipts, inbound, answer=TAKEN, content_type="application/json")


async def _call(opened: aiohttp.ClientSession, message: Message) -> Outcome:
    content = message.content.data
    if "TtsCode" not in content:
        # The settings name none for the language: staff are told, and it is sent once they do.
        return NotSent(Reason.NO_TEMPLATE, "no template")
    shown = settings.ALIYUN_VOICE_SHOW_NUMBER
    asked = {
        **content,
        **({"CalledShowNumber": shown} if shown else {}),
        "CalledNumber": without_plus(message.address),
        "OutId": str(message.delivery_id),
        "PlayTimes": TIMES,
    }
    answer = await call_as(_account(), opened, "SingleCallByTts", asked)
    given = answer.json()
    code: Any = given.get("Code")
    readable = answer.status // 100 in (2, 4) and isinstance(code, str)
    if outcome := http.without_code(answer, readable=readable):
        return outcome
    if code != "OK":
        known = ERRORS.get(code) or ERRORS.get(code.partition(".")[0], OURS)
        return type(known)(known.reason, code[:40])
    call_id = given.get("CallId")
    return Accepted(str(call_id)) if call_id else Unknown(Reason.PROVIDER_ERROR, "no CallId")


def _account() -> Account:
    return Account(
        settings.ALIYUN_VOICE_ENDPOINT,
        settings.ALIYUN_VOICE_ACCESS_KEY_ID,
        settings.ALIYUN_VOICE_ACCESS_KEY_SECRET,
    )


def _receipt(entry: Mapping[str, Any]) -> ProviderReceipt | None:
    """Return what a report says of a call: heard where a key was pressed, else not confirmed."""
    call_id, status = text_in(entry, "call_id")[:80], text_in(entry, "status_code")
    out_id = text_in(entry, "out_id")
    delivery_id = int(out_id) if OUT_ID.fullmatch(out_id) else None
    if not call_id:
        return None
    if _keys(entry) & {voice_message.CONFIRM, voice_message.NO_MORE}:
        return ProviderReceipt(
            f"{call_id}:heard", ReceiptState.DELIVERED, call_id, delivery_id=delivery_id
        )
    if status not in STATES:  # it is still under way
        return None
    unanswered = status in UNANSWERED
    return ProviderReceipt(
        f"{call_id}:{status}",
        ReceiptState.NOT_SENT if unanswered else ReceiptState.UNDELIVERED,
        call_id,
        delivery_id=delivery_id,
        code=status,
        reason=STATES[status],
    )


def _stop(entry: Mapping[str, Any]) -> Inbound | None:
    """Return that somebody wants no more calls; only VoiceReport names the number."""
    number, call_id = text_in(entry, "callee"), text_in(entry, "call_id")
    if voice_message.NO_MORE not in _keys(entry) or not number:
        return None
    name = call_id and f"{call_id}:9"
    return Inbound(with_plus(number), InboundAction.STOP, voice_message.NO_MORE, name)


def _keys(entry: Mapping[str, Any]) -> set[str]:
    return set(text_in(entry, "dtmf"))
