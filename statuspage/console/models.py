"""Staff decisions about failed messages and stopped addresses."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class DecisionKind(models.TextChoices):
    """The kinds of decision."""

    RETRIED = "retried", _("Failed messages resent")
    SENT_AGAIN = "sent_again", _("Resent although it may have arrived")
    LEFT = "left", _("Left as is")
    REVIVED = "revived", _("Address reactivated")
    REVIVED_SENT = "revived_sent", _("Addresses reactivated, failed messages resent")
    ASKED = "asked", _("Provider asked about messages on hold")
    RELEASED = "released", _("Messages on hold released")
    DISCARDED = "discarded", _("Messages on hold discarded")


class Decision(models.Model):
    """The record of a decision by staff about messages or addresses."""

    act = models.CharField(max_length=12, choices=DecisionKind.choices)
    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    # Its objects: state, reason, channel, statement, delivery, masked address, if they apply.
    about = models.JSONField(default=dict)
    count = models.PositiveIntegerField(default=1)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.act} {self.count}"
