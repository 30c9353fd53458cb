"""Whose money a sentence speaks of: cycles, products and kinds of merchants; pure."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from statuspage.lib.merchants import MerchantCategory
from statuspage.notices.cycles import read_cycle
from statuspage.settlement.holiday.dates import normalised
from statuspage.settlement.holiday.table import Column, Schedule

CYCLE: Final = re.compile(
    r"(?<![A-Za-z0-9])([TD])\s*(?:\+|加)?\s*(\d{1,2})(?![\d.%A-Za-z月])|(?<![A-Za-z0-9])S\s*\+?\s*0(?!\d)",
    re.IGNORECASE,
)
INSTANT: Final = ("秒到", "秒结", "实时到账")
FOREIGN: Final = (
    r"境外卡?|外卡|外币|外汇|跨境|国际卡|国际"
    r"|foreign(?: cards?)?|cross-border|overseas|international|\bFX\b"
)
CATEGORIES: Final[Mapping[str, str]] = {
    MerchantCategory.MICRO: r"小微|个体|\bmicro\b",
    MerchantCategory.INDUSTRY: r"行业|企业商户|\bindustry\b",
}
# A clause about what goes on as always is not about the dates beside it.
USUAL: Final = re.compile(
    r"[^,;:\uff0c\uff1b\uff1a]*"
    r"(?:照常|正常(?:到账|结算)|不受\S{0,4}影响|不变|as usual|not affected|unaffected)"
    r"[^,;\uff0c\uff1b]*[,;\uff0c\uff1b]?",
    re.IGNORECASE,
)
# Products by their names in every language, lower case: to their codes.
ProductCodes = Mapping[str, str]


@dataclass(frozen=True)
class Whose:
    """What some words name: cycles in canonical form, product codes, categories, other money."""

    cycles: frozenset[str]
    products: frozenset[str]
    categories: frozenset[str]
    abroad: bool

    def after(self, before: "Whose") -> "Whose":
        """Return what is meant after other words: what is left out was named by them."""
        special = self if self.products or self.abroad else before
        return Whose(
            cycles=self.cycles or before.cycles,
            products=special.products,
            categories=self.categories or before.categories,
            abroad=special.abroad,
        )


def whose(text: str, products: ProductCodes) -> Whose:
    """Return what a normalised text names; what it leaves out, as by `without`, is not named."""
    names = "|".join([*map(re.escape, sorted(products, key=len, reverse=True)), FOREIGN])
    text = _without_left_out(USUAL.sub(" ", text), names)
    found = frozenset(products[name] for name in _found(names, text) if name in products)
    cycles = {_cycle(one[0]) for one in CYCLE.finditer(text)}
    instant = {read_cycle(one) for one in INSTANT if one in text and one not in products}
    return Whose(
        cycles=frozenset(cycles | instant),
        products=found,
        categories=frozenset(
            code for code, words in CATEGORIES.items() if re.search(words, text, re.IGNORECASE)
        ),
        abroad=is_abroad(text),
    )


def is_abroad(text: str) -> bool:
    """Return whether words are about money from abroad."""
    return bool(re.search(FOREIGN, text, re.IGNORECASE))


def columns_for(schedule: Schedule, named: Whose) -> Sequence[Column]:
    """Return the columns that words can be about.

    Where they name neither a product nor money from abroad, they are about the domestic calendar.
    """
    found = [one for one in schedule.columns if _is_for(one, named.categories)]
    special = [one for one in found if _is_special(one, named)]
    if special:
        return special
    domestic = [one for one in found if not one.abroad]
    return domestic or found


def product_codes(names: Iterable[tuple[str, Mapping[str, str]]]) -> ProductCodes:
    """Return the codes of products by their normalised names, in lower case."""
    return {
        normalised(name).lower(): code for code, text in names for name in text.values() if name
    }


def _is_for(column: Column, categories: frozenset[str]) -> bool:
    return not categories or any(category in categories for category, _product in column.merchants)


def _is_special(column: Column, named: Whose) -> bool:
    of_product = any(product in named.products for _category, product in column.merchants)
    return of_product or (named.abroad and column.abroad)


def _without_left_out(text: str, names: str) -> str:
    several = rf"(?:{names})(?:\s*[、和及与]\s*(?:{names}))*"
    left_out = (
        rf"(?:不含|不包括|除了?|excluding|except(?:\s+for)?|without|other\s+than)\s*{several}"
        rf"(?:除外|以外|之外|外)?|{several}(?:交易|商户)?(?:除外|以外|之外)"
    )
    return re.sub(left_out, " ", text, flags=re.IGNORECASE)


def _found(names: str, text: str) -> list[str]:
    return [one.lower() for one in re.findall(names, text, re.IGNORECASE)]


def _cycle(written: str) -> str:
    try:
        return read_cycle(written)
    except ValueError:
        return written.upper()
