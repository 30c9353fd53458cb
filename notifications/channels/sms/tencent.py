"""SMS through Tencent Cloud (sms 2021-01-11), which sends approved templates and no free text."""

import json
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from re import compile as pattern
from typing import Any, Final

import aiohttp
from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from notifications.channels import http, sms_text
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
from notifications.channels.templated import TemplateAnswer, TemplateRefused, Verdict
from notifications.channels.templated_sms import (
    TemplatedSms,
    address_of,
    in_order,
    mark_of,
    marked,
    text_in,
    unsuitable,
)
from notifications.channels.tencent_api import call, error_of, response_of, words_of
from notifications.channels.tencent_codes import meaning, reported
from statuspage.lib.database_clock import database_now_reckoned

CLOCK_SKEW: Final = timedelta(minutes=1)
# It lists what has a receipt, for so long back, and so many at once. A receipt comes within three
# days; what has none by then was never accepted.
LISTED_FOR: Final = timedelta(days=7)
REPORTED_WITHIN: Final = timedelta(hours=73)
MOST_LISTED: Final = 100
# DescribeSmsTemplateList takes so many ids at once.
MOST_ASKED: Final = 100
SUCCESS: Final = "SUCCESS"
DELIVERED: Final = "DELIVRD"
# StatusCode: cloud.tencent.com/document/api/382/52067 (2: approved, in force a little later).
VERDICTS: Final[Mapping[int, Verdict]] = {
    0: Verdict.APPROVED,
    1: Verdict.IN_REVIEW,
    2: Verdict.IN_REVIEW,
    -1: Verdict.REFUSED,
}
UNREADABLE: Final = (NotAccepted, ValueError, LookupError, TypeError, AttributeError)
TAKEN: Final = json.dumps({"result": 0, "errmsg": "OK"})


@register
class Tencent(TemplatedSms):
    """SMS by SendSms."""

    name = "tencent"
    label = _("Tencent Cloud")
    order = 30
    required_settings = (
        "TENCENT_SMS_SECRET_ID",
        "TENCENT_SMS_SECRET_KEY",
        "TENCENT_SMS_SDK_APP_ID",
        "TENCENT_SMS_SIGN_NAME",
    )
    rate_setting = "TENCENT_SMS_PER_SECOND"
    signature_setting = "TENCENT_SMS_SIGN_NAME"
    token_setting = "TENCENT_SMS_CALLBACK_TOKEN"  # noqa: S105 - the setting's name
    variable = pattern(r"\{(\d+)\}")
    registers_every = 1.0

    def variable_limit(self, variable: str, fact: Fact) -> int:
        """Return the account's limit: accounts of firms have none."""
        return int(settings.TENCENT_SMS_VARIABLE_LENGTH)

    def recipient(self) -> DataRecipient:
        """Return Tencent's company."""
        return DataRecipient(
            name=gettext("Tencent Cloud Computing (Beijing) Co., Ltd."),
            receives=gettext("phone number, text of the message"),
            purpose=gettext("sending SMS"),
        )

    def data(self, template: MessageTemplate, values: Values) -> Mapping[str, Any]:
        """Return the template with its values in their order."""
        ordered = [values[name] for name in sorted(values, key=int)]
        return {
            "TemplateId": template.provider_id,
            "TemplateParamSet": ordered,
            "SignName": self.signature_of(template),
        }

    def written(self, text: str, *, abroad: bool) -> tuple[str, Mapping[str, str]]:
        """Return the text with {1}, {2} …; abroad the operator stands where a signature would."""
        fields = {str(place): name for place, name in enumerate(in_order(text), start=1)}
        for place, name in fields.items():
            text = text.replace(f"{{{name}}}", f"{{{place}}}")
        return text, fields

    async def send(self, batch: Iterable[Message]) -> AsyncIterator[tuple[Message, Outcome]]:
        """Send every message once, many in flight."""
        async with http.session() as opened:
            async for sent in http.each(batch, partial(_send_one, opened)):
                yield sent

    async def look_up(self, message: Message, since: datetime) -> Accepted | LookupResult:
        """Look for the message among the number's receipts.

        Nothing else is listed, so that one without a receipt may still be under way: it is absent
        only once its receipt would have come.
        """
        now = database_now_reckoned()
        begins = max(since - CLOCK_SKEW, now - LISTED_FOR)
        try:
            async with http.session() as opened:
                listed = await _receipts_of(opened, message.address, begins, now)
        except UNREADABLE:
            return LookupResult.CANNOT_TELL
        # Any try of the delivery counts; a message without delivery (id 0) has only its own.
        mark = f"{message.delivery_id}:{'' if message.delivery_id else message.attempt_id}"
        ours = [one for one in listed if text_in(one, "SessionContext").startswith(mark)]
        if ours:
            return Accepted(str(ours[0]["SerialNo"]))
        told = len(listed) < MOST_LISTED and since - CLOCK_SKEW >= now - LISTED_FOR
        late = now - since > REPORTED_WITHIN
        return LookupResult.ABSENT if told and late else LookupResult.CANNOT_TELL

    async def ask_receipts(self, awaited: Sequence[Awaited]) -> Mapping[int, Answer]:
        """Ask for each message by its number: there is no other list."""
        async with http.session() as opened:
            answers = [await _ask(opened, one) for one in awaited]
        return {one.delivery_id: answer for one, answer in zip(awaited, answers, strict=True)}

    def parse_callback(self, request: HttpRequest) -> Callback:
        """Read receipts (an array) or a reply: cloud.tencent.com/document/api/382/5807, /5809.

        Skip unreadable entries, so that the others are not lost with them.
        """
        try:
            given = json.loads(request.body)
        except (ValueError, RecursionError) as error:
            raise UnreadableCallback from error
        entries = given if isinstance(given, list) else [given]
        read = [one for one in entries if isinstance(one, dict)]
        receipts = [one for one in map(_receipt, read) if one]
        inbound = [one for one in map(_inbound, read) if one]
        if given != [] and not receipts and not inbound:
            raise UnreadableCallback
        return Callback(receipts, inbound, answer=TAKEN, content_type="application/json")

    async def ask_templates(
        self, templates: Sequence[MessageTemplate]
    ) -> Mapping[str, TemplateAnswer]:
        """Ask for those at home and those abroad, which are two lists."""
        found: dict[str, TemplateAnswer] = {}
        async with http.session() as opened:
            for abroad in (False, True):
                ids = [one.provider_id for one in templates if one.abroad is abroad]
                for start in range(0, len(ids), MOST_ASKED):
                    found |= await _asked(opened, ids[start : start + MOST_ASKED], abroad=abroad)
        return found

    async def register_template(self, template: MessageTemplate) -> str:
        """Have it reviewed by AddSmsTemplate: cloud.tencent.com/document/api/382/55974."""
        with override("zh-hans"):
            remark = gettext("Service messages to our own merchants, who have agreed to them")
        async with http.session() as opened:
            answer = await call(
                opened,
                "AddSmsTemplate",
                TemplateName=(template.kind or template.moment or "default")[:30],
                TemplateContent=template.text,
                SmsType=0,
                International=int(template.abroad),
                Remark=remark,
            )
        said = response_of(answer)
        if code := error_of(said):
            outcome = meaning(code)
            if isinstance(outcome, NotSent) and outcome.reason == Reason.RATE_LIMITED:
                raise NotAccepted(outcome)
            raise TemplateRefused(words_of(said))
        try:
            return str(said["AddTemplateStatus"]["TemplateId"])
        except (LookupError, TypeError) as error:
            raise NotAccepted(Unknown(Reason.PROVIDER_ERROR, str(answer.status))) from error


async def _send_one(opened: aiohttp.ClientSession, message: Message) -> Outcome:
    if refused := unsuitable(message):
        return refused
    data = {name: value for name, value in message.content.data.items() if name != "abroad"}
    if message.content.data["abroad"] and settings.TENCENT_SMS_SENDER_ID:
        data["SenderId"] = settings.TENCENT_SMS_SENDER_ID
    answer = await call(
        opened,
        "SendSms",
        PhoneNumberSet=[message.address],
        SmsSdkAppId=settings.TENCENT_SMS_SDK_APP_ID,
        SessionContext=mark_of(message),
        **data,
    )
    said = response_of(answer)
    code, serial = _status(said)
    readable = answer.status // 100 in (2, 4) and bool(code)
    if outcome := http.without_code(answer, readable=readable):
        return outcome
    if code != "Ok":
        return meaning(code)
    return Accepted(serial) if serial else Unknown(Reason.PROVIDER_ERROR, "no SerialNo")


def _status(said: Mapping[str, Any]) -> tuple[str, str]:
    """Return the code and the serial number of the one message of a call."""
    if code := error_of(said):
        return code, ""
    try:
        (status,) = said["SendStatusSet"]
        return str(status["Code"]), str(status.get("SerialNo") or "")[:80]
    except (LookupError, TypeError, ValueError):
        return "", ""


async def _receipts_of(
    opened: aiohttp.ClientSession, address: str, begins: datetime, ends: datetime
) -> list[Mapping[str, Any]]:
    """Return the receipts of a number; raises any of UNREADABLE."""
    answer = await call(
        opened,
        "PullSmsSendStatusByPhoneNumber",
        BeginTime=int(begins.timestamp()),
        EndTime=int((ends + CLOCK_SKEW).timestamp()),
        Offset=0,
        Limit=MOST_LISTED,
        PhoneNumber=address,
        SmsSdkAppId=settings.TENCENT_SMS_SDK_APP_ID,
    )
    said = response_of(answer)
    if error_of(said):
        raise ValueError("refused")
    return [one for one in said["PullSmsSendStatusSet"] if isinstance(one, dict)]


async def _ask(opened: aiohttp.ClientSession, one: Awaited) -> Answer:
    begins = one.sent_at - CLOCK_SKEW
    try:
        listed = await _receipts_of(opened, one.address, begins, database_now_reckoned())
        entry = next(found for found in listed if found.get("SerialNo") == one.provider_id)
    except StopIteration:
        return LookupResult.CANNOT_TELL
    except UNREADABLE:
        return LookupResult.CANNOT_TELL
    delivered = entry.get("ReportStatus") == SUCCESS
    return _ended(one.provider_id, delivered, text_in(entry, "Description"))


def _ended(serial: str, delivered: bool, code: str) -> ProviderReceipt:
    error = None if delivered else reported(code or "FAIL")
    key = f"{serial}:{error.code if error else 'delivered'}"
    return ProviderReceipt.ended(key, serial, error)


def _receipt(entry: Mapping[str, Any]) -> ProviderReceipt | None:
    serial, status = text_in(entry, "sid")[:80], text_in(entry, "report_status")
    if not serial or not status:
        return None
    receipt = _ended(serial, status == SUCCESS, text_in(entry, "errmsg"))
    named = marked(text_in(entry, "ext"))
    if named is None:  # not sent along, or another program's
        return receipt
    return replace(receipt, delivery_id=named[0], attempt_id=named[1])


def _inbound(entry: Mapping[str, Any]) -> Inbound | None:
    number, text = text_in(entry, "mobile"), entry.get("text")
    if not number or not isinstance(text, str):
        return None
    address = address_of(number, text_in(entry, "nationcode"))
    at = entry.get("time")
    name = f"{address} {at}" if isinstance(at, int) else ""
    return Inbound(address, sms_text.action_of(text), text.strip(), name)


async def _asked(
    opened: aiohttp.ClientSession, ids: Sequence[str], *, abroad: bool
) -> dict[str, TemplateAnswer]:
    """Return what is said of templates by their ids, which are numbers; others do not exist."""
    numbers = [int(one) for one in ids if one.isascii() and one.isdigit()]
    if not numbers:
        return {}
    answer = await call(
        opened, "DescribeSmsTemplateList", International=int(abroad), TemplateIdSet=numbers
    )
    said = response_of(answer)
    listed = said.get("DescribeTemplateStatusSet")
    if error_of(said) or not isinstance(listed, list):
        raise NotAccepted(NotSent(Reason.PROVIDER_ERROR, error_of(said)[:40] or "no list"))
    return {
        str(one["TemplateId"]): TemplateAnswer(
            VERDICTS.get(one.get("StatusCode", 1), Verdict.IN_REVIEW),
            str(one.get("ReviewReply") or ""),
            str(one.get("TemplateContent") or ""),
        )
        for one in listed
        if isinstance(one, dict) and "TemplateId" in one
    }
