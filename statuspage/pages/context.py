"""What every template knows."""

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse, translate_url
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language, override

from statuspage.pages.elder import PREFIX
from statuspage.pages.log.head import log_head
from statuspage.statements.texts import CHINESE, ENGLISH, in_language

OWN_NAMES = {CHINESE: "中文", ENGLISH: "English"}


def operator(request: HttpRequest) -> dict[str, object]:
    """The operator's name in the reader's language, how to call them, and the other language."""
    language = get_language() or CHINESE
    return {
        "operator_name": in_language(settings.OPERATOR_NAME, language),
        "operator_hotline": settings.OPERATOR_HOTLINE,
        "site_url": settings.SITE_URL,
        "feed_query": "?lang=en" if language == ENGLISH else "",
        # Asked for only by templates that show it.
        "log_head": SimpleLazyObject(log_head),
        "elder_path": PREFIX + _here(request),
        "plain_path": _here(request),
        "other_language": _other_language(request, language),
    }


def _here(request: HttpRequest) -> str:
    """This page, with what was asked of it; the home page for an address that leads elsewhere."""
    here = request.get_full_path()
    return reverse("pages:home") if here.startswith("//") else here


def _other_language(request: HttpRequest, language: str) -> dict[str, str]:
    """This page in the other language, or the home page where there is no such page."""
    other = CHINESE if language == ENGLISH else ENGLISH
    here = request.get_full_path()
    there = translate_url(here, other)
    if there == here:
        with override(other):
            there = reverse("pages:home")
    return {"code": other, "label": OWN_NAMES[other], "url": there}
