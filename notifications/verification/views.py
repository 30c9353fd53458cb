"""`/verify/`: whether a message is from us."""

from typing import Final

from django import forms
from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from notifications.delivery.render import message_code
from notifications.verification.services import look_at
from statuspage.lib.client_ip import client_ip
from statuspage.lib.rate_limits import WINDOW_SECONDS, within_limit
from statuspage.pages.http import public

MOST: Final = 2000
TEMPLATE: Final = "notifications/verification/verify.html"


class MessageForm(forms.Form):
    """A message, or the code alone."""

    message = forms.CharField(
        label=_("The SMS, or just its code"),
        help_text=_("Paste the whole message if you can, so that we can compare every word."),
        # Not max_length, by which browsers cut: what is too long is refused, not compared in part.
        validators=[MaxLengthValidator(MOST, _("Too long for an SMS. Paste only that message."))],
        widget=forms.Textarea(attrs={"rows": 5, "autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": _("Paste the message, or enter its code.")},
    )


# It changes nothing and needs no cookie, so there is nothing that a forged request could do.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: HttpRequest) -> HttpResponse:
    """Return the page; what is pasted comes by POST, because it belongs into no access log."""
    return _answered(request) if request.method == "POST" else _asked(request)


@public
def _asked(request: HttpRequest) -> HttpResponse:
    return render(request, TEMPLATE, {"form": MessageForm(), "sample": _sample()})


@never_cache
def _answered(request: HttpRequest) -> HttpResponse:
    form = MessageForm(request.POST)
    context: dict[str, object] = {"form": form, "sample": _sample()}
    if not within_limit("verify", client_ip(request), settings.VERIFY_PER_IP_MINUTE):
        response = render(request, TEMPLATE, {**context, "too_fast": True}, status=429)
        response["Retry-After"] = str(WINDOW_SECONDS)
        return response
    if not form.is_valid():
        return render(request, TEMPLATE, context, status=400)
    context["finding"] = look_at(form.cleaned_data["message"])
    return render(request, TEMPLATE, context)


def _sample() -> str:
    """Return an example of a code: that of statement 0, which does not exist."""
    return message_code(0, "")
