"""URLs of the public pages of incidents, maintenances, notices and statements."""

from collections.abc import Mapping
from typing import Final

from django.conf import settings
from django.urls import reverse
from django.utils.translation import get_language, override

from statuspage.lib.render_cache import once
from statuspage.statements.models import Statement
from statuspage.statements.texts import CHINESE

VIEWS: Final[Mapping[str, str]] = {
    "incident": "pages:incident",
    "maintenance": "pages:maintenance",
    "notice": "pages:notice",
}


def subject_path(subject_type: str, subject_id: str) -> str:
    """Return the subject's page in the active language, or the home page if it has none."""
    return _path(get_language(), subject_type, subject_id)


def subject_url(subject_type: str, subject_id: str) -> str:
    """Return the URL of the subject's page, with scheme and host."""
    return settings.SITE_URL + subject_path(subject_type, subject_id)


def statement_path(statement: Statement) -> str:
    """Return the address of a statement on its subject's page."""
    return _place(get_language(), statement)


def statement_id(statement: Statement) -> str:
    """Return a statement's identifier in feeds: a URL that never changes, in any language."""
    return settings.SITE_URL + _place(CHINESE, statement)


def _place(language: str | None, statement: Statement) -> str:
    path = _path(language, statement.subject_type, statement.subject_id)
    return f"{path}#statement-{statement.number}"


# Lists name the same few subjects hundreds of times.
@once
def _path(language: str | None, subject_type: str, subject_id: str) -> str:
    view = VIEWS.get(subject_type)
    with override(language):
        return reverse(view, args=[subject_id]) if view else reverse("pages:home")
