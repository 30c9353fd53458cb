"""The categories of merchants and of their customers' cards, which rules and notices are about."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class MerchantCategory(models.TextChoices):
    """Micro: an individual without a business licence; industry: a registered business."""

    MICRO = "micro", _("Micro merchants")
    INDUSTRY = "industry", _("Industry merchants")


class CardType(models.TextChoices):
    """Whose money it is: the card holder's own, or a credit. Fees and limits differ by it."""

    DEBIT = "debit", pgettext_lazy("type of card", "Debit card")
    CREDIT = "credit", pgettext_lazy("type of card", "Credit card")
