"""What staff noted for the regulator: cases, figures, causes, and what was done with evidence."""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from statuspage.incidents.models import Incident
from statuspage.regulator.clock import Duty, Grade
from statuspage.regulator.regimes import Cause, Regime
from statuspage.statements.ids import new_id
from statuspage.statements.texts import CHINESE, Text


def regime_field() -> "models.CharField[str, str]":
    """Return the regime of a row; what was noted before there were several is of the first."""
    return models.CharField(
        max_length=10,
        choices=Regime.choices,
        default=Regime.PAYMENT,
        db_default=Regime.PAYMENT,
    )


class PrivateCase(models.Model):
    """What is reported though nothing of it is public, until it is tied to a public incident.

    It answers what the clock asks of an incident; `token` is the one-time token of its form.
    """

    public_id = models.CharField(max_length=12, unique=True, default=new_id)
    token = models.UUIDField(unique=True)
    title = models.CharField(max_length=100)
    # When the operator noticed it.
    started_at = models.DateTimeField()
    # When it was over: the final report is due from then.
    resolved_at = models.DateTimeField(null=True)
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    incident = models.ForeignKey(Incident, null=True, on_delete=models.PROTECT, related_name="+")
    tied_at = models.DateTimeField(null=True)
    tied_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = _("case without a public incident")
        verbose_name_plural = _("cases without a public incident")
        ordering = ["-opened_at", "-pk"]

    def __str__(self) -> str:
        return self.title

    @property
    def name(self) -> Text:
        """Its title, in the one language in which it was written."""
        return {CHINESE: self.title}


def incident_field(name: str) -> "models.ForeignKey[Any, Any]":
    """Return the incident of a row; none while it is of a case alone."""
    return models.ForeignKey(Incident, null=True, on_delete=models.PROTECT, related_name=name)


def case_field(name: str) -> "models.ForeignKey[Any, Any]":
    """Return the case in which a row was noted; a row of a tied case names its incident too."""
    return models.ForeignKey(PrivateCase, null=True, on_delete=models.PROTECT, related_name=name)


def about_something(name: str) -> models.CheckConstraint:
    """Return the constraint that a row is about an incident or a case."""
    either = models.Q(incident__isnull=False) | models.Q(case__isnull=False)
    return models.CheckConstraint(condition=either, name=name)


class Estimate(models.Model):
    """The figures as they were known at a time; a better one is a new row of each regime."""

    incident = incident_field("estimates")
    case = case_field("estimates")
    regime = regime_field()
    transactions = models.PositiveBigIntegerField(null=True)
    records = models.PositiveBigIntegerField(null=True)
    customers = models.PositiveBigIntegerField(null=True)
    # In yuan.
    loss = models.PositiveBigIntegerField(null=True)
    # Judged by staff, where the figures alone do not say it.
    grade = models.CharField(max_length=20, choices=Grade.choices, blank=True)
    # Since when it was known, if that is earlier than it was noted.
    known_at = models.DateTimeField(null=True)
    noted_at = models.DateTimeField()
    noted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = _("figures for the regulator")
        verbose_name_plural = _("figures for the regulator")
        ordering = ["noted_at", "pk"]
        constraints = [about_something("estimate_about_something")]

    def __str__(self) -> str:
        return f"{self.incident_id or self.case_id} {self.noted_at:%Y-%m-%d %H:%M}"


class RegimeStart(models.Model):
    """A cause for which staff started a regime's clock; one started in error is kept, closed."""

    incident = incident_field("regime_starts")
    case = case_field("regime_starts")
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
            ),
            models.UniqueConstraint(
                fields=["case", "regime", "cause"],
                name="one_open_start_a_case_and_cause",
                condition=models.Q(closed_at=None),
            ),
            about_something("start_about_something"),
        ]

    def __str__(self) -> str:
        return f"{self.incident_id or self.case_id} {self.regime} {self.cause}"


class CompletedDuty(models.Model):
    """A duty that was done; one marked as done by mistake is voided, never deleted."""

    incident = incident_field("ticks")
    case = case_field("ticks")
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
            ),
            models.UniqueConstraint(
                fields=["case", "regime", "duty"],
                name="one_standing_tick_a_case_and_duty",
                condition=models.Q(voided_at=None),
            ),
            about_something("tick_about_something"),
        ]

    def __str__(self) -> str:
        return f"{self.incident_id or self.case_id} {self.regime} {self.duty}"
