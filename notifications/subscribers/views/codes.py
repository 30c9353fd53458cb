"""The page on which a code is typed; subscribing and managing share it."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from notifications.channels.outcomes import Reason
from notifications.subscribers.forms import CodeForm
from notifications.subscribers.models import SignUp
from notifications.subscribers.refusals import Refused
from notifications.subscribers.services.sending import WORTH_SENDING_FOR
from notifications.subscribers.services.signups import signup_confirm, signup_resend
from statuspage.client_ip import client_ip

FAILURES: Final[Mapping[str, Promise]] = {
    Reason.BAD_ADDRESS: _("it does not exist or cannot receive messages. Please check it."),
    Reason.OPTED_OUT: _(
        "it has stopped our messages by replying STOP. Send START to our number first."
    ),
    Reason.UNREACHABLE: _("it cannot be reached at the moment. Is the phone switched on?"),
    Reason.BLOCKED: _("its network does not let our messages through."),
}
OTHER_FAILURE: Final = _("our provider did not take it. Please try again in a minute.")


class Dispatch(StrEnum):
    """How far the code has got, as the page says it."""

    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"


def code_page(
    request: HttpRequest,
    signup: SignUp,
    *,
    form: CodeForm | None = None,
    problem: Refused | None = None,
) -> HttpResponse:
    """The page, with what went wrong when something did."""
    form = form or CodeForm()
    context = {
        "signup": signup,
        "form": form,
        # A refused code stands at its field already.
        "problem": problem.messages[0] if problem and not form.errors else "",
        "dispatch": _dispatch(signup),
        "failure": FAILURES.get(signup.failure, OTHER_FAILURE),
        "managing": signup.purpose == SignUp.Purpose.MANAGE,
    }
    status = problem.status if problem else 400 if form.errors else 200
    return render(request, "notifications/subscribers/code.html", context, status=status)


def take_code(request: HttpRequest, signup: SignUp) -> HttpResponse | None:
    """Try the posted code; None when it was right, else the page that says what was wrong."""
    form = CodeForm(request.POST)
    if not form.is_valid():
        return code_page(request, signup, form=form)
    try:
        signup_confirm(signup=signup, typed=form.cleaned_data["code"])
    except Refused as refused:
        form.add_error("code", ValidationError(refused.messages))
        return code_page(request, signup, form=form, problem=refused)
    return None


def send_again(request: HttpRequest, signup: SignUp) -> HttpResponse | None:
    """Ask for another code; None when it is on its way, else the page that says why not."""
    try:
        signup_resend(signup=signup, client_ip=client_ip(request))
    except Refused as refused:
        return code_page(request, signup, problem=refused)
    return None


def _dispatch(signup: SignUp) -> Dispatch:
    if signup.code_sent_at:
        return Dispatch.FAILED if signup.failure else Dispatch.SENT
    given_up = timezone.now() - signup.requested_at > WORTH_SENDING_FOR
    return Dispatch.FAILED if given_up else Dispatch.WAITING
