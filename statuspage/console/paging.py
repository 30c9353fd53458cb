"""Long lists, a page at a time."""

from typing import Final, TypeVar

from django.core.paginator import Page, Paginator
from django.db.models import Model, QuerySet
from django.http import HttpRequest

PER_PAGE: Final = 50
M = TypeVar("M", bound=Model)


def page_of(request: HttpRequest, rows: QuerySet[M]) -> Page[M]:
    """The page that the address asks for; the nearest there is when it asks for nonsense."""
    return Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
