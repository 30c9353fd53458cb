"""The audience of a notice: merchant categories, products, and whether agents get it too."""

from collections.abc import Mapping
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.core.validators import validate_slug
from django.utils.translation import gettext_lazy as _

from statuspage.lib.merchants import MerchantCategory as MerchantCategory
from statuspage.statements.choices import clean_choice

# {"categories": [...], "products": [...], "agents": bool}
Audience = dict[str, Any]
PARTS: Final = frozenset({"categories", "products", "agents"})
MOST_PRODUCTS: Final = 50
CODE_LENGTH: Final = 30
SHAPE: Final = _(
    'Enter the audience as {"categories": ["micro"], "products": [], "agents": false}.'
)


# As people write them in their lists.
CATEGORY_WORDS: Final[Mapping[str, str]] = {
    **{one: one for one in MerchantCategory.values},
    **dict.fromkeys(("小微", "小微商户"), str(MerchantCategory.MICRO)),
    **dict.fromkeys(("行业", "行业商户"), str(MerchantCategory.INDUSTRY)),
}


def clean_audience(value: object) -> Audience:
    """Return sorted categories and product codes; an empty list means all of them.

    `agents` also sends it to agents (代理商), who answer merchants' questions.

    Raises:
        ValidationError: another shape, an unknown category, or an impossible product code.
    """
    given: object = {} if value is None else value
    refusal = ValidationError(SHAPE, code="shape")
    if not isinstance(given, Mapping) or set(given) - PARTS:
        raise refusal
    categories, products = given.get("categories") or [], given.get("products") or []
    agents = given.get("agents") or False
    if not (isinstance(categories, list) and isinstance(products, list)):
        raise refusal
    if not all(isinstance(one, str) and 0 < len(one) <= CODE_LENGTH for one in products):
        raise refusal
    if len(set(products)) > MOST_PRODUCTS or not isinstance(agents, bool):
        raise refusal
    for one in products:
        validate_slug(one)
    chosen = {clean_choice(MerchantCategory, one) for one in categories}
    return {"categories": sorted(chosen), "products": sorted(set(products)), "agents": agents}


def addresses(audience: Audience, category: str, product: str) -> bool:
    """Return whether a merchant of that category and product belongs to the audience."""
    categories, products = audience.get("categories"), audience.get("products")
    return (not categories or category in categories) and (not products or product in products)
