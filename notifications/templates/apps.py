"""Configure the registry of templates."""

import os
from collections.abc import Sequence
from typing import Any, Final

from django.apps import AppConfig
from django.core.checks import CheckMessage, register
from django.core.checks import Warning as CheckWarning
from django.utils.translation import gettext_lazy as _

# Settings of before there was a registry: one text for everything, almost all of it variables.
FORMER: Final = (
    "ALIYUN_SMS_TEMPLATE",
    "ALIYUN_SMS_TEMPLATE_TEXT",
    "ALIYUN_SMS_TEMPLATE_EN",
    "ALIYUN_SMS_TEMPLATE_EN_TEXT",
)


class TemplatesConfig(AppConfig):
    """Templates: the texts that providers have approved."""

    name = "notifications.templates"
    # Not that of Django's own name for pages.
    label = "provider_templates"
    verbose_name = _("Approved templates")


@register()
def former_settings(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Warn with W001 of a template in the settings, where none is looked for any more."""
    return [
        CheckWarning(
            f"{name} no longer counts: Aliyun's templates are in the registry.",
            hint="Register templates in the console under Approved templates, and remove it.",
            id="provider_templates.W001",
        )
        for name in FORMER
        if os.environ.get(name)
    ]
