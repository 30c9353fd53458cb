"""Products, and facts about when their money arrives that are added to and never changed."""

from datetime import datetime
from typing import Final

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from statuspage.settlement import cycles
from statuspage.settlement.audience import MerchantCategory
from statuspage.settlement.calendar.models import CalendarProfile
from statuspage.settlement.cycles import Cycle, Rule
from statuspage.settlement.money import Fee
from statuspage.statements.models import Statement

# Before any moment that may be asked about: what was never announced, because it always held.
SINCE_EVER: Final = datetime(1970, 1, 1, tzinfo=cycles.SHANGHAI)


class AfterCutoff(models.TextChoices):
    """What becomes of a transaction at or after the cut-off."""

    ACCOUNTING_NEXT_DAY = (
        cycles.AfterCutoff.ACCOUNTING_NEXT_DAY.value,
        _("counts as the next day's"),
    )
    FALLBACK_CYCLE = cycles.AfterCutoff.FALLBACK_CYCLE.value, _("follows another cycle")


class DateMeans(models.TextChoices):
    """What happens on the date that a rule gives."""

    PAYOUT = "payout", pgettext_lazy("what a settlement date is", "Payout")
    CREDIT = "credit", pgettext_lazy("what a settlement date is", "Arrival at the bank")


class Product(models.Model):
    """What a merchant takes payments with; its profile says by which calendar it settles."""

    code = models.SlugField(_("code"), max_length=30, unique=True)
    name = models.JSONField(_("name"))
    profile = models.ForeignKey(
        CalendarProfile, verbose_name=_("calendar"), on_delete=models.PROTECT, related_name="+"
    )
    position = models.PositiveIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("product")
        verbose_name_plural = _("products")
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return str(self.name.get("zh-hans", self.code))


class SettlementRule(models.Model):
    """When the money of a category of merchants arrives, as was known from a moment on.

    Of several rules that hold on a day the newest one does; a row is never changed. An empty
    `product` is every product that has no rule of its own, an open end of the period is for ever.
    `profile` is the calendar where no product is named: a product brings its own.
    """

    category = models.CharField(
        _("merchant category"), max_length=20, choices=MerchantCategory.choices
    )
    product = models.CharField(_("product"), max_length=30, blank=True)
    cycle = models.CharField(_("settlement cycle"), max_length=4)
    cutoff = models.TimeField(_("cut-off"), null=True)
    after_cutoff = models.CharField(
        _("after the cut-off"),
        max_length=20,
        choices=AfterCutoff.choices,
        default=AfterCutoff.ACCOUNTING_NEXT_DAY,
    )
    fallback = models.CharField(_("cycle after the cut-off"), max_length=4, blank=True)
    usual_arrival = models.TimeField(_("usual time"), null=True)
    date_means = models.CharField(
        _("the date is that of"),
        max_length=10,
        choices=DateMeans.choices,
        default=DateMeans.CREDIT,
    )
    profile = models.ForeignKey(
        CalendarProfile, verbose_name=_("calendar"), on_delete=models.PROTECT, related_name="+"
    )
    fee_percent = models.DecimalField(
        _("fee in percent"), max_digits=9, decimal_places=6, null=True
    )
    fee_fixed = models.DecimalField(_("fixed fee"), max_digits=15, decimal_places=2, default=0)
    valid_from = models.DateField(_("holds from"), null=True)
    valid_until = models.DateField(_("holds until"), null=True)
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
        ]

    def __str__(self) -> str:
        return f"{self.category} {self.product or '*'} {self.rule}"

    @property
    def always_known(self) -> bool:
        """True where it was never announced."""
        return self.known_from <= SINCE_EVER

    @property
    def rule(self) -> Rule:
        """The same for reckoning."""
        return Rule(
            cycle=Cycle.parse(self.cycle),
            cutoff=self.cutoff,
            after_cutoff=cycles.AfterCutoff(self.after_cutoff),
            fallback=Cycle.parse(self.fallback) if self.fallback else None,
            usual_arrival=self.usual_arrival,
        )

    @property
    def fee(self) -> Fee | None:
        """What a transaction costs from then on; None where the rule left that as it was."""
        return None if self.fee_percent is None else Fee(self.fee_percent, self.fee_fixed)
