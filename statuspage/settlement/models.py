"""The tables of settlement: rules, affected transactions, and what was promised and paid.

Rules, promises and payments are added and never changed.
"""

from datetime import datetime, timedelta
from typing import ClassVar, Final

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from statuspage.calendar.models import CalendarProfile
from statuspage.notices.audience import CYCLE_LENGTH, MerchantCategory
from statuspage.settlement.cycles import SHANGHAI, AfterCutoff, Cycle, Rule
from statuspage.settlement.lookup_tries import LookupTry as LookupTry
from statuspage.settlement.prices.models import Price as Price
from statuspage.settlement.promised import DECIMALS, DIGITS
from statuspage.settlement.promised import Commitment as Commitment
from statuspage.settlement.promised import Payment as Payment
from statuspage.statements.models import Statement
from statuspage.uploads.models import (
    AbstractUpload,
    AbstractUploadPart,
    AbstractUploadProblem,
    UploadState,
)

# Before any moment that may be asked about: for rules always in force, and never announced.
SINCE_EVER: Final = datetime(1970, 1, 1, tzinfo=SHANGHAI)


class DateMeans(models.TextChoices):
    """What happens on the date that a rule gives."""

    PAYOUT = "payout", pgettext_lazy("what a settlement date is", "Payout")
    CREDIT = "credit", pgettext_lazy("what a settlement date is", "Arrival at the bank")


class SettlementRule(models.Model):
    """When the money of a category of merchants arrives, as was known from a moment on.

    Of several rules for a day the newest applies; a row is never changed. An empty
    `product` is every product that has no rule of its own, an open end of the period is for ever.
    `profile` is the calendar where no product is named: a product brings its own. On the closed
    days of `payout_calendar` a D cycle pays nothing. `opens`, `within` (minutes) and `minimum`
    (yuan) are as in cycles.Rule and in the answer's caveats.
    """

    category = models.CharField(
        _("merchant category"), max_length=20, choices=MerchantCategory.choices
    )
    product = models.CharField(_("product"), max_length=30, blank=True)
    cycle = models.CharField(_("settlement cycle"), max_length=CYCLE_LENGTH)
    opens = models.TimeField(_("opens"), null=True)
    cutoff = models.TimeField(_("cut-off"), null=True)
    after_cutoff = models.CharField(
        _("after the cut-off"),
        max_length=20,
        choices=AfterCutoff.choices,
        default=AfterCutoff.ACCOUNTING_NEXT_DAY,
    )
    fallback = models.CharField(_("cycle after the cut-off"), max_length=CYCLE_LENGTH, blank=True)
    usual_arrival = models.TimeField(_("usual time"), null=True)
    within = models.PositiveSmallIntegerField(_("within, in minutes"), null=True)
    date_means = models.CharField(
        _("the date means"),
        max_length=10,
        choices=DateMeans.choices,
        default=DateMeans.CREDIT,
    )
    profile = models.ForeignKey(
        CalendarProfile, verbose_name=_("calendar"), on_delete=models.PROTECT, related_name="+"
    )
    payout_calendar = models.ForeignKey(
        CalendarProfile,
        verbose_name=_("nothing is paid on closed days of"),
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    minimum = models.DecimalField(
        _("minimum payout"), max_digits=DIGITS, decimal_places=DECIMALS, null=True
    )
    valid_from = models.DateField(_("valid from"), null=True)
    valid_until = models.DateField(_("valid until"), null=True)
    known_from = models.DateTimeField(_("known from"), default=timezone.now)
    statement = models.ForeignKey(
        Statement, null=True, on_delete=models.PROTECT, related_name="settlement_rules"
    )
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = _("settlement rule")
        verbose_name_plural = _("settlement rules")
        ordering = ["category", "product", "-known_from", "-pk"]
        indexes = [models.Index(fields=["category", "product", "-known_from"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_from__lte=F("valid_until"))
                | Q(valid_from=None)
                | Q(valid_until=None),
                name="settlement_rule_period",
            ),
            models.CheckConstraint(
                condition=~Q(after_cutoff="fallback_cycle")
                | (Q(cutoff__isnull=False) & ~Q(fallback="")),
                name="settlement_rule_falls_back_to_something",
            ),
            models.CheckConstraint(
                condition=~Q(after_cutoff="base_rule") | (Q(cutoff__isnull=False) & ~Q(product="")),
                name="settlement_rule_base_rule_of_a_product",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.category} {self.product or '*'} {self.rule}"

    @property
    def always_known(self) -> bool:
        """True where it was never announced."""
        return self.known_from <= SINCE_EVER

    @property
    def rule(self) -> Rule:
        """The rule as the calculation of arrival dates needs it."""
        return Rule(
            cycle=Cycle.parse(self.cycle),
            cutoff=self.cutoff,
            after_cutoff=AfterCutoff(self.after_cutoff),
            fallback=Cycle.parse(self.fallback) if self.fallback else None,
            usual_arrival=self.usual_arrival,
            opens=self.opens,
            within=None if self.within is None else timedelta(minutes=self.within),
            rests=self.payout_calendar_id is not None,
        )


class TransactionStatus(models.TextChoices):
    """The payout status of a transaction."""

    PENDING = "pending", _("Pending")
    SETTLED = "settled", _("Arrived")


class Upload(AbstractUpload):
    """One file of an incident's transactions."""

    labels: ClassVar = {
        UploadState.DONE: _("Imported"),
        UploadState.REFUSED: _("Not imported: some rows have errors"),
        UploadState.UNREADABLE: _("Not a transaction list"),
    }

    incident_id = models.CharField(max_length=12)
    # All rows or none; otherwise the good ones go in.
    whole = models.BooleanField(default=True)
    good = models.PositiveIntegerField(default=0)
    added = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    settled = models.PositiveIntegerField(default=0)


class UploadPart(AbstractUploadPart):
    """A piece of such a file."""

    upload = models.ForeignKey(Upload, on_delete=models.CASCADE, related_name="parts")


class UploadProblem(AbstractUploadProblem):
    """Why a row of it cannot be used."""

    upload = models.ForeignKey(Upload, on_delete=models.CASCADE, related_name="problems")


class TransactionFacts(models.Model):
    """Facts of a transaction; merchant and reference are stored as keyed hashes only."""

    row_key = models.BinaryField(max_length=32)
    lookup_key = models.BinaryField(max_length=32)
    merchant_key = models.BinaryField(max_length=32)
    category = models.CharField(max_length=10, choices=MerchantCategory.choices)
    happened_at = models.DateTimeField()
    amount = models.DecimalField(max_digits=14, decimal_places=2)  # yuan
    status = models.CharField(max_length=10, choices=TransactionStatus.choices)
    settled_at = models.DateTimeField(null=True)
    fee_waived = models.DecimalField(max_digits=14, decimal_places=2)  # yuan

    class Meta:
        abstract = True


class StagedTransaction(TransactionFacts):
    """A valid row of an upload that has not been applied yet.

    The end of the upload deletes it. A list has a million of them: each index, and the check of the
    reference in each row, would cost as much as reading the row.
    """

    pk = models.CompositePrimaryKey("upload_id", "line")
    upload = models.ForeignKey(
        Upload,
        on_delete=models.CASCADE,
        related_name="staged",
        db_index=False,
        db_constraint=False,
    )
    line = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.upload_id}:{self.line}"


class AffectedTransaction(TransactionFacts):
    """A transaction that an incident held up."""

    incident_id = models.CharField(max_length=12)
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["incident_id", "row_key"], name="affected_transaction_once"
            )
        ]
        indexes = [models.Index(fields=["lookup_key"], name="affected_lookup")]

    def __str__(self) -> str:
        return f"{self.incident_id} {self.status}"


class SettledMerchant(models.Model):
    """A merchant whose transactions a statement reports as arrived."""

    pk = models.CompositePrimaryKey("statement_number", "merchant_key")
    statement_number = models.BigIntegerField()
    merchant_key = models.BinaryField(max_length=32)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"#{self.statement_number}"
