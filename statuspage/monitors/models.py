"""Signals in their present state, the rules for them, and the drafts that wait for staff."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from statuspage.components.models import Component
from statuspage.components.statuses import ComponentStatus
from statuspage.incidents.models import Incident, Template
from statuspage.incidents.moments import Moment
from statuspage.incidents.placeholders import facts_of
from statuspage.incidents.promises import promised_by
from statuspage.lib.database_clock import database_now
from statuspage.monitors.digests import words_digest
from statuspage.monitors.matching import LONGEST_MARK, clean_matchers
from statuspage.monitors.severity import UNKNOWN
from statuspage.statements.placeholders import placeholders_in

# A day; and more rules than anybody keeps.
LONGEST_QUIET: Final = 1440
LAST_POSITION: Final = 9999


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
        validators=[MaxValueValidator(LONGEST_QUIET)],
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
    position = models.PositiveIntegerField(
        _("position"),
        default=0,
        validators=[MaxValueValidator(LAST_POSITION)],
        help_text=_("The first rule that matches counts."),
    )
    # A rule that publishes without confirmation does so once a second person confirmed it as it
    # is; who made or changed it last cannot. Nobody, where a command or a migration did.
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    changed_at = models.DateTimeField(null=True, blank=True)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    confirmed_at = models.DateTimeField(null=True, blank=True)
    # A digest of the template as `changed_by` knew it: other words take two persons again.
    words_then = models.CharField(max_length=64, blank=True)

    class Meta:
        verbose_name = _("signal rule")
        verbose_name_plural = _("signal rules")
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def publishes(self) -> bool:
        """Whether it publishes by itself: a second person confirmed it with these very words."""
        return self.auto_publish and self.confirmed_at is not None and self.has_its_words

    @property
    def waits(self) -> bool:
        """Whether a second person has yet to confirm that it may publish by itself."""
        asks = self.enabled and self.auto_publish and self.confirmed_at is None
        return asks and self.has_its_words

    @property
    def has_its_words(self) -> bool:
        """Whether the template is as it was when the rule was last saved."""
        return self.words_then == words_digest(self.template)

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
    # When a signal of it last began or ended; a repetition changes nothing.
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
    # The start as reported, also where it cannot be believed: the same one is the same firing.
    start_mark = models.CharField(max_length=LONGEST_MARK, blank=True)
    ended_at = models.DateTimeField(null=True)
    severity = models.PositiveSmallIntegerField(default=UNKNOWN)
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField(db_index=True)
    # How often it was reported, and how often it began to fire.
    count = models.PositiveIntegerField(default=0)
    firings = models.PositiveIntegerField(default=0)
    rule = models.ForeignKey(SignalRule, null=True, on_delete=models.SET_NULL, related_name="+")
    draft = models.ForeignKey(
        SignalDraft, null=True, on_delete=models.SET_NULL, related_name="signals"
    )
    # What staff published from it by hand, without a rule.
    incident = models.ForeignKey(
        Incident, null=True, on_delete=models.PROTECT, related_name="signals"
    )

    class Meta:
        ordering = ["-last_seen_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["source", "fingerprint"], name="signal_once")
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.fingerprint}"

    @property
    def said(self) -> str:
        """What it says of itself: its summary, else its name, else who reported it."""
        return self.summary or self.labels.get("alertname") or self.source


class SignalChange(models.Model):
    """A signal began to fire, or ended: the history on which a rule is tried; kept for 48 hours."""

    signal = models.ForeignKey(Signal, on_delete=models.CASCADE, related_name="changes")
    at = models.DateTimeField(db_index=True)
    firing = models.BooleanField()
    labels = models.JSONField()
    start_mark = models.CharField(max_length=LONGEST_MARK, blank=True)
    started_at = models.DateTimeField()
    # How many reports of the signal had come before.
    reports = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.signal_id} {self.at:%F %T} {'firing' if self.firing else 'over'}"


class IntakeNote(models.Model):
    """What could not be taken of one call of a monitor: too many alerts, or alerts nobody reads."""

    at = models.DateTimeField(db_index=True)
    source = models.CharField(max_length=40)
    taken = models.PositiveIntegerField(default=0)
    left_out = models.PositiveIntegerField(default=0)
    # The rest was not read, so that their number is reckoned from its length.
    reckoned = models.BooleanField(default=False)
    unreadable = models.PositiveIntegerField(default=0)
    # The first of the reasons, each with what identifies its alert.
    reasons = models.JSONField(default=list)

    class Meta:
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.source} {self.at:%F %T}: {self.left_out} left out"
