"""Signals in their present state, the rules for them, and the drafts that wait for staff."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from statuspage.components.models import Component
from statuspage.components.statuses import ComponentStatus
from statuspage.incidents.models import Incident, Template
from statuspage.incidents.moments import Moment
from statuspage.incidents.placeholders import facts_of
from statuspage.incidents.promises import promised_by
from statuspage.lib.database_clock import database_now
from statuspage.monitors.matching import clean_matchers
from statuspage.statements.placeholders import placeholders_in


class SignalRule(models.Model):
    """A rule: which signals it matches, the words to publish, and the state of a component."""

    name = models.CharField(_("name"), max_length=80)
    matchers = models.JSONField(
        _("labels"),
        validators=[clean_matchers],
        help_text=_("Every label must match; * matches anything."),
    )
    template = models.ForeignKey(
        Template,
        verbose_name=_("template"),
        on_delete=models.PROTECT,
        limit_choices_to={"use": Moment.OPENED.value},
        related_name="+",
    )
    component = models.ForeignKey(
        Component,
        verbose_name=_("component"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text=_("Default: the template's components."),
    )
    component_status = models.CharField(
        _("status of the component"),
        max_length=30,
        choices=ComponentStatus.choices,
        blank=True,
        help_text=_("Default: from the template."),
    )
    quiet_minutes = models.PositiveIntegerField(
        _("merge within (minutes)"),
        default=30,
        help_text=_("Signals that fire again within this time are added to the earlier draft."),
    )
    auto_publish = models.BooleanField(
        _("publish without confirmation"),
        default=False,
        help_text=_(
            "Nobody confirms it: the incident is published as soon as the monitor reports."
        ),
    )
    enabled = models.BooleanField(_("in use"), default=True)
    position = models.PositiveIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("signal rule")
        verbose_name_plural = _("signal rules")
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Raise ValidationError for a rule that would publish a placeholder without review."""
        if self.auto_publish and self.template_id:
            try:
                self.check_words(self.template)
            except ValidationError as error:
                raise ValidationError({"auto_publish": error}) from error

    def check_words(self, template: Template) -> None:
        """Raise ValidationError where this template would leave something for people to fill in."""
        now = database_now()
        words = self.words(now, now, self.concerned(), template)
        if any(map(placeholders_in, (words["name"], words["body"], *words["short"].values()))):
            raise ValidationError(_("The template has placeholders that someone must fill in."))

    def concerned(self) -> list[Component]:
        """Return the components that its signals are about."""
        return [self.component] if self.component else [*self.template.components.all()]

    def words(
        self,
        detected_at: datetime,
        now: datetime,
        concerned: Iterable[Component],
        template: Template | None = None,
    ) -> dict[str, Any]:
        """Return its template's words, or another's, with everything filled in that is known."""
        words = template or self.template
        facts = facts_of(
            now=now,
            components=[one.name for one in concerned],
            started=detected_at,
            next_update=promised_by(words.impact, now),
        )
        return words.words(detected_at, facts)


class SignalDraftState(models.TextChoices):
    """The state of a draft."""

    WAITING = "waiting", _("Awaiting confirmation")
    PUBLISHED = "published", _("Published")
    DISMISSED = "dismissed", _("Dismissed")
    LAPSED = "lapsed", _("Cleared before anyone decided")


class SignalDraft(models.Model):
    """A draft that a rule made of its signals: an incident to open, or one already decided on."""

    rule = models.ForeignKey(SignalRule, on_delete=models.PROTECT, related_name="drafts")
    state = models.CharField(
        max_length=10, choices=SignalDraftState.choices, default=SignalDraftState.WAITING
    )
    detected_at = models.DateTimeField()
    last_signal_at = models.DateTimeField()
    # How many reports came, repetitions included.
    count = models.PositiveIntegerField(default=0)
    incident = models.ForeignKey(Incident, null=True, on_delete=models.PROTECT, related_name="+")
    # Nobody, where the rule publishes by itself.
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["rule"],
                name="one_waiting_draft_a_rule",
                condition=models.Q(state="waiting"),
            )
        ]

    def __str__(self) -> str:
        return f"{self.rule}: {self.state}"


class Signal(models.Model):
    """A signal: one condition that a monitor watches, as last reported."""

    source = models.CharField(_("source"), max_length=40)
    fingerprint = models.CharField(max_length=120)
    labels = models.JSONField()
    summary = models.CharField(max_length=500, blank=True)
    url = models.CharField(max_length=500, blank=True)
    firing = models.BooleanField()
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField(db_index=True)
    # How often it was reported, and how often it began to fire.
    count = models.PositiveIntegerField(default=0)
    firings = models.PositiveIntegerField(default=0)
    rule = models.ForeignKey(SignalRule, null=True, on_delete=models.SET_NULL, related_name="+")
    draft = models.ForeignKey(
        SignalDraft, null=True, on_delete=models.SET_NULL, related_name="signals"
    )

    class Meta:
        ordering = ["-last_seen_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["source", "fingerprint"], name="signal_once")
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.fingerprint}"
