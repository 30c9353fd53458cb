"""The page of the public log."""

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language

from statuspage.pages.http import public
from statuspage.pages.log.head import LogHead
from statuspage.pages.log_rows import log_row
from statuspage.pages.paging import page_of
from statuspage.statements.models import Statement
from statuspage.statements.signing import signers
from statuspage.statements.texts import CHINESE
from statuspage.statements.tree import newest_checkpoint

STATEMENTS_A_PAGE: Final = 50


@public
def log_page(request: HttpRequest) -> HttpResponse:
    """What the log is, how anyone checks it, and every statement with its digest and proof."""
    page = page_of(request, Statement.objects.order_by("-number"), STATEMENTS_A_PAGE)
    language = get_language() or CHINESE
    newest = newest_checkpoint()
    context = {
        "rows": [log_row(statement, language) for statement in page],
        "page": page,
        "checkpoint": newest,
        "log_head": LogHead(newest.size, newest.root) if newest else None,
        "verifiers": [one.verifier for one in signers()],
    }
    return render(request, "pages/log.html", context)
