"""What WeChat takes in a template's fields, and the sentence with which it refuses the rest.

Source: developers.weixin.qq.com, 发送模板消息 and 发送订阅消息, 参数值内容限制说明; its
community for the wording of 47003. It shares no code with the product: each checks the other.
"""

import re
from collections.abc import Collection, Mapping
from typing import Any, Final

CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")
CLOCK: Final = r"\d{1,2}:\d{2}(?::\d{2})?"
DAY: Final = (
    r"(?:\d{4}年)?\d{1,2}月(?:\d{1,2}日)?|\d{4}(?P<by>[-/.])\d{1,2}(?:(?P=by)\d{1,2})?"
    r"|\d{1,2}[-/.]\d{1,2}"
)
# Kind of field -> characters at most, and what a value looks like; empty: any line.
LIMITS: Final[Mapping[str, tuple[int, str]]] = {
    "thing": (20, ""),
    "short_thing": (5, ""),
    "const": (20, ""),
    "enum": (20, ""),
    "phrase": (5, "[\u4e00-\u9fa5]+"),
    "number": (32, r"\d+(\.\d+)?"),
    "letter": (32, "[A-Za-z]+"),
    "symbol": (5, r"[^\w\s]+"),
    "character_string": (32, r"[!-~ ]+"),
    "amount": (16, r"[^\w\s]?\d{1,10}(\.\d+)?元?"),
    "phone_number": (17, r"[\d+()-]+"),
    "car_number": (8, r"\w+"),
    "name": (20, "[\u4e00-\u9fa5·]{1,10}|[A-Za-z .'-]{1,20}"),
}
FIELD: Final = re.compile(r"([a-z_]+?)\d*")


def check(data: Any, fields: Collection[str], approved: Mapping[str, Collection[str]]) -> str:
    """Return WeChat's complaint about the data of a message; empty where it takes them.

    `fields` are those of the registered template; empty: none is known, and any will do.
    """
    if not isinstance(data, dict) or not data:
        return "data is empty"
    for name in fields or data:
        row = data.get(name)
        if not isinstance(row, dict) or not isinstance(row.get("value"), str):
            return f"data.{name}.value is emtpy"  # WeChat's own spelling
    for name, row in data.items():
        if fields and name not in fields:
            continue  # what the template does not have is not looked at
        if not takes(name, row["value"], approved.get(name, ())):
            return f"data.{name}.value invalid"
    return ""


def takes(name: str, value: str, approved: Collection[str] = ()) -> bool:
    """Return whether a field takes a value."""
    kind = found[1] if (found := FIELD.fullmatch(name)) else ""
    if not value or CONTROL.search(value) or (approved and value not in approved):
        return False
    if kind in ("time", "date"):
        return _is_moment(kind, value)
    longest, looks = LIMITS.get(kind, (200, ""))
    return len(value) <= longest and (not looks or bool(re.fullmatch(looks, value)))


def _is_moment(kind: str, value: str) -> bool:
    """Return whether it is a time (with a date or without), a date, or two of them with ~."""
    parts = value.split("~")
    return len(parts) <= 2 and all(_one_moment(kind, one.strip()) for one in parts)


def _one_moment(kind: str, value: str) -> bool:
    found = re.fullmatch(rf"(?:(?P<day>{DAY})\s?)?(?P<clock>{CLOCK})?", value)
    if not found or not value:
        return False
    day, clock = found["day"], found["clock"]
    hours = int(clock.split(":")[0]) if clock else 0
    return hours < 24 and bool(clock if kind == "time" else day)
