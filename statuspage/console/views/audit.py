"""The audit log: searched, a page at a time, and exported."""

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.http import urlencode

from statuspage.console.access import audits
from statuspage.console.audit_export import audit_csv
from statuspage.console.paging import slice_of
from statuspage.staff.audit import entries
from statuspage.staff.models import AuditEntry

KEYS = ("at", "id")


@audits
def audit(request: HttpRequest) -> HttpResponse:
    """Newest first; `q` searches."""
    words = _words(request)
    context = {
        "words": words,
        "query": urlencode({"q": words}) if words else "",
        "slice": slice_of(request, _rows(request), KEYS),
    }
    return render(request, "console/audit.html", context)


@audits
def audit_export(request: HttpRequest) -> HttpResponseBase:
    """What the page shows, all of it, as CSV."""
    return StreamingHttpResponse(
        audit_csv(_rows(request)),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="audit.csv"'},
    )


def _rows(request: HttpRequest) -> QuerySet[AuditEntry]:
    return entries(_words(request))


def _words(request: HttpRequest) -> str:
    # PostgreSQL refuses NUL in text.
    return request.GET.get("q", "").replace("\x00", "")[:100].strip()
