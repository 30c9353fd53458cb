"""Store what staff have had done to many messages at once, and how far it has come."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class Resending(models.Model):
    """An act of staff: stopped addresses are reactivated, and failed messages sent again."""

    # What it is about, as resendable.Chosen; two at once of the same are one.
    about = models.JSONField(default=dict)
    key = models.CharField(max_length=200)
    # Nothing that happened after this moment is concerned.
    asked_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True)
    # How far it has come: up to this address, of this statement where it goes by messages.
    at_statement = models.BigIntegerField(default=0)
    at_address = models.BigIntegerField(default=0)
    # How many were to be, and have been, reactivated and sent again.
    addresses_expected = models.PositiveIntegerField(default=0)
    messages_expected = models.PositiveIntegerField(default=0)
    addresses = models.PositiveIntegerField(default=0)
    messages = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("resending")
        verbose_name_plural = _("resendings")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["key"], name="resending_once", condition=models.Q(finished_at=None)
            )
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.messages}"
