"""Drafts, proposals, reviews, and which form published which statement."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from statuspage.statements.models import Statement


class Publication(models.Model):
    """A form's one-time token and the statement that it published."""

    token = models.UUIDField(primary_key=True)
    statement = models.OneToOneField(Statement, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"#{self.statement_id}"


class Draft(models.Model):
    """A form that one person filled in and has not published; `token` is the form's one-time token.

    `place` is the form's URL: two drafts with the same place are about the same subject.
    """

    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    token = models.UUIDField()
    place = models.CharField(max_length=200)
    kind = models.CharField(max_length=40)
    title = models.JSONField()
    # Every field's name with its values, as the browser sent them.
    values = models.JSONField()
    # Why a second person sent it back.
    remark = models.TextField(blank=True)
    begun_at = models.DateTimeField(auto_now_add=True)
    saved_at = models.DateTimeField()
    discarded_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-saved_at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["author", "token"], name="draft_once")]
        indexes = [models.Index(fields=["place", "-saved_at"], name="draft_by_place")]

    def __str__(self) -> str:
        return f"{self.kind} {self.place}"

    @property
    def address(self) -> str:
        """The URL at which its author continues."""
        return f"{self.place}?draft={self.pk}"


class ProposalState(models.TextChoices):
    """The stages of a proposal."""

    WAITING = "waiting", _("Awaiting approval")
    SCHEDULED = "scheduled", pgettext_lazy("state of a notice", "Scheduled")
    PUBLISHED = "published", _("Approved and published")
    SENT_BACK = "sent_back", _("Sent back")


class ProposalAct(models.TextChoices):
    """What publishing a proposal does; acts.py has the service of each."""

    NOTICE = "notice", _("Notice")
    CORRECTION = "correction", _("Correction")
    WITHDRAWAL = "withdrawal", _("Withdrawal")


class Proposal(models.Model):
    """An act by one person that a second person publishes or sends back.

    `draft` holds the arguments of the act's service; a decided proposal never changes.
    """

    token = models.UUIDField(unique=True)
    act = models.CharField(max_length=20, choices=ProposalAct.choices, default=ProposalAct.NOTICE)
    # Of a notice its kind; of an answer, the kind of its statement.
    kind = models.CharField(max_length=30)
    draft = models.JSONField()
    # The statement that is to be corrected or withdrawn.
    answers = models.ForeignKey(Statement, null=True, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(
        max_length=10, choices=ProposalState.choices, default=ProposalState.WAITING
    )
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    proposed_at = models.DateTimeField(auto_now_add=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)
    # Why it was sent back, or is looked at again.
    note = models.TextField(blank=True)
    # When to publish it; null: as soon as nothing stands against it.
    publish_at = models.DateTimeField(null=True)
    # Of what is scheduled: who approved it, unless one person may publish it, the digest of what
    # was reviewed, and since when it waits for another look, if something came between.
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    seen = models.CharField(max_length=64, blank=True)
    held_at = models.DateTimeField(null=True)
    statement = models.OneToOneField(
        Statement, null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["-pk"]
        indexes = [
            models.Index(
                fields=["publish_at"],
                name="proposal_scheduled",
                condition=models.Q(state="scheduled"),
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.state}"

    @property
    def statement_kind(self) -> str:
        """The kind of the statement that it becomes."""
        return f"notice.{self.kind}" if self.act == ProposalAct.NOTICE else self.kind


class Review(models.Model):
    """The record that a second person reviewed a statement published without approval."""

    statement = models.OneToOneField(Statement, on_delete=models.PROTECT, related_name="review")
    staff = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"#{self.statement_id}"


class Recipe(models.Model):
    """A set of drafts that was prepared with one form, so that none of them is forgotten.

    `token` is the form's one-time token. `incident_id` is empty until its incident is published.
    """

    token = models.UUIDField(unique=True)
    name = models.JSONField()
    # What its readers should know of the set as a whole: a list of texts.
    notes = models.JSONField(default=list)
    incident_id = models.CharField(max_length=12, blank=True)
    begun_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    begun_at = models.DateTimeField()

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["-begun_at"], name="recipe_by_time")]

    def __str__(self) -> str:
        return str(self.name.get("zh-hans", self.pk))


class RecipeStep(models.Model):
    """One draft of the set, found by its present token, or something else that is to be done."""

    recipe = models.ForeignKey(Recipe, on_delete=models.CASCADE, related_name="steps")
    position = models.PositiveSmallIntegerField()
    # The kind of the statement that it becomes, or a word for what is no statement.
    kind = models.CharField(max_length=40)
    title = models.JSONField()
    token = models.UUIDField(null=True, unique=True)
    # What it begins with: the URL and the fields of a draft's form, or the figures of what is no
    # draft; and when the latter was done.
    values = models.JSONField(default=dict)
    done_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["recipe", "position"]
        constraints = [
            models.UniqueConstraint(fields=["recipe", "position"], name="one_step_a_position")
        ]

    def __str__(self) -> str:
        return f"{self.recipe_id}.{self.position} {self.kind}"
