"""Store the registry of templates: their texts, what fills them, and their states."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from notifications.channels.base import MessageTemplate
from notifications.templates.states import TemplateState


class Template(models.Model):
    """A text at one provider, with its variables, for statements of a kind or a moment."""

    provider = models.CharField(_("Provider"), max_length=20)
    # Of a statement ("notice.delay") or a note ("code"), and what it means (states.Moment); empty
    # means any.
    kind = models.CharField(_("Kind"), max_length=40, blank=True, default="")
    moment = models.CharField(_("Moment"), max_length=30, blank=True, default="")
    language = models.CharField(_("Language"), max_length=10, blank=True, default="")
    # For numbers outside mainland China, for which the clouds have templates of their own.
    abroad = models.BooleanField(_("Abroad"), default=False)
    # The provider's name for it; empty until it is registered there.
    provider_id = models.CharField(
        _("Template id at the provider"), max_length=64, blank=True, default=""
    )
    text = models.TextField(_("Text"), blank=True, default="")
    # Empty: the provider's own, from the settings.
    signature = models.CharField(_("Signature"), max_length=40, blank=True, default="")
    # By variable of the provider, the fact that fills it (channels/facts.py).
    fields = models.JSONField(_("Variables"), default=dict, blank=True)
    state = models.CharField(
        _("State"), max_length=10, choices=TemplateState.choices, default=TemplateState.DRAFT
    )
    # Why the provider refused it, in its words.
    reason = models.CharField(_("Reason"), max_length=500, blank=True, default="")
    # Grows with every change of what would be sent.
    version = models.PositiveIntegerField(default=1)
    checked_at = models.DateTimeField(null=True, blank=True)
    # When the provider last refused a message by it, although it calls it approved; and its code.
    refused_at = models.DateTimeField(null=True, blank=True)
    refused_code = models.CharField(max_length=40, blank=True, default="")
    # When to ask the provider to register it; null: nobody has asked for that.
    register_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("approved template")
        verbose_name_plural = _("approved templates")
        ordering = ["provider", "kind", "moment", "language", "abroad", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "provider_id"],
                name="template_once_at_its_provider",
                condition=~models.Q(provider_id=""),
            )
        ]
        indexes = [
            models.Index(
                fields=["register_at"],
                name="template_to_register",
                condition=models.Q(register_at__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"{self.provider} {self.kind or self.moment or '*'} {self.language}"

    def message_template(self) -> MessageTemplate:
        """Return it as providers take it."""
        return MessageTemplate(
            provider_id=self.provider_id,
            text=self.text,
            signature=self.signature,
            fields=self.fields,
            kind=self.kind,
            moment=self.moment,
            language=self.language,
            abroad=self.abroad,
        )
