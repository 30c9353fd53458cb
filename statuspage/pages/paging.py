"""Leafing through a long list, and from month to month."""

import re
from typing import Any, Final, TypeVar

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from statuspage.pages.errors import NotHere
from statuspage.pages.months import Month, month_of, read_month

PAGE_NUMBER: Final = re.compile(r"[1-9][0-9]{0,5}", re.ASCII)

Row = TypeVar("Row")


def page_of(request: HttpRequest, rows: QuerySet[Any, Row], size: int) -> Page[Row]:
    """The page that `?page=` asks for, the first unless told.

    Raises:
        NotHere: it does not exist.
    """
    asked = request.GET.get("page", "1")
    pages = Paginator(rows, size)
    if not PAGE_NUMBER.fullmatch(asked) or int(asked) > pages.num_pages:
        raise NotHere(_("There is no such page. The last one is page %d.") % pages.num_pages)
    return pages.page(int(asked))


def asked_month(request: HttpRequest) -> Month:
    """The month that `?month=2025-02` asks for, the present one unless told.

    Raises:
        NotHere: it is no month.
    """
    asked = request.GET.get("month", "")
    try:
        return read_month(asked) if asked else month_of(timezone.now())
    except ValueError as error:
        raise NotHere(_("There is no such month. Write it like this: 2025-02.")) from error
