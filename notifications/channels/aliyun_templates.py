"""Templates at Aliyun: how they are written, typed, and asked about."""

import re
from collections.abc import Mapping
from typing import Final

import aiohttp

from notifications.channels.aliyun_api import call
from notifications.channels.base import MessageTemplate
from notifications.channels.fact_values import FactType
from notifications.channels.facts import NAMES
from notifications.channels.outcomes import NotAccepted, NotSent, Reason
from notifications.channels.templated import PLACE, TemplateAnswer, Verdict, storable

# The type of variable for each type of fact (help.aliyun.com/document_detail/2806243.html).
TYPES: Final[Mapping[FactType, str]] = {
    **dict.fromkeys((FactType.DATE, FactType.TIME, FactType.MOMENT), "time"),
    FactType.MONEY: "money",
    **dict.fromkeys((FactType.NUMBER, FactType.CODE), "other_number2"),
    FactType.PHONE: "phone_number2",
    **dict.fromkeys((FactType.RATE, FactType.PRODUCT, FactType.TEXT), "others"),
}
# In a template with a code for signing up the types are other ones.
CODE_TYPES: Final = {"code": "numberCaptcha", "minutes": "verifyTime"}
# Aliyun's types of dates are Chinese ones.
ENGLISH_TYPES: Final = {"time": "others"}
CLOCK: Final = r"\d{1,2}(?::\d{2}(?::\d{2})?|[时点]\d{2}分?)"
DAY: Final = r"(?:\d{4}年)?\d{1,2}月\d{1,2}日|\d{4}[-/]\d{1,2}[-/]\d{1,2}"
# What a variable of each type takes (same page); "others" takes words.
TAKEN: Final[Mapping[str, re.Pattern[str]]] = {
    "time": re.compile(rf"(?:{DAY})(?: ?{CLOCK})?|{CLOCK}", re.ASCII),
    "money": re.compile(r"\d+(?:\.\d{1,2})?", re.ASCII),
    "other_number2": re.compile(r"[0-9A-Za-z]{1,35}", re.ASCII),
    "phone_number2": re.compile(r"\d[\d-]{3,13}\d", re.ASCII),
    "numberCaptcha": re.compile(r"\d{4,6}", re.ASCII),
    "verifyTime": re.compile(r"[1-9]\d?", re.ASCII),
}
# What a variable may be called: help.aliyun.com/document_detail/463270.
NAME: Final = re.compile(r"(?!(?:email|mobile|id|nick|site)\Z)[A-Za-z]\w{0,24}", re.ASCII)
VERDICTS: Final[Mapping[str, Verdict]] = {
    "AUDIT_STATE_INIT": Verdict.IN_REVIEW,
    "AUDIT_STATE_PASS": Verdict.APPROVED,
    "AUDIT_STATE_NOT_PASS": Verdict.REFUSED,
    # Withdrawn; spelt so in their documentation, and right as well.
    "AUDIT_SATE_CANCEL": Verdict.REFUSED,
    "AUDIT_STATE_CANCEL": Verdict.REFUSED,
}
PAGE_SIZE, MAX_PAGES = 50, 40


def written(text: str) -> tuple[str, Mapping[str, str]]:
    """Return a suggested text with ${name} for each fact, and its fields."""
    names = PLACE.findall(text)
    return PLACE.sub(lambda found: f"${{{found[1]}}}", text), {name: name for name in names}


def rule_of(template: MessageTemplate) -> Mapping[str, str]:
    """Return the type of each variable; abroad there are none."""
    if template.abroad:
        return {}
    if template.kind.partition(".")[0] == "code":
        return {variable: CODE_TYPES.get(name, "others") for variable, name in _fields(template)}
    types = {variable: TYPES[NAMES[name][0]] for variable, name in _fields(template)}
    if template.language == "en":
        return {variable: ENGLISH_TYPES.get(one, one) for variable, one in types.items()}
    return types


def takes(template: MessageTemplate, variable: str, value: str) -> bool:
    """Return whether a value is of the type that its variable has."""
    taken = TAKEN.get(rule_of(template).get(variable, ""))
    return taken is None or bool(taken.fullmatch(value))


def is_name(variable: str) -> bool:
    """Return whether a variable may be called so."""
    return bool(NAME.fullmatch(variable))


def _fields(template: MessageTemplate) -> list[tuple[str, str]]:
    return [(variable, name) for variable, name in template.fields.items() if name in NAMES]


async def ask(opened: aiohttp.ClientSession) -> dict[str, TemplateAnswer]:
    """Return every template of the account by its code (QuerySmsTemplateList).

    Raises:
        NotAccepted: there was no answer, or none that can be read.
    """
    found: dict[str, TemplateAnswer] = {}
    for page in range(1, MAX_PAGES + 1):
        paging = {"PageSize": str(PAGE_SIZE), "PageIndex": str(page)}
        given = (await call(opened, "QuerySmsTemplateList", **paging)).json()
        rows = given.get("SmsTemplateList")
        if given.get("Code") != "OK" or not isinstance(rows, list):
            code = str(given.get("Code") or "no list")[:40]
            raise NotAccepted(NotSent(Reason.PROVIDER_ERROR, code))
        read = [one for one in rows if isinstance(one, dict) and one.get("TemplateCode")]
        found |= {str(one["TemplateCode"]): _answer(one) for one in read}
        if len(rows) < PAGE_SIZE:
            _check_whole(found, given.get("TotalCount"))
            return found
    raise NotAccepted(NotSent(Reason.OTHER, "too many"))


def _check_whole(found: Mapping[str, TemplateAnswer], count: object) -> None:
    """Refuse a list that lacks some: what is not in it would count as gone."""
    if isinstance(count, int) and len(found) < count:
        raise NotAccepted(NotSent(Reason.PROVIDER_ERROR, "incomplete list"))


def _answer(one: Mapping[str, object]) -> TemplateAnswer:
    reason = one.get("Reason")
    said = reason.get("RejectInfo") if isinstance(reason, dict) else reason
    state = VERDICTS.get(str(one.get("AuditStatus")), Verdict.IN_REVIEW)
    refused = state is Verdict.REFUSED
    text = storable(one.get("TemplateContent"))
    return TemplateAnswer(state, storable(said) if refused else "", text)
