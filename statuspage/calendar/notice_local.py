"""Notices of provinces, cities and schools: settlement follows the State Council alone."""

import re
from collections.abc import Iterator
from typing import Final

# A province's own holiday closes no bank elsewhere.
LOCAL: Final = re.compile(r"省|自治[区州县]|特别行政区|人民政府|(?<![休股上])市(?!场)|教育|学校")
NATIONAL: Final = re.compile(r"^国\s*务\s*院")
# Whoever issues it stands before its title, on the same line or on the one above.
ISSUER: Final = re.compile(r"([^\s。;:,>|]{2,30})\s*$")
HERE: Final = re.compile(
    r"(?:本|我|全)(?:省|市|自治区)|本(?:行政)?区域|[^\s。;:,、]{2,12}(?:省|市|自治区)人民政府(?:办公厅)?"
    r"(?=\s*(?:20\d\d年\d|$))"
)
EXTENDED: Final = re.compile(r"[^\n。;:]*?(?=(?:延长|顺延|推迟)(?:20\d\d年)?\S{0,6}(?:春节|假期))")


def local_words(before: str, title: str, body: str) -> str:
    """Return the words by which a notice is not for the whole country; empty where it is.

    `before` is what stands before its title, `body` what follows.
    """
    return next(_found(before, title, body), "")


def _found(before: str, title: str, body: str) -> Iterator[str]:
    issuer = ISSUER.search(before)
    if issuer and title and not NATIONAL.search(title) and LOCAL.search(issuer[1]):
        yield issuer[1]
    if LOCAL.search(title):
        yield title
    if here := HERE.search(body):
        yield here[0].strip()
    if not title:
        yield from (one[0] for one in EXTENDED.finditer(body) if LOCAL.search(one[0]))
