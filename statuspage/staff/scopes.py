"""What an API token may be used for, beside what the role of its owner allows."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Scope(models.TextChoices):
    """A token has one or more."""

    READ = "read", _("Read statements, components and deliveries")
    PUBLISH = "publish", _("Publish statements")
    ALONE = "alone", _("Publish without a second person’s approval")
    SIGNALS = "signals", _("Report what monitors see")
    SUBSCRIBERS = "subscribers", _("Read and import subscribers")


def every_scope() -> list[str]:
    """What tokens could do before they had scopes."""
    return [*Scope.values]
