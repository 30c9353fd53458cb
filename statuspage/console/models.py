"""What the console remembers: what is being written, was published or handed over, and decided."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from statuspage.statements.models import Statement


class Publication(models.Model):
    """A form's one-time token and the statement that came of it."""

    token = models.UUIDField(primary_key=True)
    statement = models.OneToOneField(Statement, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"#{self.statement_id}"


class Draft(models.Model):
    """What one person has typed into a form and not yet published; `token` is that form's.

    `place` is the form's address: two drafts of one place are about the same subject.
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
        """Where it goes on."""
        return f"{self.place}?draft={self.pk}"


class Proposal(models.Model):
    """A notice that one person has written and a second one publishes, or sends back.

    `draft` holds what the publishing service takes; a proposal that was decided never changes.
    """

    class State(models.TextChoices):
        """How far it has come."""

        WAITING = "waiting", _("Waits for a second person")
        PUBLISHED = "published", _("Approved and published")
        SENT_BACK = "sent_back", _("Sent back")

    token = models.UUIDField(unique=True)
    kind = models.CharField(max_length=30)
    draft = models.JSONField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    proposed_at = models.DateTimeField(auto_now_add=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)
    # Why it was sent back.
    note = models.TextField(blank=True)
    statement = models.OneToOneField(
        Statement, null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.kind} {self.state}"


class Review(models.Model):
    """A second person has read a statement that went out at once."""

    statement = models.OneToOneField(Statement, on_delete=models.PROTECT, related_name="review")
    staff = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"#{self.statement_id}"


class Decision(models.Model):
    """What a member of staff decided on messages or addresses, for whoever asks later."""

    class Act(models.TextChoices):
        """What they did."""

        RETRIED = "retried", _("Failed messages sent again")
        SENT_AGAIN = "sent_again", _("Sent again although it may have arrived")
        LEFT = "left", _("Left as it is")
        REVIVED = "revived", _("Address revived")

    act = models.CharField(max_length=12, choices=Act.choices)
    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    # On what: state, reason, channel, statement, delivery, masked address, as far as they apply.
    about = models.JSONField(default=dict)
    count = models.PositiveIntegerField(default=1)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.act} {self.count}"
