"""Settlement cycles as people write them, and their one form for the log, the API and audiences."""

import re
import unicodedata
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

# In the canonical form, from Monday.
WEEKDAY_NAMES: Final = (
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
)
LAST_DAY_OF_MONTH: Final = 31
CYCLE_HELP: Final = gettext_lazy(
    "T+1, D+0, weekly-friday (paid on Friday of the next week) or monthly-15 (paid on the 15th of "
    "the next month)."
)

# T1, T+1, T加1; D0; S0 is the trade's name of the instant product, whose dates are those of D+0.
# No leading zero, and at most 99 days.
_COUNTED: Final = re.compile(r"(T|D|S(?=[+加]?0$))[+加]?(0|[1-9]\d?)", re.ASCII)
_INSTANT: Final = frozenset({"秒到", "秒结", "实时到账"})
# Whole names, three letters, 一 to 日, or the number of the day.
_WEEKDAY: Final = {
    written: name
    for number, name in enumerate(WEEKDAY_NAMES)
    for written in (name.upper(), name[:3].upper(), "一二三四五六日"[number], str(number + 1))
} | {"天": "sunday"}
_WEEKLY: Final = re.compile(
    r"(?:WEEKLY|周结|每周|每星期)[-:+]?\(?(?:次周|下周)?(?:周|星期)?"
    rf"({'|'.join(sorted(_WEEKDAY, key=len, reverse=True))})\)?"
)
_MONTHLY: Final = re.compile(
    r"(?:MONTHLY|月结|每月)[-:+]?\(?(?:次月|下月)?(?:DAY)?([1-9]\d?)(?:ST|ND|RD|TH|日|号)?\)?",
    re.ASCII,
)
_WEEKDAYS: Final = (
    pgettext_lazy("weekly settlement", "Monday"),
    pgettext_lazy("weekly settlement", "Tuesday"),
    pgettext_lazy("weekly settlement", "Wednesday"),
    pgettext_lazy("weekly settlement", "Thursday"),
    pgettext_lazy("weekly settlement", "Friday"),
    pgettext_lazy("weekly settlement", "Saturday"),
    pgettext_lazy("weekly settlement", "Sunday"),
)


def read_cycle(written: str) -> str:
    """Return the canonical form of a cycle, however it is written.

    That is `T+1`, `D+0`, `weekly-friday` or `monthly-15`. Full-width signs, lower case and spaces
    do not matter. `S0`, `S+0` and 秒到 are `D+0`.

    Raises:
        ValueError: it is not a settlement cycle.
    """
    text = "".join(unicodedata.normalize("NFKC", written).split()).upper()
    if text in _INSTANT:
        return "D+0"
    if found := _COUNTED.fullmatch(text):
        return f"{found[1].replace('S', 'D')}+{found[2]}"
    if found := _WEEKLY.fullmatch(text):
        return f"weekly-{_WEEKDAY[found[1]]}"
    found = _MONTHLY.fullmatch(text)
    if found and int(found[1]) <= LAST_DAY_OF_MONTH:
        return f"monthly-{found[1]}"
    raise ValueError(f"not a settlement cycle: {written!r}")


def weekday_said(number: int) -> str:
    """Return the name of a weekday in the active language; Monday is 1."""
    return str(_WEEKDAYS[number - 1])


def say_cycle(cycle: str) -> str:
    """Return a canonical cycle in the active language; `T+1` and `D+0` are said as they are."""
    kind, _dash, day = cycle.partition("-")
    if kind == "weekly":
        return _("weekly (%(day)s)") % {"day": weekday_said(WEEKDAY_NAMES.index(day) + 1)}
    if kind == "monthly":
        return _("monthly (day %(day)s)") % {"day": day}
    return cycle
