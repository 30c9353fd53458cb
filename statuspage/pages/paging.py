"""Months and page numbers, and reading them from a request."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final, TypeVar

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from statuspage.lib.render_cache import once
from statuspage.pages.http import PageNotFound
from statuspage.statements.times import midnight

PATTERN: Final = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])", re.ASCII)
PAGE_NUMBER: Final = re.compile(r"[1-9][0-9]{0,5}", re.ASCII)

Item = TypeVar("Item")


@dataclass(frozen=True, order=True)
class Month:
    """One month of the years 2000 to 2099."""

    year: int
    number: int

    def __str__(self) -> str:
        return f"{self.year:04}-{self.number:02}"

    @property
    def first_day(self) -> date:
        """Its first day."""
        return date(self.year, self.number, 1)

    @property
    def last_day(self) -> date:
        """Its last day."""
        return self.next.first_day - timedelta(days=1)

    @property
    def begins(self) -> datetime:
        """Its first moment."""
        return midnight(self.first_day)

    @property
    def next(self) -> "Month":
        """The month after."""
        return Month(self.year + self.number // 12, self.number % 12 + 1)

    @property
    def previous(self) -> "Month":
        """The month before."""
        return Month(self.year - (self.number == 1), (self.number - 2) % 12 + 1)


def month_of(moment: datetime) -> Month:
    """Return the month in which a moment falls in Beijing."""
    local = timezone.localtime(moment)
    return Month(local.year, local.month)


def read_month(text: str) -> Month:
    """Return the month written as `2025-02`, of 2000 to 2099, or raise ValueError."""
    found = PATTERN.fullmatch(text)
    if not found:
        raise ValueError(text)
    return Month(int(found[1]), int(found[2]))


def page_of(request: HttpRequest, rows: QuerySet[Any, Item], size: int) -> Page[Item]:
    """Return the page that `?page=` asks for, the first by default, or raise PageNotFound.

    Rows that are the same object are read once for all pages rendered together.
    """
    asked = request.GET.get("page", "1")
    pages = _pages(rows, size)
    if not PAGE_NUMBER.fullmatch(asked) or int(asked) > pages.num_pages:
        raise PageNotFound(_("Page not found. The last page is %d.") % pages.num_pages)
    return _page(pages, int(asked))


@once
def _pages(rows: QuerySet[Any, Item], size: int) -> "Paginator[Item]":
    return Paginator(rows, size)


@once
def _page(pages: "Paginator[Item]", number: int) -> Page[Item]:
    return pages.page(number)


def asked_month(request: HttpRequest) -> Month:
    """Return the month of `?month=2025-02`, the present one by default, or raise PageNotFound."""
    asked = request.GET.get("month", "")
    try:
        return read_month(asked) if asked else month_of(timezone.now())
    except ValueError as error:
        raise PageNotFound(_("Invalid month. Enter it as 2025-02.")) from error
