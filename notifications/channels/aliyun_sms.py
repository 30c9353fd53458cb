"""SMS through Aliyun (dysmsapi 2017-05-25), which sends approved templates and no free text."""

import hashlib
import hmac
import json
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from string import Template
from typing import Any, Final
from urllib.parse import quote, urlencode, urlsplit
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import aiohttp
from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _
from yarl import URL

from notifications.channels import http, sms_text, wording
from notifications.channels.addresses import AddressKind
from notifications.channels.base import Bulletin, Channel, Content, Limits, Message
from notifications.channels.batches import each
from notifications.channels.keywords import action_of
from notifications.channels.outcomes import (
    Accepted,
    BadSignature,
    Callback,
    Failed,
    Found,
    Inbound,
    NotSent,
    Outcome,
    Reason,
    Receipt,
    ReceiptState,
    Trace,
    Unknown,
    Unreadable,
)
from notifications.channels.registry import register

# Code, or what stands before its first dot -> what it means for us; sources:
# help.aliyun.com/document_detail/101346.html (API), /101347.html (receipts of carriers).
ERRORS: Final[Mapping[str, Failed | NotSent | Unknown]] = {
    "isv.MOBILE_NUMBER_ILLEGAL": Failed(Reason.BAD_ADDRESS, suppress=True),
    **dict.fromkeys(
        (
            *("isv.TEMPLATE_PARAMS_ILLEGAL", "isv.INVALID_PARAMETERS", "isv.INVALID_JSON_PARAM"),
            *("isv.PARAM_LENGTH_LIMIT", "isv.PARAM_NOT_SUPPORT_URL", "isv.SMS_CONTENT_ILLEGAL"),
            *("isv.BLACK_KEY_CONTROL_LIMIT", "CONTENT_KEYWORD", "CONTENT_ERROR"),
        ),
        Failed(Reason.REFUSED_CONTENT),
    ),
    # Our account, template or signature is at fault: good once an operator has put it right.
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
    "isp": Unknown(Reason.PROVIDER_ERROR),  # "system error": before or after sending, who knows
    "USER_REJECT": Failed(Reason.OPTED_OUT, suppress=True),
    **dict.fromkeys(("MOBILE_IN_BLACK", "IS_CLOSED"), Failed(Reason.BLOCKED)),
    **dict.fromkeys(  # switched off, in arrears or no such number: they do not tell which
        ("MOBILE_NOT_ON_SERVICE", "MOBILE_ACCOUNT_ABNORMAL", "INVALID_NUMBER"),
        Failed(Reason.UNREACHABLE),
    ),
}

ALGORITHM: Final = "ACS3-HMAC-SHA256"
NO_BODY: Final = hashlib.sha256(b"").hexdigest()
CHINA: Final = ZoneInfo("Asia/Shanghai")
CLOCK_SKEW: Final = timedelta(minutes=1)
# QuerySendDetails gives at most so many a page, and so many days back; the pages are our limit.
PAGE_SIZE, MAX_DAYS, MAX_PAGES = 50, 30, 20
MAINLAND: Final = re.compile(r"1[3-9]\d{9}", re.ASCII)
OUT_ID: Final = re.compile(r"(\d{1,18}):([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})", re.ASCII)
TAKEN: Final = json.dumps({"code": 0, "msg": "成功"}, ensure_ascii=False)


@register
class AliyunSms(Channel):
    """SMS by SendSms, for when the first provider is down."""

    name = "aliyun_sms"
    label = _("SMS (second provider)")
    address_kind = AddressKind.PHONE
    stands_in_for = "twilio_sms"

    @property
    def limits(self) -> Limits:
        """The account's messages a second."""
        return Limits(settings.ALIYUN_SMS_PER_SECOND, burst=settings.ALIYUN_SMS_PER_SECOND)

    def configured(self) -> bool:
        """Key, signature and template are needed."""
        key = settings.ALIYUN_SMS_ACCESS_KEY_ID and settings.ALIYUN_SMS_ACCESS_KEY_SECRET
        return bool(key and settings.ALIYUN_SMS_SIGN_NAME and settings.ALIYUN_SMS_TEMPLATE)

    def compose(self, bulletin: Bulletin) -> Content:
        """【signature】 and the template's words, each variable as long as Aliyun lets it be."""
        code, words = settings.ALIYUN_SMS_TEMPLATE, settings.ALIYUN_SMS_TEMPLATE_TEXT
        if settings.ALIYUN_SMS_TEMPLATE_EN and not wording.is_chinese(bulletin):
            code, words = settings.ALIYUN_SMS_TEMPLATE_EN, settings.ALIYUN_SMS_TEMPLATE_EN_TEXT
        template, values = Template(words), _values(wording.in_brief(bulletin))
        said = template.safe_substitute(values)
        text = f"【{settings.ALIYUN_SMS_SIGN_NAME or bulletin.operator}】{said}"
        used = {name: values[name] for name in template.get_identifiers() if name in values}
        data = {"TemplateCode": code, "TemplateParam": json.dumps(used, ensure_ascii=False)}
        return Content(text=text, segments=sms_text.segments(text), data=data)

    async def send(self, batch: Sequence[Message]) -> AsyncIterator[tuple[Message, Outcome]]:
        """Send every message once, many in flight."""
        async with http.session() as opened:
            async for sent in each(batch, partial(_send_one, opened)):
                yield sent

    async def look_up(self, message: Message, since: datetime) -> Found | Trace:
        """Look for its OutId, by which alone the lists of China's days name a message."""
        first, last = (since - CLOCK_SKEW).astimezone(CHINA).date(), datetime.now(CHINA).date()
        days = [first + timedelta(days=days) for days in range((last - first).days + 1)]
        if len(days) > MAX_DAYS:
            return Trace.CANNOT_TELL
        try:
            async with http.session() as opened:
                listed = [await _out_ids(opened, message.address, day) for day in days]
        except (*http.ERRORS, ValueError, LookupError, TypeError, AttributeError):
            return Trace.CANNOT_TELL
        # Any try of the delivery is the delivery; a message of none (id 0) is only itself.
        mark = f"{message.delivery_id}:{'' if message.delivery_id else message.attempt_id}"
        ours = [out_id for day in listed for out_id in day if out_id.startswith(mark)]
        return Found(ours[0]) if ours else Trace.ABSENT

    def verify_callback(self, request: HttpRequest) -> None:
        """Aliyun signs nothing that it pushes: the address it was given carries a secret."""
        token, given = settings.ALIYUN_SMS_CALLBACK_TOKEN, request.GET.get("token", "")
        if not token or not hmac.compare_digest(given.encode(), token.encode()):
            raise BadSignature

    def parse_callback(self, request: HttpRequest) -> Callback:
        """SmsReport or SmsUp, many at once: help.aliyun.com/document_detail/101867, /101847.html.

        An entry that makes no sense is passed over: the others must not be lost with it.
        """
        try:
            given = json.loads(request.body)
        except (ValueError, RecursionError) as error:
            raise Unreadable from error
        entries = [one for one in given if isinstance(one, dict)] if isinstance(given, list) else []
        receipts = [one for one in map(_receipt, entries) if one]
        inbound = [one for one in map(_inbound, entries) if one]
        if given != [] and not receipts and not inbound:
            raise Unreadable
        return Callback(receipts, inbound, answer=TAKEN, content_type="application/json")


def authorization(query: str, headers: Mapping[str, str]) -> str:
    """Of a POST to "/" without a body: help.aliyun.com, V3 request structure and signature."""
    names = ";".join(sorted(headers))
    lines = "".join(f"{name}:{headers[name]}\n" for name in sorted(headers))
    canonical = "\n".join(["POST", "/", query, lines, names, NO_BODY])
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    key = settings.ALIYUN_SMS_ACCESS_KEY_SECRET.encode()
    signature = hmac.new(key, f"{ALGORITHM}\n{digest}".encode(), hashlib.sha256).hexdigest()
    credential = settings.ALIYUN_SMS_ACCESS_KEY_ID
    return f"{ALGORITHM} Credential={credential},SignedHeaders={names},Signature={signature}"


async def _call(opened: aiohttp.ClientSession, action: str, **parameters: str) -> http.Answer:
    endpoint = settings.ALIYUN_SMS_ENDPOINT
    query = urlencode(sorted(parameters.items()), safe="", quote_via=quote)
    headers = {
        "host": urlsplit(endpoint).netloc,
        "x-acs-action": action,
        "x-acs-content-sha256": NO_BODY,
        "x-acs-date": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "x-acs-signature-nonce": uuid4().hex,
        "x-acs-version": "2017-05-25",
    }
    headers["Authorization"] = authorization(query, headers)
    url = URL(f"{endpoint}/?{query}", encoded=True)  # sent as it was signed
    return await http.request(opened, "POST", url, headers=headers)


async def _send_one(opened: aiohttp.ClientSession, message: Message) -> Outcome:
    content, number = message.content.data, _number(message.address)
    if "TemplateCode" not in content:
        return Failed(Reason.REFUSED_CONTENT, "no template")
    if MAINLAND.fullmatch(number) and not message.address.startswith("+86"):
        # Numbers of +1 can look like mainland ones: it would be a stranger's telephone.
        return NotSent(Reason.OTHER, "ambiguous number")
    named = {"OutId": f"{message.delivery_id}:{message.attempt_id}", "PhoneNumbers": number}
    signed = {"SignName": settings.ALIYUN_SMS_SIGN_NAME, **content}
    try:
        answer = await _call(opened, "SendSms", **named, **signed)
    except http.ERRORS as error:
        return http.outcome_of(error)
    return _outcome_of(answer)


def _outcome_of(answer: http.Answer) -> Outcome:
    given = answer.json()
    code, biz_id = given.get("Code"), given.get("BizId")
    if answer.status == 429:
        return NotSent(Reason.RATE_LIMITED, "429", http.retry_after(answer.headers))
    if answer.status // 100 not in (2, 4) or not isinstance(code, str):
        return Unknown(Reason.PROVIDER_ERROR, str(answer.status))
    if code == "OK":
        return Accepted(str(biz_id)) if biz_id else Unknown(Reason.PROVIDER_ERROR, "no BizId")
    return replace(_meaning(code), code=code[:40])


def _meaning(code: str) -> Failed | NotSent | Unknown:
    return ERRORS.get(code) or ERRORS.get(code.partition(".")[0]) or Failed(Reason.OTHER)


async def _out_ids(opened: aiohttp.ClientSession, address: str, day: date) -> list[str]:
    """Of every message to that number on that day; raises what reading a bad answer raises."""
    there = {"PhoneNumber": _number(address), "SendDate": f"{day:%Y%m%d}"}
    found: list[str] = []
    for page in range(1, MAX_PAGES + 1):
        paging = {"PageSize": str(PAGE_SIZE), "CurrentPage": str(page)}
        given = (await _call(opened, "QuerySendDetails", **there, **paging)).json()
        if given["Code"] != "OK":
            raise ValueError("refused")
        entries = given["SmsSendDetailDTOs"]["SmsSendDetailDTO"]
        found += [str(entry.get("OutId", "")) for entry in entries]
        if len(entries) < PAGE_SIZE:
            return found
    raise ValueError("too many")


def _number(address: str) -> str:
    """Mainland numbers bare, others behind their country code (SendSms, PhoneNumbers)."""
    return address.removeprefix("+86").removeprefix("+")


def _receipt(entry: Mapping[str, Any]) -> Receipt | None:
    biz_id, code = _text(entry, "biz_id")[:80], _text(entry, "err_code")[:40]
    delivered, named = entry.get("success"), OUT_ID.fullmatch(_text(entry, "out_id"))
    if not biz_id or not isinstance(delivered, bool):
        return None
    meaning: Any = None if delivered else _meaning(code)
    return Receipt(
        key=f"{biz_id}:{'delivered' if delivered else code}",
        state=ReceiptState.DELIVERED if delivered else ReceiptState.UNDELIVERED,
        provider_id=biz_id,
        delivery_id=int(named[1]) if named else None,  # else it is another program's
        attempt_id=UUID(named[2]) if named else None,
        code="" if delivered else code,
        reason=meaning.reason if meaning else None,
        suppress=getattr(meaning, "suppress", False),
    )


def _inbound(entry: Mapping[str, Any]) -> Inbound | None:
    number, text = _text(entry, "phone_number"), entry.get("content")
    if not number or not isinstance(text, str):
        return None
    address = f"+86{number}" if MAINLAND.fullmatch(number) else f"+{number}"
    return Inbound(address=address, action=action_of(text), text=text.strip())


def _text(entry: Mapping[str, Any], name: str) -> str:
    """A text that a table can keep: neither NUL nor half a surrogate pair."""
    value = entry.get(name)
    return value if isinstance(value, str) and value.isprintable() else ""


def _values(bulletin: Bulletin) -> dict[str, str]:
    """What the template's variables say; none may be empty."""
    limit, chinese = settings.ALIYUN_SMS_VARIABLE_LENGTH, wording.is_chinese(bulletin)
    safe = partial(sms_text.carrier_safe, chinese=chinese)
    body = wording.sentence(safe(bulletin.body) or bulletin.status_label, chinese=chinese)
    with override(bulletin.language):
        otherwise = gettext("See the status page for details.")
    return {
        "what": wording.opening_within(replace(bulletin, name=safe(bulletin.name)), limit),
        "body": sms_text.shortened(body, limit),
        "next": sms_text.shortened(wording.promise(bulletin) or otherwise, limit),
        "number": str(bulletin.number),
        "code": bulletin.code,
    }
