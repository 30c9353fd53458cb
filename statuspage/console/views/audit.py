"""The audit log: search, pages and export."""

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.http import urlencode

from statuspage.console.access import permits, reauthenticated
from statuspage.console.export import audit_csv, csv_response
from statuspage.console.wanted import slice_of
from statuspage.staff.audit import entries
from statuspage.staff.permissions import Act

KEYS = ("at", "id")


@permits(Act.AUDIT)
def audit(request: HttpRequest) -> HttpResponse:
    """List the audit log, newest first; `q` searches."""
    words = _words(request)
    context = {
        "words": words,
        "query": urlencode({"q": words}) if words else "",
        "slice": slice_of(request, entries(words), KEYS),
    }
    return render(request, "console/audit.html", context)


@permits(Act.AUDIT)
@reauthenticated
def audit_export(request: HttpRequest) -> HttpResponseBase:
    """Return the whole search result as CSV."""
    return csv_response(audit_csv(entries(_words(request))), "audit")


def _words(request: HttpRequest) -> str:
    # PostgreSQL refuses NUL in text.
    return request.GET.get("q", "").replace("\x00", "")[:100].strip()
