"""The provinces of mainland China by their GB/T 2260 codes, and the names people write for them."""

import unicodedata
from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, gettext_noop

# The first two digits of an administrative division code, its Chinese name, its English name.
_NAMES: Final = (
    ("11", "北京", gettext_noop("Beijing")),
    ("12", "天津", gettext_noop("Tianjin")),
    ("13", "河北", gettext_noop("Hebei")),
    ("14", "山西", gettext_noop("Shanxi")),
    ("15", "内蒙古", gettext_noop("Inner Mongolia")),
    ("21", "辽宁", gettext_noop("Liaoning")),
    ("22", "吉林", gettext_noop("Jilin")),
    ("23", "黑龙江", gettext_noop("Heilongjiang")),
    ("31", "上海", gettext_noop("Shanghai")),
    ("32", "江苏", gettext_noop("Jiangsu")),
    ("33", "浙江", gettext_noop("Zhejiang")),
    ("34", "安徽", gettext_noop("Anhui")),
    ("35", "福建", gettext_noop("Fujian")),
    ("36", "江西", gettext_noop("Jiangxi")),
    ("37", "山东", gettext_noop("Shandong")),
    ("41", "河南", gettext_noop("Henan")),
    ("42", "湖北", gettext_noop("Hubei")),
    ("43", "湖南", gettext_noop("Hunan")),
    ("44", "广东", gettext_noop("Guangdong")),
    ("45", "广西", gettext_noop("Guangxi")),
    ("46", "海南", gettext_noop("Hainan")),
    ("50", "重庆", gettext_noop("Chongqing")),
    ("51", "四川", gettext_noop("Sichuan")),
    ("52", "贵州", gettext_noop("Guizhou")),
    ("53", "云南", gettext_noop("Yunnan")),
    ("54", "西藏", gettext_noop("Tibet")),
    ("61", "陕西", gettext_noop("Shaanxi")),
    ("62", "甘肃", gettext_noop("Gansu")),
    ("63", "青海", gettext_noop("Qinghai")),
    ("64", "宁夏", gettext_noop("Ningxia")),
    ("65", "新疆", gettext_noop("Xinjiang")),
)
# By code, in the reader's language.
PROVINCES: Final[Mapping[str, Promise]] = {code: gettext_lazy(name) for code, _zh, name in _NAMES}
_ENDINGS: Final = ("", "省", "市", "自治区", "壮族自治区", "回族自治区", "维吾尔自治区")
# As people write them in their lists: 44, 440000, 广东, 广东省, guangdong (in small letters).
PROVINCE_WORDS: Final[Mapping[str, str]] = {
    **{form: code for code in PROVINCES for form in (code, f"{code}0000")},
    **{name + ending: code for code, name, _en in _NAMES for ending in _ENDINGS},
    **{name.lower(): code for code, _zh, name in _NAMES},
    **{f"{name.lower()} province": code for code, _zh, name in _NAMES},
    **{"".join(name.lower().split()): code for code, _zh, name in _NAMES},
    "内蒙": "15",
}


def province_of(written: str) -> str | None:
    """Return a province's code by its code or name, however wide it is written; None for none."""
    return PROVINCE_WORDS.get(" ".join(unicodedata.normalize("NFKC", written).lower().split()))
