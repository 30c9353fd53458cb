"""The present state of incidents and maintenance; their statements are in the log."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from statuspage.components.models import Component
from statuspage.components.statuses import ComponentStatus, Impact
from statuspage.incidents.lifecycle import IncidentStatus, MaintenanceStatus
from statuspage.incidents.moments import moments
from statuspage.incidents.placeholders import own_facts, time_fact
from statuspage.incidents.recurrence import Frequency, RecurrenceRule
from statuspage.statements.ids import new_id
from statuspage.statements.placeholders import filled
from statuspage.statements.texts import Text


class Incident(models.Model):
    """An incident: something is, or was, wrong."""

    public_id = models.CharField(max_length=12, unique=True, default=new_id)
    name = models.JSONField(_("name"))
    status = models.CharField(_("status"), max_length=20, choices=IncidentStatus.choices)
    impact = models.CharField(_("impact"), max_length=10, choices=Impact.choices)
    started_at = models.DateTimeField(_("started at"))
    # When we noticed: the promise of the first update counts from then.
    detected_at = models.DateTimeField(_("detected at"), null=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    monitoring_at = models.DateTimeField(null=True)
    resolved_at = models.DateTimeField(null=True)
    next_update_by = models.DateTimeField(_("next update by"), null=True)
    # Entered only after it was over.
    backfilled = models.BooleanField(_("entered afterwards"), default=False)
    # Its first statement was withdrawn: there was no such incident.
    in_error = models.BooleanField(_("published in error"), default=False)
    # Compare-and-swap: two people cannot both publish "the next" update.
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("incident")
        verbose_name_plural = _("incidents")
        ordering = ["-started_at", "-pk"]
        indexes = [models.Index(fields=["status", "-started_at"])]

    def __str__(self) -> str:
        return str(self.name.get("zh-hans", self.public_id))

    @property
    def reopenable(self) -> bool:
        """True for what is resolved, and was not published in error."""
        return self.status == IncidentStatus.RESOLVED and not self.in_error


class AffectedComponent(models.Model):
    """The state in which an incident holds a component; operational once it is released."""

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="affected")
    component = models.ForeignKey(Component, on_delete=models.PROTECT, related_name="+")
    status = models.CharField(max_length=30, choices=ComponentStatus.choices)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["incident", "component"], name="affected_once")
        ]

    def __str__(self) -> str:
        return f"{self.component_id} {self.status}"


class HiddenClaim(models.Model):
    """The state in which a statement puts a component that is not public: no statement says it."""

    statement_number = models.BigIntegerField(db_index=True)
    component = models.ForeignKey(Component, on_delete=models.PROTECT, related_name="+")
    status = models.CharField(max_length=30, choices=ComponentStatus.choices)

    def __str__(self) -> str:
        return f"#{self.statement_number} {self.component_id} {self.status}"


class Recurrence(models.Model):
    """A recurring maintenance; staff or the clock announce each occurrence."""

    name = models.JSONField(_("name"))
    body = models.JSONField(_("text"))
    components = models.ManyToManyField(Component, related_name="+")
    frequency = models.CharField(max_length=20, choices=Frequency.choices)
    first = models.DateField()
    # The last possible day; without one it goes on until somebody stops it.
    last = models.DateField(null=True)
    at = models.TimeField()
    minutes = models.PositiveIntegerField()
    # Announced so many days ahead; by the clock where `automatic`, else staff are asked to.
    ahead_days = models.PositiveSmallIntegerField()
    automatic = models.BooleanField(default=False)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    stopped_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("recurring maintenance")
        verbose_name_plural = _("recurring maintenance")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return str(self.name.get("zh-hans", self.pk))

    @property
    def rule(self) -> RecurrenceRule:
        """The rule of its start times."""
        return RecurrenceRule(self.frequency, self.first, self.at, self.last)


class RecurrenceSkip(models.Model):
    """The decision that one date of a series is skipped, or is not; the newest one counts."""

    recurrence = models.ForeignKey(Recurrence, on_delete=models.PROTECT, related_name="skips")
    day = models.DateField()
    skipped = models.BooleanField()
    staff = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("skipped date")
        verbose_name_plural = _("skipped dates")
        ordering = ["-pk"]
        indexes = [models.Index(fields=["recurrence", "day"])]

    def __str__(self) -> str:
        return f"{self.recurrence_id} {self.day}"


class Maintenance(models.Model):
    """Planned work that merchants will notice; it starts and ends automatically on time."""

    public_id = models.CharField(max_length=12, unique=True, default=new_id)
    name = models.JSONField(_("name"))
    status = models.CharField(_("status"), max_length=20, choices=MaintenanceStatus.choices)
    scheduled_for = models.DateTimeField(_("starts"))
    scheduled_until = models.DateTimeField(_("ends"))
    components = models.ManyToManyField(Component, related_name="+")
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    completed_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)
    # The clock leaves it to staff: the statement by which it had moved on was withdrawn.
    by_hand = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)
    # The occurrence's start by the rule; it may have been announced for another hour.
    recurrence = models.ForeignKey(
        Recurrence, null=True, on_delete=models.PROTECT, related_name="maintenances"
    )
    occurrence = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("maintenance")
        verbose_name_plural = _("maintenances")
        constraints = [
            models.UniqueConstraint(fields=["recurrence", "occurrence"], name="occurrence_once")
        ]
        ordering = ["-scheduled_for", "-pk"]
        indexes = [models.Index(fields=["status", "scheduled_for"])]

    def __str__(self) -> str:
        return str(self.name.get("zh-hans", self.public_id))

    @property
    def over_at(self) -> datetime | None:
        """When it was completed or cancelled; None until then."""
        return self.completed_at or self.cancelled_at


class Template(models.Model):
    """Words prepared for one moment (moments.py); what is not known of it stays a {placeholder}.

    Status, impact and components are for those moments that have them.
    """

    use = models.CharField(_("used for"), max_length=50, choices=moments)
    title = models.CharField(_("title in the list"), max_length=80)
    name = models.JSONField(_("name"), default=dict, blank=True)
    body = models.JSONField(_("text"))
    # By medium, as in statements/short.py.
    short = models.JSONField(default=dict, blank=True)
    status = models.CharField(_("status"), max_length=20, default=IncidentStatus.INVESTIGATING)
    impact = models.CharField(
        _("impact"), max_length=10, choices=Impact.choices, default=Impact.MAJOR
    )
    components = models.ManyToManyField(
        Component, verbose_name=_("components"), blank=True, related_name="+"
    )
    component_status = models.CharField(
        _("status of the components"),
        max_length=30,
        choices=ComponentStatus.choices,
        default=ComponentStatus.PARTIAL_OUTAGE,
    )
    position = models.PositiveIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("template")
        verbose_name_plural = _("templates")
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.title

    def words(self, now: datetime, facts: Mapping[str, Text] | None = None) -> dict[str, Any]:
        """Return headline, text and shorter words, with the time and these facts filled in."""
        known = {**time_fact(now), **own_facts(), **(facts or {})}
        name = filled(self.name, known)
        known = {**known, "name": name} if name else known
        short = {medium: filled(text, known) for medium, text in self.short.items()}
        return {"name": name, "body": filled(self.body, known), "short": short}
