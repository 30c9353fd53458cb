"""`/verify/`: whether a message is from us."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from notifications.delivery.message_code import message_code
from notifications.verification.forms import MessageForm
from notifications.verification.selectors import look_at
from statuspage.client_ip import client_ip
from statuspage.pages.http import public
from statuspage.pages.pace import WINDOW_SECONDS, keeps_pace

TEMPLATE = "notifications/verification/verify.html"


# It changes nothing and needs no cookie, so there is nothing that a forged request could do.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: HttpRequest) -> HttpResponse:
    """The question; asked by POST, because what is pasted belongs into nobody's access log."""
    return _answered(request) if request.method == "POST" else _asked(request)


@public
def _asked(request: HttpRequest) -> HttpResponse:
    return render(request, TEMPLATE, {"form": MessageForm(), "sample": _sample()})


@never_cache
def _answered(request: HttpRequest) -> HttpResponse:
    form = MessageForm(request.POST)
    context: dict[str, object] = {"form": form, "sample": _sample()}
    if not keeps_pace("verify", client_ip(request), settings.VERIFY_PER_IP_MINUTE):
        response = render(request, TEMPLATE, {**context, "too_fast": True}, status=429)
        response["Retry-After"] = str(WINDOW_SECONDS)
        return response
    if not form.is_valid():
        return render(request, TEMPLATE, context, status=400)
    context["finding"] = look_at(form.cleaned_data["message"])
    return render(request, TEMPLATE, context)


def _sample() -> str:
    """What a code looks like; statement 0 was never made, so this one belongs to nothing."""
    return message_code(0, "")
