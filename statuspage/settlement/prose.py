"""Reading what a holiday notice's prose, Chinese or English, claims about dates; pure."""

import re
import unicodedata
from typing import Final

from statuspage.settlement.claims import Arrival, Claims, Said, days_between
from statuspage.settlement.prose_chinese import ChineseReader
from statuspage.settlement.prose_english import EnglishReader, without_abbreviations

__all__ = ["Arrival", "Claims", "Said", "claims_of", "days_between"]

CHINESE: Final = re.compile(r"[\u3400-\u9fff]")
# A full stop ends a sentence only before a space: 1.00% and 10.1 go on.
SENTENCE: Final = re.compile(r"[。;!?\n]|\.(?=\s|$)")


def claims_of(text: str, year: int) -> Claims:
    """What the text claims; a date without a year is of `year`.

    Each sentence is read in its own language, since notices are pasted in both.
    """
    claims = Claims()
    chinese, english = ChineseReader(year, claims), EnglishReader(year, claims)
    # Full-width digits, brackets and colons become plain ones.
    plain = without_abbreviations(unicodedata.normalize("NFKC", text))
    for sentence in SENTENCE.split(plain):
        # A row of a table has no words: 9月30日 10月9日 is Chinese all the same.
        (chinese if CHINESE.search(sentence) else english).sentence(sentence)
    return claims
