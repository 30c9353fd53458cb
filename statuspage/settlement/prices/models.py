"""The table of prices: rows are added and never changed."""

from datetime import date
from decimal import Decimal
from typing import Final

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from statuspage.lib.merchants import CardType as CardType
from statuspage.lib.money import Fee
from statuspage.notices.audience import MerchantCategory
from statuspage.statements.models import Statement

MCC_LENGTH: Final = 40
# QR payments of up to so many yuan are cheaper: the trade's own limit for them.
SMALL_QR: Final = Decimal(1000)


class Channel(models.TextChoices):
    """How the customer pays."""

    CARD = "card", pgettext_lazy("payment channel", "Card")
    QR_SMALL = "qr_small", pgettext_lazy("payment channel", "QR code, up to 1,000 yuan")
    QR_LARGE = "qr_large", pgettext_lazy("payment channel", "QR code, above 1,000 yuan")
    UNIONPAY_QR = "unionpay_qr", pgettext_lazy("payment channel", "UnionPay QR code")


class FixedPer(models.TextChoices):
    """What the fixed part of a fee is charged for."""

    TRANSACTION = "transaction", pgettext_lazy("fixed part of a fee", "per transaction")
    PAYOUT = "payout", pgettext_lazy("fixed part of a fee", "per payout")


class Price(models.Model):
    """The fee of some transactions of a category of merchants, as was known from a moment on.

    What is empty stands for all: a product for those without a price of their own. Amounts are
    in yuan: above `above`, up to and including `up_to`. A row that `replaces` belongs to a whole
    list, which takes the place of earlier prices; any other is a change of one price.
    """

    category = models.CharField(
        _("merchant category"), max_length=20, choices=MerchantCategory.choices
    )
    product = models.CharField(_("product"), max_length=30, blank=True)
    card = models.CharField(_("card type"), max_length=10, blank=True, choices=CardType.choices)
    channel = models.CharField(_("channel"), max_length=20, blank=True, choices=Channel.choices)
    mcc = models.CharField(_("MCC group"), max_length=MCC_LENGTH, blank=True)
    above = models.DecimalField(_("amount above"), max_digits=15, decimal_places=2, default=0)
    up_to = models.DecimalField(_("amount up to"), max_digits=15, decimal_places=2, null=True)
    percent = models.DecimalField(_("fee in percent"), max_digits=9, decimal_places=6)
    fixed = models.DecimalField(_("fixed fee"), max_digits=15, decimal_places=2, default=0)
    fixed_per = models.CharField(
        _("fixed part"), max_length=12, choices=FixedPer.choices, default=FixedPer.TRANSACTION
    )
    cap = models.DecimalField(_("cap"), max_digits=15, decimal_places=2, null=True)
    minimum = models.DecimalField(_("minimum fee"), max_digits=15, decimal_places=2, null=True)
    replaces = models.BooleanField(_("replaces earlier prices"), default=True)
    valid_from = models.DateField(_("valid from"), null=True)
    valid_until = models.DateField(_("valid until"), null=True)
    known_from = models.DateTimeField(_("known from"), default=timezone.now)
    statement = models.ForeignKey(
        Statement, null=True, on_delete=models.PROTECT, related_name="prices"
    )
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = _("price")
        verbose_name_plural = _("prices")
        ordering = ["category", "product", "-known_from", "pk"]
        indexes = [models.Index(fields=["category", "product", "-known_from"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_from__lte=F("valid_until"))
                | Q(valid_from=None)
                | Q(valid_until=None),
                name="price_period",
            ),
            models.CheckConstraint(
                condition=Q(up_to=None) | Q(up_to__gt=F("above")), name="price_amounts"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.category} {self.product or '*'} {self.fee}"

    @property
    def fee(self) -> Fee:
        """The fee, fixed part included, of one transaction (or of one that is paid out alone)."""
        return Fee(self.percent, self.fixed, self.cap, self.minimum)

    @property
    def per_payout(self) -> bool:
        """True where the fixed part is charged once a payout, not for each transaction."""
        return bool(self.fixed) and self.fixed_per == FixedPer.PAYOUT

    def begins(self) -> date:
        """Return its first day; one without is as old as can be."""
        return self.valid_from or date.min
