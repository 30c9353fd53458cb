"""SMS through Aliyun (dysmsapi 2017-05-25), which sends approved templates and no free text."""

import hmac
import json
import re
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial
from string import Template
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

import aiohttp
from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from notifications.channels import http, sms_text, wording
from notifications.channels.addresses import AddressKind
from notifications.channels.aliyun_api import call
from notifications.channels.base import (
    Answer,
    Awaited,
    Bulletin,
    Content,
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
    LookupResult,
    NotAccepted,
    NotSent,
    Outcome,
    ProviderReceipt,
    Reason,
    Refusal,
    Unknown,
    UnreadableCallback,
)
from notifications.media import SMS
from statuspage.lib.database_clock import database_now_reckoned
from statuspage.lib.punctuation import sentence

# Code, or the part before its first dot -> what it means for us; sources:
# help.aliyun.com/document_detail/101346.html (API), /101347.html (receipts of carriers).
ERRORS: Final[Mapping[str, Refusal]] = {
    "isv.MOBILE_NUMBER_ILLEGAL": Failed(Reason.BAD_ADDRESS, suppress=True),
    **dict.fromkeys(
        (
            *("isv.TEMPLATE_PARAMS_ILLEGAL", "isv.INVALID_PARAMETERS", "isv.INVALID_JSON_PARAM"),
            *("isv.PARAM_LENGTH_LIMIT", "isv.PARAM_NOT_SUPPORT_URL", "isv.SMS_CONTENT_ILLEGAL"),
            *("isv.BLACK_KEY_CONTROL_LIMIT", "CONTENT_KEYWORD", "CONTENT_ERROR"),
        ),
        Failed(Reason.REFUSED_CONTENT),
    ),
    # Our account, template or signature is at fault: sent once an operator has corrected it.
    **dict.fromkeys(
        (
            *("InvalidAccessKeyId", "SignatureDoesNotMatch", "IncompleteSignature", "Forbidden"),
            *("InvalidTimeStamp", "SignatureNonceUsed", "isp.RAM_PERMISSION_DENY"),
            *("isv.OUT_OF_SERVICE", "isv.AMOUNT_NOT_ENOUGH", "isv.ACCOUNT_ABNORMAL"),
            *("isv.ACCOUNT_NOT_EXISTS", "isv.PRODUCT_UN_SUBSCRIPT", "isv.PRODUCT_UNSUBSCRIBE"),
            *("isv.SMS_TEMPLATE_ILLEGAL", "isv.TEMPLATE_MISSING_PARAMETERS", "isv.DENY_IP_RANGE"),
            *("isv.SMS_SIGNATURE_ILLEGAL", "isv.SMS_SIGN_ILLEGAL", "isv.SIGN_STATE_ILLEGAL"),
            *("isv.SMS_SIGNATURE_SCENE_ILLEGAL", "isv.DOMESTIC_NUMBER_NOT_SUPPORTED"),
        ),
        NotSent(Reason.NO_CREDENTIALS),
    ),
    "isv.BUSINESS_LIMIT_CONTROL": NotSent(Reason.RATE_LIMITED, retry_after=60.0),
    "Throttling": NotSent(Reason.RATE_LIMITED),
    **dict.fromkeys(
        ("isv.DAY_LIMIT_CONTROL", "isv.MONTH_LIMIT_CONTROL", "MOBILE_SEND_LIMIT"),
        NotSent(Reason.QUOTA, retry_after=3600.0),
    ),
    "isp": Unknown(Reason.PROVIDER_ERROR),  # "system error", perhaps after sending
    "USER_REJECT": Failed(Reason.OPTED_OUT, suppress=True),
    **dict.fromkeys(("MOBILE_IN_BLACK", "IS_CLOSED"), Failed(Reason.BLOCKED)),
    **dict.fromkeys(  # switched off, in arrears or no such number
        ("MOBILE_NOT_ON_SERVICE", "MOBILE_ACCOUNT_ABNORMAL", "INVALID_NUMBER"),
        Failed(Reason.UNREACHABLE),
    ),
}

CHINA: Final = ZoneInfo("Asia/Shanghai")
CLOCK_SKEW: Final = timedelta(minutes=1)
# QuerySendDetails gives at most so many a page, and so many days back; the pages are our limit.
PAGE_SIZE, MAX_DAYS, MAX_PAGES = 50, 30, 20
# What cannot be read in an answer, or what is not there.
UNREADABLE: Final = (NotAccepted, ValueError, LookupError, TypeError, AttributeError)
# SendStatus: whether it was delivered; 1 waits for its receipt.
ENDED: Final = {2: False, 3: True}
MAINLAND: Final = re.compile(r"1[3-9]\d{9}", re.ASCII)
OUT_ID: Final = re.compile(r"(\d{1,18}):([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})", re.ASCII)
TAKEN: Final = json.dumps({"code": 0, "msg": "成功"}, ensure_ascii=False)


@register
class Aliyun(Provider):
    """SMS by SendSms."""

    name = "aliyun"
    former_names = ("aliyun_sms",)
    label = _("Alibaba Cloud")
    medium = SMS
    order = 20
    longest_callback = 1 << 20  # up to 500 reports at once
    address_kind = AddressKind.PHONE
    required_settings = (
        "ALIYUN_SMS_ACCESS_KEY_ID",
        "ALIYUN_SMS_ACCESS_KEY_SECRET",
        "ALIYUN_SMS_SIGN_NAME",
        "ALIYUN_SMS_TEMPLATE",
    )
    rate_setting = "ALIYUN_SMS_PER_SECOND"

    def compose(self, bulletin: Bulletin, template: MessageTemplate | None = None) -> Content:
        """Return 【signature】 and the template's text, its variables cut to Aliyun's limit."""
        code, words = settings.ALIYUN_SMS_TEMPLATE, settings.ALIYUN_SMS_TEMPLATE_TEXT
        if settings.ALIYUN_SMS_TEMPLATE_EN and not wording.is_chinese(bulletin):
            code, words = settings.ALIYUN_SMS_TEMPLATE_EN, settings.ALIYUN_SMS_TEMPLATE_EN_TEXT
        approved, values = Template(words), _values(wording.in_brief(bulletin, wording.SMS))
        signature = settings.ALIYUN_SMS_SIGN_NAME or bulletin.operator
        text = f"【{signature}】{approved.safe_substitute(values)}"
        used = {name: values[name] for name in approved.get_identifiers() if name in values}
        data = {"TemplateCode": code, "TemplateParam": json.dumps(used, ensure_ascii=False)}
        return Content(text=text, segments=sms_text.segments(text), data=data)

    async def send(self, batch: Iterable[Message]) -> AsyncIterator[tuple[Message, Outcome]]:
        """Send every message once, many in flight."""
        async with http.session() as opened:
            async for sent in http.each(batch, partial(_send_one, opened)):
                yield sent

    async def look_up(self, message: Message, since: datetime) -> Accepted | LookupResult:
        """Look for the message in the provider's daily lists (days of China's time).

        By its OutId; by its text only after a restore, when the delivery may have another id.
        """
        moments = since - CLOCK_SKEW, database_now_reckoned()
        first, last = (one.astimezone(CHINA).date() for one in moments)
        days = [first + timedelta(days=days) for days in range((last - first).days + 1)]
        if len(days) > MAX_DAYS:
            return LookupResult.CANNOT_TELL
        try:
            async with http.session() as opened:
                listed = [await _details(opened, message.address, day) for day in days]
        except UNREADABLE:
            return LookupResult.CANNOT_TELL
        # Any try of the delivery counts; a message without delivery (id 0) has only its own.
        mark = f"{message.delivery_id}:{'' if message.delivery_id else message.attempt_id}"
        ours = [
            out_id
            for day in listed
            for out_id, entry in day.items()
            if out_id.startswith(mark) or str(entry.get("Content", "")) in message.texts
        ]
        return Accepted(ours[0]) if ours else LookupResult.ABSENT

    async def ask_receipts(self, awaited: Sequence[Awaited]) -> Mapping[int, Answer]:
        """Ask for each message by its number: Aliyun has no other list."""
        async with http.session() as opened:
            answers = [await _ask(opened, one) for one in awaited]
        return {one.delivery_id: answer for one, answer in zip(awaited, answers, strict=True)}

    def verify_callback(self, request: HttpRequest) -> None:
        """Compare the secret in the callback's URL: Aliyun does not sign what it pushes."""
        token, given = settings.ALIYUN_SMS_CALLBACK_TOKEN, request.GET.get("token", "")
        if not token or not hmac.compare_digest(given.encode(), token.encode()):
            raise BadSignature

    def parse_callback(self, request: HttpRequest) -> Callback:
        """Read SmsReport or SmsUp: help.aliyun.com/document_detail/101867, /101847.html.

        Skip unreadable entries, so that the others are not lost with them.
        """
        try:
            given = json.loads(request.body)
        except (ValueError, RecursionError) as error:
            raise UnreadableCallback from error
        entries = [one for one in given if isinstance(one, dict)] if isinstance(given, list) else []
        receipts = [one for one in map(_receipt, entries) if one]
        inbound = [one for one in map(_inbound, entries) if one]
        if given != [] and not receipts and not inbound:
            raise UnreadableCallback
        return Callback(receipts, inbound, answer=TAKEN, content_type="application/json")


async def _send_one(opened: aiohttp.ClientSession, message: Message) -> Outcome:
    content, number = message.content.data, _number(message.address)
    if "TemplateCode" not in content:
        return Failed(Reason.REFUSED_CONTENT, "no template")
    if MAINLAND.fullmatch(number) and not message.address.startswith("+86"):
        # Without its +, a number of +1 can be somebody else's mainland number.
        return NotSent(Reason.OTHER, "ambiguous number")
    answer = await call(
        opened,
        "SendSms",
        OutId=f"{message.delivery_id}:{message.attempt_id}",
        PhoneNumbers=number,
        SignName=settings.ALIYUN_SMS_SIGN_NAME,
        **content,
    )
    given = answer.json()
    code: Any = given.get("Code")
    biz_id = given.get("BizId")
    readable = answer.status // 100 in (2, 4) and isinstance(code, str)
    if outcome := http.without_code(answer, readable=readable):
        return outcome
    if code != "OK":
        return _meaning(code)
    return Accepted(str(biz_id)) if biz_id else Unknown(Reason.PROVIDER_ERROR, "no BizId")


def _meaning(code: str) -> Refusal:
    known = ERRORS.get(code) or ERRORS.get(code.partition(".")[0]) or Failed(Reason.OTHER)
    return replace(known, code=code[:40])


async def _details(
    opened: aiohttp.ClientSession, address: str, day: date
) -> dict[str, Mapping[str, Any]]:
    """Return all messages to that number on that day by OutId; raises any of UNREADABLE."""
    query = {"PhoneNumber": _number(address), "SendDate": f"{day:%Y%m%d}"}
    found: dict[str, Mapping[str, Any]] = {}
    for page in range(1, MAX_PAGES + 1):
        paging = {"PageSize": str(PAGE_SIZE), "CurrentPage": str(page)}
        given = (await call(opened, "QuerySendDetails", **query, **paging)).json()
        if given["Code"] != "OK":
            raise ValueError("refused")
        entries = given["SmsSendDetailDTOs"]["SmsSendDetailDTO"]
        found |= {str(entry.get("OutId", "")): entry for entry in entries}
        if len(entries) < PAGE_SIZE:
            return found
    raise ValueError("too many")


async def _ask(opened: aiohttp.ClientSession, one: Awaited) -> Answer:
    try:
        listed = await _details(opened, one.address, one.sent_at.astimezone(CHINA).date())
        entry = listed[f"{one.delivery_id}:{one.attempt_id}"]
        status, code = int(entry["SendStatus"]), str(entry.get("ErrCode") or "")
    except UNREADABLE:
        return LookupResult.CANNOT_TELL
    if status not in ENDED:
        return LookupResult.CANNOT_TELL
    error = None if ENDED[status] else _meaning(code)
    key = f"{one.provider_id}:{error.code if error else 'delivered'}"
    return ProviderReceipt.ended(key, one.provider_id, error)


def _number(address: str) -> str:
    """Return mainland numbers without and others with their country code, as SendSms expects."""
    return address.removeprefix("+86").removeprefix("+")


def _receipt(entry: Mapping[str, Any]) -> ProviderReceipt | None:
    biz_id, delivered = _text(entry, "biz_id")[:80], entry.get("success")
    if not biz_id or not isinstance(delivered, bool):
        return None
    error = None if delivered else _meaning(_text(entry, "err_code")[:40])
    receipt = ProviderReceipt.ended(
        f"{biz_id}:{error.code if error else 'delivered'}", biz_id, error
    )
    named = OUT_ID.fullmatch(_text(entry, "out_id"))
    if named is None:  # it is another program's
        return receipt
    return replace(receipt, delivery_id=int(named[1]), attempt_id=UUID(named[2]))


def _inbound(entry: Mapping[str, Any]) -> Inbound | None:
    number, text = _text(entry, "phone_number"), entry.get("content")
    if not number or not isinstance(text, str):
        return None
    address = f"+86{number}" if MAINLAND.fullmatch(number) else f"+{number}"
    name = f"{entry['sequence_id']} {entry.get('send_time')}" if entry.get("sequence_id") else ""
    return Inbound(address, sms_text.action_of(text), text.strip(), name)


def _text(entry: Mapping[str, Any], name: str) -> str:
    """Return a text that the database can store: without NUL or lone surrogates."""
    value = entry.get(name)
    return value if isinstance(value, str) and value.isprintable() else ""


def _values(bulletin: Bulletin) -> dict[str, str]:
    """Return the values of the template's variables; none may be empty."""
    limit, chinese = settings.ALIYUN_SMS_VARIABLE_LENGTH, wording.is_chinese(bulletin)
    safe = partial(sms_text.carrier_safe, chinese=chinese)
    body = sentence(safe(bulletin.body) or bulletin.status_label, chinese=chinese)
    with override(bulletin.language):
        otherwise = gettext("See the status page for details.")
    return {
        "what": wording.opening_within(replace(bulletin, name=safe(bulletin.name)), limit),
        "body": sms_text.shortened(body, limit),
        "next": sms_text.shortened(wording.promise(bulletin) or otherwise, limit),
        "number": str(bulletin.number),
        "code": bulletin.code,
    }
