"""`/unsubscribe/…`: stop the e-mails to one address, without code, cookie or login (RFC 8058)."""

from typing import Final

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from notifications.media import EMAIL
from notifications.subscribers.one_click import index_of
from notifications.subscribers.services.stops import email_stop
from statuspage.lib.client_ip import client_ip
from statuspage.lib.rate_limits import WINDOW_SECONDS, within_limit

TEMPLATE: Final = "notifications/subscribers/unsubscribe.html"
# What mail programs send (RFC 8058, 3.1), and the button on the page.
FIELD, VALUE = "List-Unsubscribe", "One-Click"
# Django reads these itself.
FORMS: Final = frozenset({"application/x-www-form-urlencoded", "multipart/form-data"})
LONGEST_ANSWER: Final = 2000
# Guesses a minute from one network address. Of genuine links so many for one address: mail services
# send for all their users from a few network addresses.
GUESSES: Final = 30
STOPS: Final = 20


@require_safe
def unsubscribe_page(_request: HttpRequest) -> HttpResponse:
    """Serve `/unsubscribe/`: without an address of one's own, one proves who one is."""
    return redirect("subscribers:manage")


# Whoever has the link may stop these e-mails: there is nothing more that a forged request could do.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Serve `/unsubscribe/<token>/`: a page with one button, which a POST presses.

    Never by GET: programs that look for dangerous links open every link in a letter. The answer is
    the same whether or not the address is subscribed.
    """
    index = index_of(token, EMAIL)
    if index is None:
        within = within_limit("unsubscribe-guess", client_ip(request), GUESSES)
        return _page(request, "unusable", 404) if within else _too_fast(request)
    if request.method != "POST":
        return _page(request, "asked", 200)
    if not _pressed(request):
        return _page(request, "asked", 400)
    if not within_limit("unsubscribe", index, STOPS):
        return _too_fast(request)
    email_stop(index)
    return _page(request, "stopped", 200)


def _pressed(request: HttpRequest) -> bool:
    """Return whether the form is that of one click, however a program or a proxy wrote it down."""
    form = request.POST
    if request.content_type not in FORMS:
        form = QueryDict(request.body[:LONGEST_ANSWER], encoding="utf-8")
    values = {name.strip().casefold(): value for name, value in form.items()}
    given = str(values.get(FIELD.casefold(), ""))
    return given.strip(" \t\r\n=").casefold() == VALUE.casefold()


def _too_fast(request: HttpRequest) -> HttpResponse:
    response = _page(request, "too_fast", 429)
    response["Retry-After"] = str(WINDOW_SECONDS)
    return response


def _page(request: HttpRequest, step: str, status: int) -> HttpResponse:
    context = {"step": step, "field": FIELD, "value": VALUE}
    return render(request, TEMPLATE, context, status=status)
