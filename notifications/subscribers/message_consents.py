"""Consents that each allow one message: subscription messages of WeChat are sent only with one."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class MessageConsent(models.Model):
    """That somebody agreed to one message of a template; counted like money.

    It belongs to the keyed hash of an address, because people agree before they bind an account.
    A delivery that is being sent holds it, and gives it back where nothing was sent. `ended_at`:
    it was used, or taken back.
    """

    channel = models.CharField(max_length=20)
    blind_index = models.CharField(max_length=64)
    template = models.CharField(max_length=64)
    # The keyed hash of the provider's name for the act, by which a copy of it is recognised.
    act = models.CharField(max_length=64)
    given_at = models.DateTimeField(db_default=Now())
    delivery_id = models.BigIntegerField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("consent to one message")
        verbose_name_plural = _("consents to one message")
        constraints = [
            models.UniqueConstraint(fields=["channel", "act"], name="message_consent_once")
        ]
        indexes = [
            models.Index(
                fields=["channel", "blind_index", "template"],
                name="message_consent_left",
                condition=models.Q(ended_at=None),
            ),
            models.Index(
                fields=["delivery_id"],
                name="message_consent_held",
                condition=models.Q(ended_at=None, delivery_id__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.template}"
