"""What the fields of WeChat's templates may hold, by the kind that begins their name.

Source: developers.weixin.qq.com, 发送模板消息 and 发送订阅消息, 参数值内容限制说明. The pages say
nothing of `short_thing`; `phrase` is of older templates, and `keyword1` of those older still.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Final

from notifications.channels.fact_values import FactType


@dataclass(frozen=True)
class FieldKind:
    """The limits of a kind of field: how long a value is, how it looks, which facts fit."""

    limit: int
    shape: re.Pattern[str]
    facts: frozenset[FactType]
    # Words may be shortened; anything else is whole or not there.
    shortens: bool = False


FIELD: Final = re.compile(r"([a-z]+(?:_[a-z]+)*?)\d*")
_TIME: Final = r"(?:[01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d)?"
_DAY: Final = (
    r"(?:\d{4}年(?:\d{1,2}月(?:\d{1,2}日)?)?|\d{1,2}月\d{1,2}日"
    r"|\d{4}[-/.]\d{1,2}(?:[-/.]\d{1,2})?|\d{1,2}[-/.]\d{1,2})"
)
_MOMENT: Final = rf"(?:{_DAY}\s?)?{_TIME}"
_DATE: Final = rf"{_DAY}(?:\s?{_TIME})?"
_LINE: Final = r"[^\x00-\x1f\x7f]+"
# No longer value is a date, a time or a range of either.
_LONGEST_MOMENT: Final = 64


def _shape(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


_MOMENTS: Final = frozenset({FactType.TIME, FactType.DATE, FactType.MOMENT})
_WORDS: Final = frozenset({FactType.TEXT, FactType.PRODUCT, FactType.RATE})
_SAID: Final = frozenset(FactType)
KINDS: Final[Mapping[str, FieldKind]] = {
    "thing": FieldKind(20, _shape(_LINE), _SAID, shortens=True),
    "short_thing": FieldKind(5, _shape(_LINE), _WORDS | {FactType.NUMBER}),
    "const": FieldKind(20, _shape(_LINE), _WORDS),
    "enum": FieldKind(20, _shape(_LINE), _WORDS),
    "phrase": FieldKind(5, _shape(r"[\u4e00-\u9fff]{1,5}"), frozenset({FactType.TEXT})),
    "time": FieldKind(
        _LONGEST_MOMENT,
        _shape(rf"{_MOMENT}(?:~{_MOMENT})?"),
        frozenset({FactType.TIME, FactType.MOMENT}),
    ),
    "date": FieldKind(_LONGEST_MOMENT, _shape(rf"{_DATE}(?:~{_DATE})?"), _MOMENTS),
    "amount": FieldKind(
        16,
        _shape(r"[¥\uffe5$€£]\d{1,10}(?:\.\d{1,2})?元?|\d{1,10}(?:\.\d{1,2})?元"),
        frozenset({FactType.MONEY}),
    ),
    "number": FieldKind(32, _shape(r"\d+(?:\.\d+)?"), frozenset({FactType.NUMBER})),
    "letter": FieldKind(32, _shape(r"[A-Za-z]+"), frozenset()),
    "symbol": FieldKind(5, _shape(r"[^\w\s\x00-\x1f\x7f]+"), frozenset()),
    "character_string": FieldKind(
        32,
        _shape(r"[\x21-\x7e]+"),
        frozenset({FactType.CODE, FactType.NUMBER, FactType.PHONE}) | _MOMENTS,
    ),
    "phone_number": FieldKind(17, _shape(r"\+?[\d()-]+"), frozenset({FactType.PHONE})),
    "car_number": FieldKind(8, _shape(r"\w+"), frozenset()),
    "name": FieldKind(
        20, _shape(r"[\u4e00-\u9fff·]{1,10}|[A-Za-z .'-]{1,20}"), frozenset({FactType.TEXT})
    ),
    "keyword": FieldKind(20, _shape(_LINE), _SAID, shortens=True),
    # Of old templates; WeChat has not shown them since 2023.
    "first": FieldKind(20, _shape(_LINE), _SAID, shortens=True),
    "remark": FieldKind(20, _shape(_LINE), _SAID, shortens=True),
}
# A template sends without these, and a map may leave them out.
OPTIONAL: Final = frozenset({"first", "remark"})
# What must be among the values that WeChat has approved for the template.
REGISTERED: Final = frozenset({"const", "enum"})


def kind_name(name: str) -> str:
    """Return the kind that begins a field's name; empty where WeChat has no such kind."""
    found = FIELD.fullmatch(name)
    return found[1] if found and found[1] in KINDS else ""


def fits(name: str, value: str, approved: Collection[str] = ()) -> bool:
    """Return whether WeChat takes a value in a field; anything else is answered with 47003.

    `approved` are the values that a `const` or `enum` may hold, where they are known.
    """
    kind = KINDS.get(kind_name(name))
    if kind is None or len(value) > kind.limit or not kind.shape.fullmatch(value):
        return False
    return kind_name(name) not in REGISTERED or not approved or value in approved


@dataclass(frozen=True)
class Registered:
    """A template as WeChat has it: its fields, and the values that some are limited to."""

    template_id: str
    content: str
    fields: tuple[str, ...]
    approved: Mapping[str, Collection[str]] = field(default_factory=dict)


IN_CONTENT: Final = re.compile(r"\{\{\s*([A-Za-z_]+\d*)\.DATA\s*\}\}")


def fields_in(content: str) -> tuple[str, ...]:
    """Return the names of the fields in a template's content, in order."""
    return tuple(dict.fromkeys(IN_CONTENT.findall(content)))
