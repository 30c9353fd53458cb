"""Received texts, sealed like addresses, kept for a while, and gone with their address."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from notifications.subscribers.models import Address


class Answer(models.TextChoices):
    """What became of our answer."""

    NONE = "", _("not answered")
    WANTED = "wanted", _("answer waits")
    SENT = "sent", _("answered")
    FAILED = "failed", _("answer not sent")


class ReceivedText(models.Model):
    """One text of a subscriber that asks for nothing a program can do."""

    address = models.ForeignKey(Address, on_delete=models.CASCADE, related_name="received_texts")
    provider = models.CharField(_("provider"), max_length=20, blank=True)
    sealed = models.BinaryField()
    # Finds the same text again: what an auto-responder says is answered once.
    blind_index = models.CharField(max_length=64)
    received_at = models.DateTimeField(_("received at"), db_default=Now())
    # The day, of Beijing, on which it was answered; null where it was not.
    answered_on = models.DateField(null=True)
    answer = models.CharField(
        _("answer"), max_length=10, choices=Answer.choices, blank=True, default=Answer.NONE
    )

    class Meta:
        verbose_name = _("received text")
        verbose_name_plural = _("received texts")
        ordering = ["-received_at", "-pk"]
        indexes = [
            models.Index(fields=["received_at"], name="received_text_at"),
            models.Index(
                fields=["id"],
                condition=models.Q(answer="wanted"),
                name="received_text_wanted",
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["address", "answered_on"], name="answered_once_a_day")
        ]

    def __str__(self) -> str:
        return f"{self.address} {self.received_at:%Y-%m-%d}"
