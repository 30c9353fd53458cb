"""System checks: an approved template without a place for the code cannot be verified."""

from collections.abc import Sequence
from string import Template
from typing import Any, Final

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, register
from django.core.checks import Warning as CheckWarning

TEMPLATES: Final = ("ALIYUN_SMS_TEMPLATE", "ALIYUN_SMS_TEMPLATE_EN")


@register()
def template_codes(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """W001: an SMS template in use has no ${code}."""
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
