"""SMS through Aliyun (dysmsapi 2017-05-25), which sends approved templates and no free text."""

import json
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial
from re import compile as pattern
from typing import Any, Final
from zoneinfo import ZoneInfo

import aiohttp
from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from notifications.channels import http, sms_text
from notifications.channels.aliyun_api import call
from notifications.channels.aliyun_codes import meaning, reported
from notifications.channels.aliyun_templates import ask, rule_of, written
from notifications.channels.base import (
    Answer,
    Awaited,
    DataRecipient,
    Message,
    MessageTemplate,
    register,
)
from notifications.channels.fact_values import Fact
from notifications.channels.filling import Values
from notifications.channels.outcomes import (
    Accepted,
    Callback,
    Inbound,
    LookupResult,
    NotAccepted,
    NotSent,
    Outcome,
    ProviderReceipt,
    Reason,
    Unknown,
    UnreadableCallback,
)
from notifications.channels.templated import TemplateAnswer, TemplateRefused
from notifications.channels.templated_sms import (
    MAINLAND,
    TemplatedSms,
    address_of,
    mark_of,
    marked,
    text_in,
    unsuitable,
)
from statuspage.lib.database_clock import database_now_reckoned

CHINA: Final = ZoneInfo("Asia/Shanghai")
CLOCK_SKEW: Final = timedelta(minutes=1)
# QuerySendDetails gives at most so many a page, and so many days back; the pages are our limit.
PAGE_SIZE, MAX_DAYS, MAX_PAGES = 50, 30, 20
# What cannot be read in an answer, or what is not there.
UNREADABLE: Final = (NotAccepted, ValueError, LookupError, TypeError, AttributeError)
# SendStatus: whether it was delivered; 1 waits for its receipt.
ENDED: Final = {2: False, 3: True}
TAKEN: Final = json.dumps({"code": 0, "msg": "成功"}, ensure_ascii=False)
NOTICE, ABROAD, CODE = "1", "3", "0"


@register
class Aliyun(TemplatedSms):
    """SMS by SendSms."""

    name = "aliyun"
    former_names = ("aliyun_sms",)
    label = _("Alibaba Cloud")
    order = 20
    required_settings = (
        "ALIYUN_SMS_ACCESS_KEY_ID",
        "ALIYUN_SMS_ACCESS_KEY_SECRET",
        "ALIYUN_SMS_SIGN_NAME",
    )
    rate_setting = "ALIYUN_SMS_PER_SECOND"
    signature_setting = "ALIYUN_SMS_SIGN_NAME"
    token_setting = "ALIYUN_SMS_CALLBACK_TOKEN"  # noqa: S105 - the setting's name
    variable = pattern(r"\$\{(\w+)\}")
    # Half a minute between two, at most a hundred a day: help.aliyun.com, CreateSmsTemplate.
    registers_every = 30.0

    def variable_limit(self, variable: str, fact: Fact) -> int:
        """Return the limit of the account, which is the same for every type."""
        return int(settings.ALIYUN_SMS_VARIABLE_LENGTH)

    def recipient(self) -> DataRecipient:
        """Return Aliyun's company."""
        return DataRecipient(
            name=gettext("Alibaba Cloud Computing Ltd."),
            receives=gettext("phone number, text of the message"),
            purpose=gettext("sending SMS"),
        )

    def data(self, template: MessageTemplate, values: Values) -> Mapping[str, Any]:
        """Return the template with its values by name."""
        return {
            "TemplateCode": template.provider_id,
            "TemplateParam": json.dumps(values, ensure_ascii=False),
            "SignName": self.signature_of(template),
        }

    def written(self, text: str, *, abroad: bool) -> tuple[str, Mapping[str, str]]:
        """Return the text with ${name} for each fact."""
        return written(text)

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

    async def ask_templates(
        self, templates: Sequence[MessageTemplate]
    ) -> Mapping[str, TemplateAnswer]:
        """Ask for every template of the account, which takes few calls, and return those named."""
        wanted = {one.provider_id for one in templates}
        async with http.session() as opened:
            found = await ask(opened)
        return {code: answer for code, answer in found.items() if code in wanted}

    async def register_template(self, template: MessageTemplate) -> str:
        """Have it reviewed by CreateSmsTemplate: help.aliyun.com/document_detail/2806234.html."""
        kind = CODE if template.kind.partition(".")[0] == "code" else NOTICE
        with override("zh-hans"):
            remark = gettext("Service messages to our own merchants, who have agreed to them")
        given = {
            "TemplateName": (template.kind or template.moment or "default")[:30],
            "TemplateContent": template.text,
            "TemplateType": ABROAD if template.abroad else kind,
            "TemplateRule": json.dumps(rule_of(template)),
            "RelatedSignName": self.signature_of(template),
            "Remark": remark,
        }
        async with http.session() as opened:
            answer = await call(
                opened, "CreateSmsTemplate", **{k: v for k, v in given.items() if v}
            )
        said = answer.json()
        code = str(said.get("Code") or "")
        if code == "OK" and said.get("TemplateCode"):
            return str(said["TemplateCode"])
        outcome = http.without_code(answer, readable=bool(code)) or meaning(code)
        if isinstance(outcome, Unknown) or outcome.reason in {Reason.RATE_LIMITED, Reason.QUOTA}:
            raise NotAccepted(NotSent(outcome.reason, outcome.code, outcome.retry_after))
        raise TemplateRefused(f"{code}: {said.get('Message', '')}")


async def _send_one(opened: aiohttp.ClientSession, message: Message) -> Outcome:
    if refused := unsuitable(message):
        return refused
    number = _number(message.address)
    if MAINLAND.fullmatch(number) and not message.address.startswith("+86"):
        # Without its +, a number of +1 can be somebody else's mainland number.
        return NotSent(Reason.OTHER, "ambiguous number")
    data = {name: value for name, value in message.content.data.items() if name != "abroad"}
    answer = await call(opened, "SendSms", OutId=mark_of(message), PhoneNumbers=number, **data)
    given = answer.json()
    code: Any = given.get("Code")
    biz_id = given.get("BizId")
    readable = answer.status // 100 in (2, 4) and isinstance(code, str)
    if outcome := http.without_code(answer, readable=readable):
        return outcome
    if code != "OK":
        return meaning(code)
    return Accepted(str(biz_id)) if biz_id else Unknown(Reason.PROVIDER_ERROR, "no BizId")


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
    error = None if ENDED[status] else reported(code)
    key = f"{one.provider_id}:{error.code if error else 'delivered'}"
    return ProviderReceipt.ended(key, one.provider_id, error)


def _number(address: str) -> str:
    """Return mainland numbers without and others with their country code, as SendSms expects."""
    return address.removeprefix("+86").removeprefix("+")


def _receipt(entry: Mapping[str, Any]) -> ProviderReceipt | None:
    biz_id, delivered = text_in(entry, "biz_id")[:80], entry.get("success")
    if not biz_id or not isinstance(delivered, bool):
        return None
    error = None if delivered else reported(text_in(entry, "err_code")[:40])
    receipt = ProviderReceipt.ended(
        f"{biz_id}:{error.code if error else 'delivered'}", biz_id, error
    )
    named = marked(text_in(entry, "out_id"))
    if named is None:  # it is another program's
        return receipt
    return replace(receipt, delivery_id=named[0], attempt_id=named[1])


def _inbound(entry: Mapping[str, Any]) -> Inbound | None:
    number, text = text_in(entry, "phone_number"), entry.get("content")
    if not number or not isinstance(text, str):
        return None
    name = f"{entry['sequence_id']} {entry.get('send_time')}" if entry.get("sequence_id") else ""
    return Inbound(address_of(number), sms_text.action_of(text), text.strip(), name)
