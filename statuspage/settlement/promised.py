"""What a notice promised to pay, and each payment as a statement announced it."""

from datetime import date
from decimal import Decimal

from django.db import models
from django.utils.translation import gettext_lazy as _

from statuspage.lib.money import ZERO
from statuspage.notices.phrases import share
from statuspage.statements.models import Statement

# Yuan, to the fen; as many digits as money.MOST has.
DIGITS, DECIMALS = 15, 2


class Commitment(models.Model):
    """What a notice promised; without an amount or a day where it named none."""

    notice = models.OneToOneField(
        "notices.Notice", on_delete=models.PROTECT, related_name="commitment"
    )
    statement = models.ForeignKey(Statement, on_delete=models.PROTECT, related_name="+")
    promised = models.DecimalField(
        _("promised"), max_digits=DIGITS, decimal_places=DECIMALS, null=True
    )
    due = models.DateField(_("due"), null=True)

    class Meta:
        verbose_name = _("payment promise")
        verbose_name_plural = _("payment promises")
        ordering = ["-statement_id"]

    def __str__(self) -> str:
        return str(self.notice)

    @property
    def paid(self) -> Decimal:
        """Yuan paid so far."""
        return sum((one.amount for one in self.payments.all()), ZERO)

    @property
    def share(self) -> Decimal | None:
        """Return the share paid, in percent of the promised amount; None if there is none."""
        return share(self.paid, self.promised)

    @property
    def paid_on(self) -> date | None:
        """The day of the last payment once everything is paid; None before."""
        if self.promised is None or self.paid < self.promised:
            return None
        return max((one.paid_on for one in self.payments.all()), default=None)

    def late(self, today: date) -> bool:
        """Return whether the promised day has been missed."""
        return self.due is not None and (self.paid_on or today) > self.due


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
