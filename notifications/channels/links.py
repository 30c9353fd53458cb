"""Links in a text, found whole: carriers refuse them in SMS, and half of one is worse still.

tlds.txt is IANA's list of top-level domains: data.iana.org/TLD/tlds-alpha-by-domain.txt
"""

import re
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
PRIVATE: Final = frozenset(
    ["internal", "local", "localhost", "localdomain", "lan", "corp", "intranet"]
)
# The last two are what an ideographic stop may stand for: UTS 46.
DOT: Final = r"[.\uff0e\uff61]"
ANY_DOT: Final = r"[.\uff0e\uff61。]"
HAN: Final = r"[\u3400-\u9fff]"
LABEL: Final = rf"(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?|{HAN}{{1,12}})"
PATH: Final = r"[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]*(?<![.,;:!?)'\]])"
PORT: Final = r"(?:[:\uff1a]\d{2,5}(?!\d))?"
REST: Final = rf"(?:[/?#]{PATH})?"
FOUND: Final = re.compile(
    rf"(?P<mail>[\w.+-]+@[\w-]+(?:\.[\w-]+)*)"
    rf"|(?P<scheme>(?<![A-Za-z0-9])[a-z][a-z0-9+.-]{{1,20}}\s?[:\uff1a]\s?//(?:\s(?=[\w.-]+{DOT}\w))?"
    rf"(?:(?:{LABEL}{DOT})*{HAN}+{DOT}(?:{LABEL}{DOT})*(?:{HAN}+|[a-z]+){PORT}{REST}|{PATH}))"
    rf"|(?<![\w.@-])(?P<ip>\d{{1,3}}(?:\.\d{{1,3}}){{3}}(?P<ip_rest>{PORT}{REST}))"
    rf"|(?<![A-Za-z0-9.@-])(?P<host>{LABEL}(?:{ANY_DOT}{LABEL})+(?![A-Za-z0-9]))(?P<rest>{PORT}{REST})",
    re.IGNORECASE,
)


def links_in(text: str) -> list[str]:
    """Return the links of a text, each whole, in their order; an e-mail address is none."""
    return [text[start:end] for start, end in _spans(text)]


def without_links(text: str) -> str:
    """Return the text without its links; what stood around them stays."""
    said, last = [], 0
    for start, end in _spans(text):
        said.append(text[last:start])
        last = end
    return "".join([*said, text[last:]])


def _spans(text: str) -> Iterator[tuple[int, int]]:
    place = 0
    while found := FOUND.search(text, place):
        start, end = found.span()
        if found["host"]:
            length = _length(found["host"], found["rest"] or "")
            end = start + length
            if length:
                yield start, end
        elif found["scheme"] or found["ip_rest"]:
            yield start, end
        # Of what is no host its first label may belong to none, as in "3.demo.com".
        place = end if end > start else start + len(re.split(ANY_DOT, found["host"])[0])


def _length(host: str, rest: str) -> int:
    """Return how much of it is a link: a stop and another sentence may follow without a space."""
    ends = [*(one.start() for one in re.finditer(ANY_DOT, host)), len(host)]
    for end in reversed(ends[1:]):
        whole = end == len(host)
        if _is_host(host[:end], with_rest=whole and bool(rest)):
            return end + (len(rest) if whole else 0)
    return len(host + rest) if _looks_like_one(host, with_rest=bool(rest)) else 0


def _is_host(host: str, *, with_rest: bool) -> bool:
    """Return whether it is one by its top-level domain."""
    labels = re.split(ANY_DOT, host)
    last, before = labels[-1], labels[-2]
    certain = last.lower() in CERTAIN and (not last.istitle() or host.istitle())
    if "。" in host:
        return certain and host.replace("。", ".").isascii()
    if last.lower() not in TLDS | SCRIPTS:
        return False
    alone = not before.isdigit() and (last.islower() or last in SCRIPTS)
    return certain or with_rest or alone or labels[0].lower() == "www"


def _looks_like_one(host: str, *, with_rest: bool) -> bool:
    """Return whether it is one without a public domain, such as that of a company's network."""
    labels = host.lower().split(".")
    if labels[0] == "www" or labels[-1] in PRIVATE:
        return True
    return with_rest and all(len(one) > 1 and one.isascii() and one.isalpha() for one in labels)
