"""Where on the public site a subject stands."""

from collections.abc import Mapping
from typing import Final

from django.conf import settings
from django.urls import reverse
from django.utils.translation import override

from statuspage.statements.models import Statement
from statuspage.statements.texts import CHINESE

VIEWS: Final[Mapping[str, str]] = {
    "incident": "pages:incident",
    "maintenance": "pages:maintenance",
    "notice": "pages:notice",
}


def subject_path(subject_type: str, subject_id: str) -> str:
    """Its page in the active language; the home page for a kind of subject without pages."""
    view = VIEWS.get(subject_type)
    return reverse(view, args=[subject_id]) if view else reverse("pages:home")


def subject_url(subject_type: str, subject_id: str) -> str:
    """The same with scheme and host."""
    return settings.SITE_URL + subject_path(subject_type, subject_id)


def statement_path(statement: Statement) -> str:
    """Where a statement stands on its subject's page."""
    path = subject_path(statement.subject_type, statement.subject_id)
    return f"{path}#statement-{statement.number}"


def statement_id(subject_type: str, subject_id: str, number: int) -> str:
    """A statement's identifier in feeds: a URL that is the same in every language, for ever."""
    with override(CHINESE):
        return f"{subject_url(subject_type, subject_id)}#statement-{number}"
