"""Notices to merchants: what holds now; what was said is in the log."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from statuspage.settlement.affected.models import (
    AffectedTransaction,
    SettledMerchant,
    StagedTransaction,
    Upload,
    UploadPart,
    UploadProblem,
)
from statuspage.settlement.calendar.models import CalendarDay, CalendarProfile, CalendarYear
from statuspage.settlement.ledger.models import Commitment, Payment
from statuspage.settlement.rules.models import Product, SettlementRule
from statuspage.statements.ids import new_id

__all__ = [
    "AffectedTransaction",
    "CalendarDay",
    "CalendarProfile",
    "CalendarYear",
    "Commitment",
    "Notice",
    "Payment",
    "Product",
    "SettledMerchant",
    "SettlementRule",
    "StagedTransaction",
    "Upload",
    "UploadPart",
    "UploadProblem",
]


class Notice(models.Model):
    """Something every merchant of its audience should know about their money."""

    public_id = models.CharField(max_length=12, unique=True, default=new_id)
    kind = models.CharField(_("kind"), max_length=30)
    title = models.JSONField(_("title"))
    payload = models.JSONField(_("details"), default=dict)
    audience = models.JSONField(_("audience"), default=dict)
    incident_id = models.CharField(_("incident"), max_length=12, blank=True)
    effective_from = models.DateTimeField(_("in effect from"), null=True)
    effective_until = models.DateTimeField(_("in effect until"), null=True)
    published_at = models.DateTimeField(_("published at"))

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        ordering = ["-published_at", "-pk"]
        indexes = [models.Index(fields=["-published_at"]), models.Index(fields=["incident_id"])]

    def __str__(self) -> str:
        return str(self.title.get("zh-hans", self.public_id))
