"""To which merchants a notice is addressed."""

from collections.abc import Mapping

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from statuspage.statements.choices import clean_choice

Audience = dict[str, list[str]]


class MerchantCategory(models.TextChoices):
    """Micro: an individual without a business licence; industry: a registered business."""

    MICRO = "micro", _("Micro merchants")
    INDUSTRY = "industry", _("Industry merchants")


def clean_audience(value: object) -> Audience:
    """`{"categories": [...]}`, sorted; no categories, or nothing at all, means everyone.

    Raises:
        ValidationError: another shape, or an unknown category.
    """
    if value is None:
        return {"categories": []}
    if not isinstance(value, Mapping) or set(value) - {"categories"}:
        raise ValidationError(_('Write the audience as {"categories": ["micro"]}.'), code="shape")
    categories = value.get("categories") or []
    if not isinstance(categories, list):
        raise ValidationError(_('Write the audience as {"categories": ["micro"]}.'), code="shape")
    return {"categories": sorted({clean_choice(MerchantCategory, one) for one in categories})}
