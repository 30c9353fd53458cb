"""Promises of money and payments on them; rows are added and never changed."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from statuspage.statements.models import Statement

# Yuan, to the fen; as many digits as money.MOST has.
DIGITS, DECIMALS = 15, 2


class Commitment(models.Model):
    """What a notice promised; without an amount or a day where it named none."""

    notice = models.OneToOneField(
        "settlement.Notice", on_delete=models.PROTECT, related_name="commitment"
    )
    statement = models.ForeignKey(Statement, on_delete=models.PROTECT, related_name="+")
    promised = models.DecimalField(
        _("promised"), max_digits=DIGITS, decimal_places=DECIMALS, null=True
    )
    due = models.DateField(_("due"), null=True)

    class Meta:
        verbose_name = _("promise of money")
        verbose_name_plural = _("promises of money")
        ordering = ["-statement_id"]

    def __str__(self) -> str:
        return str(self.notice)


class Payment(models.Model):
    """One payment, as a statement announced it."""

    commitment = models.ForeignKey(Commitment, on_delete=models.PROTECT, related_name="payments")
    statement = models.ForeignKey(Statement, on_delete=models.PROTECT, related_name="+")
    amount = models.DecimalField(_("amount"), max_digits=DIGITS, decimal_places=DECIMALS)
    paid_on = models.DateField(_("paid on"))

    class Meta:
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        ordering = ["statement_id"]

    def __str__(self) -> str:
        return f"{self.amount} {self.paid_on}"
