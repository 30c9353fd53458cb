"""What the console remembers: which form has been published, and who decided what."""

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
