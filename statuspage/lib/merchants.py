"""The categories of merchants, which rules, notices and services are about."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class MerchantCategory(models.TextChoices):
    """Micro: an individual without a business licence; industry: a registered business."""

    MICRO = "micro", _("Micro merchants")
    INDUSTRY = "industry", _("Industry merchants")
