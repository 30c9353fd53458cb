"""The words, whom they concern, and what to write instead."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class CarrierWord(models.Model):
    """A word that carriers of the mainland refuse or restrict in SMS."""

    class Effect(models.TextChoices):
        """What happens to an SMS with it."""

        REFUSED = "refused", _("Refused: the SMS is not delivered")
        RESTRICTED = "restricted", _("Restricted: some SMS are not delivered")

    word = models.CharField(_("word"), max_length=40)
    carrier = models.CharField(
        _("provider or carrier"), max_length=40, blank=True, help_text=_("Empty: all of them.")
    )
    effect = models.CharField(
        _("effect"), max_length=10, choices=Effect.choices, default=Effect.REFUSED
    )
    instead = models.CharField(_("write instead"), max_length=80, blank=True)
    note = models.CharField(_("note"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("word in SMS")
        verbose_name_plural = _("words in SMS")
        ordering = ["word", "carrier", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["word", "carrier"], name="carrier_word_once")
        ]

    def __str__(self) -> str:
        return self.word
