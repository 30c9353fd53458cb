"""What our SMS said; triggers in the migration refuse UPDATE and DELETE."""

from django.db import models
from django.db.models.functions import MD5
from django.utils.translation import gettext_lazy as _

from statuspage.statements.models import Statement
from statuspage.statements.texts import LANGUAGES


class SentText(models.Model):
    """One statement in one language as one provider's SMS.

    Kept because settings, templates and this program change, and an old message must not be
    called forged for that.
    """

    statement = models.ForeignKey(
        Statement, verbose_name=_("statement"), on_delete=models.PROTECT, related_name="sent_texts"
    )
    language = models.CharField(
        _("language"), max_length=10, choices=[(one, one) for one in LANGUAGES]
    )
    channel = models.CharField(_("channel"), max_length=20)
    # As a number outside mainland China gets it, where that is another text.
    abroad = models.BooleanField(_("outside mainland China"), default=False)
    code = models.CharField(_("code"), max_length=8)
    text = models.TextField(_("text"))

    class Meta:
        verbose_name = _("sent text")
        verbose_name_plural = _("sent texts")
        ordering = ["-statement_id", "pk"]
        indexes = [models.Index(fields=["code"], name="sent_text_code")]
        constraints = [
            # A template may be approved, or changed, while its statement is going out.
            models.UniqueConstraint(
                *("statement", "language", "channel", "abroad"),
                MD5("text"),
                name="sent_text_once",
            )
        ]

    def __str__(self) -> str:
        return f"#{self.statement_id} {self.channel} {self.language}"
