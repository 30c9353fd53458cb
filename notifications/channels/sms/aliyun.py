"""SMS through Aliyun (dysmsapi 2017-05-25), which sends approved templates and no free text."""

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from re import ASCII
from re import compile as pattern
from typing import Any, Final
from zoneinfo import ZoneInfo

import aiohttp
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from notifications.channels import http, sms_text
from notifications.channels.aliyun_api import call
from notifications.channels.aliyun_codes import meaning, reported
from notifications.channels.aliyun_templates import ask, is_name, rule_of, takes, written
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
    NotSent,
    Outcome,
    ProviderReceipt,
    Reason,
    Unknown,
)
from notifications.channels.phone_numbers import without_plus
from notifications.channels.templated import TemplateAnswer, storable
from notifications.channels.templated_sms import (
    TemplatedSms,
    address_of,
    begins_with,
    mark_of,
    receipt_of,
    refilled,
    remark,
    review_refused,
    template_name,
    text_in,
    with_operator,
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
FAILED: Final = "2"
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
    taken = json.dumps({"code": 0, "msg": "成功"}, ensure_ascii=False)
    id_key = "TemplateCode"
    variable = pattern(r"\$\{(\w+)\}", ASCII)
    variable_example = "${amount}"

    def variable_limit(self, variable: str, fact: Fact) -> int:
        """Return the limit of the account, which is the same for every type."""
        return int(settings.ALIYUN_SMS_VARIABLE_LENGTH)

    def takes(self, template: MessageTemplate, variable: str, value: str) -> bool:
        """Return whether a value is of its variable's type: with another the SMS is refused."""
        return takes(template, variable, value)

    def check_template(self, template: MessageTemplate) -> None:
        """Refuse names of variables that Aliyun does not take."""
        super().check_template(template)
        if wrong := [one for one in self.variable.findall(template.text) if not is_name(one)]:
            problem = _("Variables begin with a letter, and some names are taken: %(names)s.")
            raise ValidationError({"text": problem % {"names": ", ".join(wrong)}})

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
        """Return the text with ${name} for each fact; abroad it begins with the operator."""
        return written(with_operator(text) if abroad else text)

    async def send_one(self, opened: aiohttp.ClientSession, message: Message) -> Outcome:
        """Send one message by SendSms."""
        number = without_plus(message.address)
        answer = await call(
            opened, "SendSms", OutId=mark_of(message), PhoneNumbers=number, **refilled(message)
        )
        given = answer.json()
        code, biz_id = given.get("Code"), given.get("BizId")
        readable = answer.status // 100 in (2, 4) and isinstance(code, str)
        if outcome := http.without_code(answer, readable=readable):
            return outcome
        if code != "OK":
            return meaning(str(code))
        return Accepted(str(biz_id)) if biz_id else Unknown(Reason.PROVIDER_ERROR, "no BizId")

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
        mark = begins_with(message)
        ours = [
            out_id
            for day in listed
            for out_id, entry in day.items()
            if (out_id.startswith(mark) or str(entry.get("Content", "")) in message.texts)
            and not _certainly_not_sent(entry)
        ]
        return Accepted(ours[0]) if ours else LookupResult.ABSENT

    async def ask_receipt(self, opened: aiohttp.ClientSession, one: Awaited) -> Answer:
        """Look for a message in the list of its day."""
        try:
            listed = await _details(opened, one.address, one.sent_at.astimezone(CHINA).date())
            entry = listed[f"{one.delivery_id}:{one.attempt_id}"]
            status, code = int(entry["SendStatus"]), str(entry.get("ErrCode") or "")
        except UNREADABLE:
            return LookupResult.CANNOT_TELL
        if status not in ENDED:
            return LookupResult.CANNOT_TELL
        return receipt_of(one.provider_id, None if ENDED[status] else reported(code))

    def receipt_in(self, entry: Mapping[str, Any]) -> ProviderReceipt | None:
        """Read an entry of SmsReport: help.aliyun.com/document_detail/101867."""
        biz_id, delivered = text_in(entry, "biz_id")[:80], entry.get("success")
        if not biz_id or not isinstance(delivered, bool):
            return None
        error = None if delivered else reported(text_in(entry, "err_code")[:40])
        return receipt_of(biz_id, error, text_in(entry, "out_id"))

    def inbound_in(self, entry: Mapping[str, Any]) -> Inbound | None:
        """Read an entry of SmsUp: help.aliyun.com/document_detail/101847."""
        number, text = text_in(entry, "phone_number"), entry.get("content")
        if not number or not isinstance(text, str):
            return None
        name = entry.get("sequence_id") and f"{entry['sequence_id']} {entry.get('send_time')}"
        return Inbound(address_of(number), sms_text.action_of(text), text.strip(), name or "")

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
        given = {
            "TemplateName": template_name(template),
            "TemplateContent": template.text,
            "TemplateType": ABROAD if template.abroad else kind,
            "TemplateRule": json.dumps(rule_of(template)),
            "RelatedSignName": self.signature_of(template),
            "Remark": remark(),
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
        raise review_refused(outcome, f"{code or answer.status}: {storable(said.get('Message'))}")


def _certainly_not_sent(entry: Mapping[str, Any]) -> bool:
    """Return whether it is an earlier try, of which a receipt said that it was not sent."""
    failed = str(entry.get("SendStatus", "")) == FAILED
    return failed and isinstance(reported(str(entry.get("ErrCode") or "")), NotSent)


async def _details(
    opened: aiohttp.ClientSession, address: str, day: date
) -> dict[str, Mapping[str, Any]]:
    """Return all messages to that number on that day by OutId; raises any of UNREADABLE."""
    query = {"PhoneNumber": without_plus(address), "SendDate": f"{day:%Y%m%d}"}
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
