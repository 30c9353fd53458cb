"""SMS through Tencent Cloud (sms 2021-01-11), which sends approved templates and no free text."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from re import ASCII
from re import compile as pattern
from typing import Any, Final

import aiohttp
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
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
    Inbound,
    LookupResult,
    NotAccepted,
    Outcome,
    ProviderReceipt,
    Reason,
    Refusal,
    Unknown,
)
from notifications.channels.templated import TemplateAnswer, storable
from notifications.channels.templated_sms import (
    TemplatedSms,
    address_of,
    begins_with,
    in_order,
    mark_of,
    receipt_of,
    refilled,
    remark,
    review_refused,
    template_name,
    text_in,
    with_operator,
)
from notifications.channels.tencent_api import call, error_of, response_of, words_of
from notifications.channels.tencent_codes import meaning, reported
from notifications.channels.tencent_templates import ask
from statuspage.lib.database_clock import database_now_reckoned

CLOCK_SKEW: Final = timedelta(minutes=1)
# It lists what has a receipt, for so long back, and so many at once. A receipt comes within three
# days; what has none by then was never accepted.
LISTED_FOR: Final = timedelta(days=7)
REPORTED_WITHIN: Final = timedelta(hours=73)
MOST_LISTED: Final = 100
SUCCESS: Final = "SUCCESS"
UNREADABLE: Final = (NotAccepted, ValueError, LookupError, TypeError, AttributeError)


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
    taken = json.dumps({"result": 0, "errmsg": "OK"})
    id_key = "TemplateId"
    variable = pattern(r"\{([1-9]\d?)\}", ASCII)
    variable_example = "{1}"

    def variable_limit(self, variable: str, fact: Fact) -> int:
        """Return the account's limit: accounts of firms have none."""
        return int(settings.TENCENT_SMS_VARIABLE_LENGTH)

    def check_template(self, template: MessageTemplate) -> None:
        """Refuse variables that are not numbered in their order: their values go by their place."""
        super().check_template(template)
        numbers = self.variable.findall(template.text)
        if numbers != [str(place) for place in range(1, len(numbers) + 1)]:
            raise ValidationError({"text": _("Number the variables in their order: {1}, {2} …")})

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
        text = with_operator(text) if abroad else text
        fields = {str(place): name for place, name in enumerate(in_order(text), start=1)}
        for place, name in fields.items():
            text = text.replace(f"{{{name}}}", f"{{{place}}}")
        return text, fields

    async def send_one(self, opened: aiohttp.ClientSession, message: Message) -> Outcome:
        """Send one message by SendSms."""
        data = refilled(message)
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
        code, serial = _status(response_of(answer))
        readable = answer.status // 100 in (2, 4) and bool(code)
        if outcome := http.without_code(answer, readable=readable):
            return outcome
        if code != "Ok":
            return meaning(code)
        return Accepted(serial) if serial else Unknown(Reason.PROVIDER_ERROR, "no SerialNo")

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
        mark = begins_with(message)
        ours = [one for one in listed if text_in(one, "SessionContext").startswith(mark)]
        if ours:
            return Accepted(str(ours[0]["SerialNo"]))
        told = len(listed) < MOST_LISTED and since - CLOCK_SKEW >= now - LISTED_FOR
        late = now - since > REPORTED_WITHIN
        return LookupResult.ABSENT if told and late else LookupResult.CANNOT_TELL

    async def ask_receipt(self, opened: aiohttp.ClientSession, one: Awaited) -> Answer:
        """Look for a message among the receipts of its number."""
        begins = one.sent_at - CLOCK_SKEW
        try:
            listed = await _receipts_of(opened, one.address, begins, database_now_reckoned())
        except UNREADABLE:
            return LookupResult.CANNOT_TELL
        entry = next((found for found in listed if found.get("SerialNo") == one.provider_id), None)
        if entry is None:
            return LookupResult.CANNOT_TELL
        error = _error_in(entry.get("ReportStatus"), text_in(entry, "Description"))
        return receipt_of(one.provider_id, error)

    def receipt_in(self, entry: Mapping[str, Any]) -> ProviderReceipt | None:
        """Read a receipt: cloud.tencent.com/document/api/382/5807."""
        serial, status = text_in(entry, "sid")[:80], text_in(entry, "report_status")
        if not serial or not status:
            return None
        return receipt_of(
            serial, _error_in(status, text_in(entry, "errmsg")), text_in(entry, "ext")
        )

    def inbound_in(self, entry: Mapping[str, Any]) -> Inbound | None:
        """Read a reply: cloud.tencent.com/document/api/382/5809."""
        number, text = text_in(entry, "mobile"), entry.get("text")
        if not number or not isinstance(text, str):
            return None
        address = address_of(number, text_in(entry, "nationcode"))
        at = entry.get("time")
        name = f"{address} {at}" if isinstance(at, int) else ""
        return Inbound(address, sms_text.action_of(text), text.strip(), name)

    async def ask_templates(
        self, templates: Sequence[MessageTemplate]
    ) -> Mapping[str, TemplateAnswer]:
        """Ask for those at home and those abroad, which are two lists."""
        async with http.session() as opened:
            return await ask(opened, templates)

    async def register_template(self, template: MessageTemplate) -> str:
        """Have it reviewed by AddSmsTemplate: cloud.tencent.com/document/api/382/55974."""
        async with http.session() as opened:
            answer = await call(
                opened,
                "AddSmsTemplate",
                TemplateName=template_name(template),
                TemplateContent=template.text,
                SmsType=0,
                International=int(template.abroad),
                Remark=remark(),
            )
        said = response_of(answer)
        if code := error_of(said):
            raise review_refused(meaning(code), storable(words_of(said)))
        try:
            return str(said["AddTemplateStatus"]["TemplateId"])
        except (LookupError, TypeError) as error:
            raise NotAccepted(Unknown(Reason.PROVIDER_ERROR, str(answer.status))) from error


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


def _error_in(status: object, code: str) -> Refusal | None:
    return None if status == SUCCESS else reported(code or "FAIL")
