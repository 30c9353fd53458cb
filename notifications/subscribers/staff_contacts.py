"""Where a member of staff gets test messages: an address of their own on each channel."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from notifications.channels.addresses import AddressKind


class StaffContact(models.Model):
    """One address of one member of staff, sealed like those of subscribers, and never sent news."""

    staff = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    channel = models.CharField(max_length=20)
    kind = models.CharField(max_length=10, choices=AddressKind.choices)
    sealed = models.BinaryField()
    masked = models.CharField(max_length=80)
    # A webhook's signing secret, sealed like the address itself.
    sealed_secret = models.BinaryField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["staff", "channel"], name="one_contact_a_channel")
        ]

    def __str__(self) -> str:
        return f"{self.staff_id} {self.channel} {self.masked}"


class TrialMessage(models.Model):
    """A test that somebody sends to themselves; it is no delivery, and forgotten after a day."""

    staff = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    channel = models.CharField(max_length=20)
    language = models.CharField(max_length=10)
    # The document as it would be published.
    document = models.JSONField()
    asked_at = models.DateTimeField(db_default=Now(), db_index=True)
    # Set before the first byte leaves: it is never sent twice.
    claimed_at = models.DateTimeField(null=True)
    # What became of it: "accepted", "failed", "not_sent" or "unknown"; empty while it waits.
    outcome = models.CharField(max_length=10, blank=True)
    reason = models.CharField(max_length=30, blank=True)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.channel} {self.outcome}"
