"""Links in a text, found whole: carriers refuse them in SMS, and half of one is worse still.

tlds.txt is IANA's list of top-level domains: data.iana.org/TLD/tlds-alpha-by-domain.txt
"""

import re
import string
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import idna


def _decoded(name: str) -> str:
    return idna.decode(name) if name.startswith("xn--") else name


TLDS: Final = frozenset(Path(__file__).with_name("tlds.txt").read_text(encoding="ascii").split())
SCRIPTS: Final = frozenset(_decoded(one) for one in TLDS if one.startswith("xn--"))
# What ends a link beyond doubt; the others are also words, which may follow a stop without a space.
CERTAIN: Final = frozenset(
    [
        "com",
        "cn",
        "net",
        "org",
        "edu",
        "gov",
        "hk",
        "tw",
        "mo",
        "sg",
        "vip",
        "top",
        "xyz",
        "cc",
        "io",
        "app",
        "shop",
        "site",
        "online",
        "club",
        "info",
        "biz",
    ]
)
# Endings of files as well as of domains: "statement.zip" is a link only where more of one is there.
FILES: Final = frozenset(["zip", "mov", "md", "py", "sh", "pl", "rs", "ps"])
# Words as well: "back.to normal" lacks a space after its stop.
WORDS: Final = frozenset(
    ["am", "as", "at", "be", "by", "do", "id", "in", "is", "it", "me", "my", "no", "so", "to", "us"]
)
PRIVATE: Final = frozenset(
    ["internal", "local", "localhost", "localdomain", "lan", "corp", "intranet"]
)
# The last two are what an ideographic stop may stand for: UTS 46.
DOT: Final = r"[.\uff61]"
ANY_DOT: Final = r"[.\uff61。]"
HAN: Final = r"[\u3040-\u30ff\u3400-\u9fff]"
# Letters and digits of every other script, which need a gap between them and a link.
OTHER: Final = r"[^\W_\u3040-\u30ff\u3400-\u9fff]"
LABEL: Final = rf"(?:{OTHER}(?:(?:{OTHER}|[-_])*{OTHER})?|{HAN}{{1,12}})"
SCRIPT: Final = "|".join(sorted(SCRIPTS, key=len, reverse=True))
# Chinese only where more of an address follows it: after one comes the rest of the sentence.
PATH: Final = (
    r"(?:[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]"
    rf"|{HAN}{{1,30}}(?=[/?#=&_%]|\.[a-z])|(?:(?<=[#=])|(?<={HAN}/)){HAN}{{1,8}}(?!{HAN}))*(?<![.,;:!?)'\]])"
)
# More than any host has; short sentences without a space between them look like more.
MOST_LABELS: Final = 16
PORT: Final = r"(?:[:\uff1a]\d{2,5}(?!\d))?"
REST: Final = rf"(?:[/?#]{PATH})?"
USER: Final = r"(?:[A-Za-z0-9._~%!$&'*+=:-]{1,64}@)?"
FOUND: Final = re.compile(
    rf"(?P<mail>[\w.+-]+@[\w-]+(?:\.[\w-]+)*)"
    rf"|(?P<scheme>(?<![A-Za-z0-9])[a-z][a-z0-9+.-]{{1,20}}\s?[:\uff1a]\s?//(?:\s(?=[\w.-]+{DOT}\w))?"
    rf"(?:{USER}(?:{LABEL}{DOT})+(?:{SCRIPT}|{OTHER}+|{HAN}+){PORT}{REST}|{PATH}))"
    rf"|(?<!{OTHER})(?<![_.@-])(?P<ip>\d{{1,3}}(?:\.\d{{1,3}}){{3}}(?!\d|\.\d))(?P<ip_rest>{PORT}{REST})"
    rf"|(?<!{OTHER})(?<![.@-])(?://)?"
    rf"(?P<host>{LABEL}(?:{ANY_DOT}{LABEL}){{1,{MOST_LABELS}}}(?!{OTHER}))(?P<rest>{PORT}{REST})",
    re.IGNORECASE,
)
# Full-width forms one by one, so that every place stays the same.
NARROW: Final = {
    0xFEE0 + ord(one): one for one in "./_=&%#@-" + string.ascii_letters + string.digits
}
WIDE_QUERY: Final = re.compile(r"\uff1f(?=[\uff21-\uff3a\uff41-\uff5a])")
# What stands before an address: "请登录演示支付.中国" says to sign in at "演示支付.中国".
POINTED: Final = re.compile(
    r"(?:登录|登陆|访问|打开|点击|浏览|查看|前往|进入|输入|搜索|详?见|网址|官网|网站|链接|地址|\bIP"
    r"|\b(?:at|see|visit|open|to|from|via|on|page|site|link|address|server))(?:[为是至到]|is)?"
    r"[\s:\uff1a(\uff08\[<\"\u201c]*$",
    re.IGNORECASE,
)
LEADING: Final = re.compile(
    r"(?:敬?请您?|您?可以?|或者?|并|也|先)*"
    r"(?:登录|登陆|访问|打开|点击|浏览|查看|前往|进入|输入|搜索|详?见|网址|官网|网站|链接|地址)+[为是至到]?"
)
# Four numbers with stops between them are a version after these.
VERSION: Final = re.compile(
    r"(?:版本|版|固件|软件|系统|程序|升级|更新|第|版本号|\b(?:ver(?:sion)?|v|firmware|release|build|no))"
    r"[为到至号]?[\s:\uff1a.]*$",
    re.IGNORECASE,
)
NUMERAL: Final = re.compile(r"\d+|[一二三四五六七八九十]{1,2}")


def links_in(text: str) -> list[str]:
    """Return the links of a text, each whole, in their order; an e-mail address is none."""
    return [text[start:end] for start, end in spans(text)]


def spans(text: str) -> Iterator[tuple[int, int]]:
    """Yield where each link of the text begins and ends."""
    folded = WIDE_QUERY.sub("?", text.translate(NARROW))
    place = 0
    while found := FOUND.search(folded, place):
        start, end = _span(found)
        if end > start:
            yield start, end
        place = end if end > place else _next_label(found)


def _next_label(found: re.Match[str]) -> int:
    """Return where to go on: of what is no host the first label may be none, as in "3.demo.com"."""
    return found.start("host") + len(re.split(ANY_DOT, found["host"])[0])


def _span(found: re.Match[str]) -> tuple[int, int]:
    """Return the whole of a link; nothing where it only looks like one."""
    start, end = found.span()
    if found["mail"]:
        return end, end
    if found["ip"]:
        return (start, _closed(found.string, start, end)) if _is_ip(found) else (end, end)
    if found["host"]:
        length = _length(found)
        begins = found.start("host") + _leading(found["host"][:length])
        slashes = start if begins == found.start("host") else begins
        end = found.start("host") + length
        return (slashes, _closed(found.string, begins, end)) if length else (0, 0)
    return start, _closed(found.string, start, end)


def _closed(text: str, start: int, end: int) -> int:
    """Return where a link ends, given that it closes no bracket that stood open before it."""
    opened = 0
    for place in range(start, end):
        opened += {"(": 1, ")": -1}.get(text[place], 0)
        if opened < 0:
            return place
    return end + (opened > 0 and text[end : end + 1] == ")")


def _is_ip(found: re.Match[str]) -> bool:
    numbers = found["ip"].split(".")
    if any(int(one) > 255 or (one[0] == "0" and one != "0") for one in numbers):
        return False
    before = found.string[: found.start()]
    if found["ip_rest"] or POINTED.search(before):
        return True
    return not VERSION.search(before) and any(len(one) == 3 for one in numbers)


def _leading(host: str) -> int:
    """Return how much of a host in Chinese are the words before it."""
    words = LEADING.match(host)
    return words.end() if words and re.match(LABEL, host[words.end() :]) else 0


def _length(found: re.Match[str]) -> int:
    """Return how much of it is a link: a stop and another sentence may follow without a space."""
    host, rest = found["host"], found["rest"] or ""
    ends = [*(one.start() for one in re.finditer(ANY_DOT, host)), len(host)]
    for end in reversed(ends[1:]):
        whole = end == len(host)
        if _is_host(host[:end], with_rest=whole and bool(rest)):
            sentence = whole and not rest and _is_sentence(found)
            return 0 if sentence else end + (len(rest) if whole else 0)
    if _looks_like_one(host, with_rest=bool(rest)):
        return len(host + rest)
    return _length_in_chinese(found)


def _is_sentence(found: re.Match[str]) -> bool:
    """Return whether it is the end of one and the beginning of the next, without a space."""
    labels = re.split(ANY_DOT, found["host"])
    before, after = found.string[: found.start()], found.string[found.end() :]
    words = len(labels) == 2 and labels[1] in WORDS and re.match(r"\s+[a-z]", after)
    return bool(words and not POINTED.search(before))


def _length_in_chinese(found: re.Match[str]) -> int:
    """Return the length of a domain such as 支付.中国 that the sentence goes on behind."""
    host = found["host"]
    place = max(host.rfind(one) for one in ".\uff61") + 1
    said = re.match(SCRIPT, host[place:]) if re.match(HAN, host[place:]) else None
    pointed = LEADING.match(host) or POINTED.search(found.string[: found.start()])
    numbered = NUMERAL.fullmatch(re.split(DOT, host)[0])
    return place + said.end() if said and pointed and not numbered and "。" not in host else 0


def _is_host(host: str, *, with_rest: bool) -> bool:
    """Return whether it is one by its top-level domain."""
    labels = re.split(ANY_DOT, host)
    last, before = labels[-1], labels[-2]
    certain = last.lower() in CERTAIN and (not last.istitle() or host.istitle())
    if "。" in host:
        return certain and host.replace("。", ".").isascii()
    if last.lower() not in TLDS | SCRIPTS:
        return False
    known = last in SCRIPTS or (last.islower() and last not in FILES)
    alone = known and not NUMERAL.fullmatch(before)
    return certain or with_rest or alone or labels[0].lower() == "www"


def _looks_like_one(host: str, *, with_rest: bool) -> bool:
    """Return whether it is one without a public domain, such as that of a company's network."""
    labels = host.lower().split(".")
    if labels[0] == "www" or labels[-1] in PRIVATE:
        return True
    return with_rest and all(len(one) > 1 and one.isascii() and one.isalpha() for one in labels)
