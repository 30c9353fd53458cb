"""Context processor with what every template uses."""

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse, translate_url
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language, override

from statuspage.pages.large_text import PREFIX
from statuspage.pages.log.page import log_head
from statuspage.statements.texts import CHINESE, ENGLISH, in_language

OWN_NAMES = {CHINESE: "中文", ENGLISH: "English"}


def operator(request: HttpRequest) -> dict[str, object]:
    """Return the operator's name and hotline, and this page's other addresses."""
    language = get_language() or CHINESE
    here = request.get_full_path()
    # An address that would lead to another site is replaced by the home page.
    path = reverse("pages:home") if here.startswith("//") else here
    return {
        "operator_name": in_language(settings.OPERATOR_NAME, language),
        "operator_hotline": settings.OPERATOR_HOTLINE,
        "legal": {
            "licence": settings.PAYMENT_LICENCE,
            "icp": settings.ICP_NUMBER,
            "police": settings.POLICE_NUMBER,
            "complaint_line": settings.COMPLAINT_LINE,
            "consumer_hotline": settings.CONSUMER_HOTLINE,
        },
        "site_url": settings.SITE_URL,
        "feed_query": "?lang=en" if language == ENGLISH else "",
        # Lazy: not every template shows it.
        "log_head": SimpleLazyObject(log_head),
        "elder_path": PREFIX + path,
        "plain_path": path,
        "other_language": _other_language(here, language),
    }


def _other_language(here: str, language: str) -> dict[str, str]:
    """Return this page in the other language, or the home page where there is no such page."""
    other = CHINESE if language == ENGLISH else ENGLISH
    there = translate_url(here, other)
    if there == here:
        with override(other):
            there = reverse("pages:home")
    return {"code": other, "label": OWN_NAMES[other], "url": there}
