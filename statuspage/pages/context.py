"""What every template knows."""

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language

from statuspage.statements.texts import in_language


def operator(request: HttpRequest) -> dict[str, object]:
    """The operator's name in the reader's language, and how to call them."""
    return {
        "operator_name": in_language(settings.OPERATOR_NAME, get_language() or ""),
        "operator_hotline": settings.OPERATOR_HOTLINE,
        "site_url": settings.SITE_URL,
    }
