"""From a statement to the console's page of what it is about."""

from typing import Final

from django.urls import reverse

from statuspage.statements.models import Statement

SUBJECT_PAGES: Final = {
    "incident": "console:incident",
    "maintenance": "console:maintenance",
    "notice": "console:notice",
}


def subject_url(statement: Statement) -> str:
    """The address of that page."""
    return reverse(SUBJECT_PAGES[statement.subject_type], args=[statement.subject_id])
