"""Configure the verification app."""

from collections.abc import Sequence
from string import Template
from typing import Any, Final

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, register
from django.core.checks import Warning as CheckWarning
from django.utils.translation import gettext_lazy as _

TEMPLATES: Final = ("ALIYUN_SMS_TEMPLATE", "ALIYUN_SMS_TEMPLATE_EN")


class VerificationConfig(AppConfig):
    """Message verification: telling our messages from forged ones."""

    name = "notifications.verification"
    verbose_name = _("Message verification")

    def ready(self) -> None:
        """Keep the words of every statement's SMS, inside its transaction."""
        from notifications.verification.services import texts_keep
        from statuspage.statements.services import on_publish

        on_publish(texts_keep)


@register()
def template_codes(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Warn with W001 if an SMS template in use has no ${code}."""
    return [
        CheckWarning(
            f"{name}_TEXT has no ${{code}}: merchants cannot verify these messages at /verify/.",
            hint="Register a template with ${code} behind the number; see docs/production.md.",
            id="verification.W001",
        )
        for name in TEMPLATES
        if getattr(settings, name)
        and "code" not in Template(getattr(settings, f"{name}_TEXT")).get_identifiers()
    ]
