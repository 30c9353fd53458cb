"""Configure the registry of templates."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TemplatesConfig(AppConfig):
    """Templates: the texts that providers have approved."""

    name = "notifications.templates"
    # Not that of Django's own name for pages.
    label = "provider_templates"
    verbose_name = _("Approved templates")
