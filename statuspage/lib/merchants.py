"""The categories of merchants and of their customers' cards, which rules and notices are about."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class MerchantCategory(models.TextChoices):
    """Micro: an individual without a business licence; industry: a registered business."""

    MICRO = "micro", _("Micro merchants")
    INDUSTRY = "industry", _("Industry merchants")


class CardType(models.TextChoices):
    """The cards that fees and limits tell apart."""

    DEBIT = "debit", _("Debit cards")
    CREDIT = "credit", _("Credit cards")
