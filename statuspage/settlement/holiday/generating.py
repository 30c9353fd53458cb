"""The generated words of a holiday's schedule, and its cards: what forms, API and pages ask for."""

from collections.abc import Mapping
from typing import Any, Final

from statuspage.lib.render_cache import once
from statuspage.notices.generated import NoticeWords
from statuspage.notices.kind import notice_kind
from statuspage.notices.models import Product
from statuspage.settlement.holiday.cards import MerchantCard, cards_of
from statuspage.settlement.holiday.groups import Names
from statuspage.settlement.holiday.wording import Wording
from statuspage.statements.short import SMS, WECHAT
from statuspage.statements.texts import Text, for_reader, in_each_language

KIND: Final = "holiday_schedule"


def words_for(holiday: str, year: int) -> NoticeWords:
    """Return the words for a holiday's schedule, by the present calendar and rules.

    Raises:
        ValidationError: as the kind of notice does, by field.
    """
    return words_of(notice_kind(KIND).clean({"holiday": holiday, "year": year}))


def cards_for(holiday: str, year: int) -> list[MerchantCard]:
    """Return the same schedule's cards, in the active language; it raises the same."""
    return shown_cards(notice_kind(KIND).clean({"holiday": holiday, "year": year}))


def words_of(payload: Mapping[str, Any]) -> NoticeWords:
    """Return the words for a cleaned payload."""

    def said(part: str) -> Text:
        return in_each_language(lambda: getattr(Wording.of(payload, product_names()), part)())

    short = {SMS: said("sms"), WECHAT: said("wechat")}
    return NoticeWords(said("title"), said("body"), short)


def shown_cards(payload: Mapping[str, Any]) -> list[MerchantCard]:
    """Return the cards of a published payload, in the active language."""
    return cards_of(payload, product_names())


def product_names() -> Names:
    """Return every product's name in the active language, by its code."""
    return {code: for_reader(name) for code, name in _names()}


@once
def _names() -> list[tuple[str, Mapping[str, str]]]:
    return [*Product.objects.values_list("code", "name")]
