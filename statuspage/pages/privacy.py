"""The page of the privacy notice."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from statuspage.pages.http import public
from statuspage.privacy.notice import notice_version, sections


@public
def privacy_page(request: HttpRequest) -> HttpResponse:
    """Serve `/privacy/`: the same for everybody, and without any query."""
    context = {"sections": sections(), "version": notice_version()}
    return render(request, "pages/privacy.html", context)
