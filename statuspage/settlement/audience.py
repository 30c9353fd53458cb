"""To which merchants, of which products, a notice is addressed, and whether to agents as well."""

from collections.abc import Mapping
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.core.validators import validate_slug
from django.db import models
from django.utils.translation import gettext_lazy as _

from statuspage.statements.choices import clean_choice

# {"categories": [...], "products": [...], "agents": bool}
Audience = dict[str, Any]
PARTS: Final = frozenset({"categories", "products", "agents"})
MOST_PRODUCTS: Final = 50
CODE_LENGTH: Final = 30
SHAPE: Final = _(
    'Write the audience as {"categories": ["micro"], "products": [], "agents": false}.'
)


class MerchantCategory(models.TextChoices):
    """Micro: an individual without a business licence; industry: a registered business."""

    MICRO = "micro", _("Micro merchants")
    INDUSTRY = "industry", _("Industry merchants")


def clean_audience(value: object) -> Audience:
    """Categories and codes of products, sorted; none of them means every one.

    `agents` says that agents (代理商), who answer merchants, are to know as well.

    Raises:
        ValidationError: another shape, an unknown category, or what can be no product's code.
    """
    given: object = {} if value is None else value
    if not isinstance(given, Mapping) or set(given) - PARTS:
        raise ValidationError(SHAPE, code="shape")
    categories = {clean_choice(MerchantCategory, one) for one in _list(given, "categories")}
    products = {_code(one) for one in _list(given, "products")}
    agents = given.get("agents") or False
    if not isinstance(agents, bool) or len(products) > MOST_PRODUCTS:
        raise ValidationError(SHAPE, code="shape")
    return {"categories": sorted(categories), "products": sorted(products), "agents": agents}


def addresses(audience: Audience, category: str, product: str) -> bool:
    """Whether a merchant of that category, asking about that product, belongs to the audience."""
    categories, products = audience.get("categories"), audience.get("products")
    return (not categories or category in categories) and (not products or product in products)


def _list(given: Mapping[str, object], name: str) -> list[object]:
    values = given.get(name) or []
    if not isinstance(values, list):
        raise ValidationError(SHAPE, code="shape")
    return values


def _code(value: object) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= CODE_LENGTH:
        raise ValidationError(SHAPE, code="shape")
    validate_slug(value)
    return value
