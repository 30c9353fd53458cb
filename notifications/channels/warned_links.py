"""Links that readers are warned of: a word stays, or the warning would become its opposite."""

import re
from typing import Final

from notifications.channels.pointing_words import only_points

WARNING: Final = re.compile(
    r"(?:勿|不要|别|切忌|不得|不可|不会|从不|绝不|\b(?:not|never|avoid|beware)\b|n['\u2019]t\b)"
    r"(?P<on>.*)$",
    re.IGNORECASE | re.DOTALL,
)
# Between the two, beside what leads to a link.
WARY: Final = re.compile(
    r"轻易|随意|随便|直接|主动|任何|[相轻]信|信任|使用|输入|要求|让|商户|您|\b(?:ask|trust|enter|any|ever|use|follow|of)\b",
    re.IGNORECASE,
)
FRAUD: Final = re.compile(
    r"(?:冒用|冒充|假冒|仿冒|诈骗|钓鱼|虚假|伪造|\b(?:imitat|fake|fraud|scam|phish|pretend|impersonat)\w*)"
    r"(?:我司|我们|本公司|本平台|官方|的|名义|通过|在|以|利用|网[址站页]|[链连]接|\s"
    r"|\b(?:us|our|the|name|brand|sites?|pages?|links?|website|address|at|on|via|as|with|under|from)\b)*$",
    re.IGNORECASE,
)
IMPOSSIBLE: Final = re.compile(
    r"(?:不能|无法|不再|暂不|\b(?:cannot|can not|no longer)\b|\bcan['\u2019]t\b)(?P<on>.*)$",
    re.IGNORECASE | re.DOTALL,
)
# What is said instead of such a link, in Chinese and in English.
STRANGE: Final = ("陌生链接", "unknown links")
FALSE: Final = ("虚假网址", "a fake site")
OURS: Final = ("网页", "the website")
THAT: Final = ("该网站", "that site")
CHINESE: Final = re.compile(r"[\u3400-\u9fff]")


def instead_of(clause: str) -> str:
    """Return what is said instead of a link that the clause warns of; empty where it does not."""
    words = _words(clause)
    return words[0 if CHINESE.search(clause) else 1] if words else ""


def _words(clause: str) -> tuple[str, str] | None:
    if (found := IMPOSSIBLE.search(clause)) and only_points(found["on"]):
        return OURS
    if found := WARNING.search(clause):
        return STRANGE if only_points(WARY.sub("", found["on"])) else THAT
    return FALSE if FRAUD.search(clause) else None
