"""The page for an address of the console that does not exist."""

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from statuspage.console.access import in_staff_language
from statuspage.pages import http


def page_not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponseBase:
    """Answer with status 404: to staff in the console, to everyone else as the public pages do."""
    if request.path.startswith(reverse("console:dashboard")):
        return _not_found(request)
    return http.page_not_found(request, exception)


@in_staff_language
def _not_found(request: HttpRequest) -> HttpResponse:
    return render(request, "console/not_found.html", status=404)
