"""What staff noted for the regulator: figures, causes, and what was done with which evidence."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from statuspage.incidents.models import Incident
from statuspage.regulator.clock import Duty, Grade
from statuspage.regulator.regimes import Cause, Regime


def regime_field() -> "models.CharField[str, str]":
    """Return the regime of a row; what was noted before there were several is of the first."""
    return models.CharField(
        max_length=10,
        choices=Regime.choices,
        default=Regime.PAYMENT,
        db_default=Regime.PAYMENT,
    )


class Estimate(models.Model):
    """The figures as they were known at a time; a better one is a new row of each regime."""

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="estimates")
    regime = regime_field()
    transactions = models.PositiveBigIntegerField(null=True)
    records = models.PositiveBigIntegerField(null=True)
    customers = models.PositiveBigIntegerField(null=True)
    # In yuan.
    loss = models.PositiveBigIntegerField(null=True)
    # Judged by staff, where the figures alone do not say it.
    grade = models.CharField(max_length=20, choices=Grade.choices, blank=True)
    noted_at = models.DateTimeField()
    noted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = _("figures for the regulator")
        verbose_name_plural = _("figures for the regulator")
        ordering = ["noted_at", "pk"]

    def __str__(self) -> str:
        return f"{self.incident_id} {self.noted_at:%Y-%m-%d %H:%M}"


class RegimeStart(models.Model):
    """A cause for which staff started a regime's clock; one started in error is kept, closed."""

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="regime_starts")
    regime = models.CharField(max_length=10, choices=Regime.choices)
    cause = models.CharField(max_length=20, choices=Cause.choices)
    # Empty while it is not graded.
    grade = models.CharField(max_length=20, choices=Grade.choices, blank=True)
    detail = models.TextField()
    # When the operator knew of it: the deadlines count from then.
    known_at = models.DateTimeField()
    noted_at = models.DateTimeField()
    noted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    close_reason = models.TextField(blank=True)

    class Meta:
        verbose_name = _("start of a regulatory clock")
        verbose_name_plural = _("starts of regulatory clocks")
        ordering = ["noted_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["incident", "regime", "cause"],
                name="one_open_start_a_cause",
                condition=models.Q(closed_at=None),
            )
        ]

    def __str__(self) -> str:
        return f"{self.incident_id} {self.regime} {self.cause}"


class CompletedDuty(models.Model):
    """A duty that was done; one marked as done by mistake is voided, never deleted."""

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="ticks")
    regime = regime_field()
    duty = models.CharField(max_length=10, choices=Duty.choices)
    evidence = models.TextField()
    done_at = models.DateTimeField()
    ticked_at = models.DateTimeField()
    ticked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    voided_at = models.DateTimeField(null=True)
    voided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    void_reason = models.TextField(blank=True)

    class Meta:
        verbose_name = _("report to the regulator")
        verbose_name_plural = _("reports to the regulator")
        ordering = ["ticked_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["incident", "regime", "duty"],
                name="one_standing_tick_a_regime_and_duty",
                condition=models.Q(voided_at=None),
            )
        ]

    def __str__(self) -> str:
        return f"{self.incident_id} {self.regime} {self.duty}"
