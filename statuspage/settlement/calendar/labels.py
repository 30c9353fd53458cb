"""What the holidays are called."""

from collections.abc import Sequence
from typing import Final

from statuspage.statements.texts import CHINESE, ENGLISH, Text

HOLIDAYS: Final = {
    "元旦": "New Year's Day",
    "春节": "Spring Festival",
    "清明节": "Tomb-Sweeping Day",
    "劳动节": "Labour Day",
    "端午节": "Dragon Boat Festival",
    "中秋节": "Mid-Autumn Festival",
    "国庆节": "National Day",
}


def holiday_label(names: Sequence[str]) -> Text:
    """A day of rest, by the Chinese names of its holidays; names of no table stay Chinese."""
    return {CHINESE: "、".join(names), ENGLISH: ", ".join(HOLIDAYS.get(one, one) for one in names)}


def make_up_label(names: Sequence[str]) -> Text:
    """A weekend day that is worked in exchange for a day of those holidays."""
    label = holiday_label(names)
    return {CHINESE: f"{label[CHINESE]}调休上班", ENGLISH: f"Make-up workday for {label[ENGLISH]}"}
