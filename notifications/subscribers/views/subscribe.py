"""Subscribing: the form, the code (to manage as well), and the confirmation."""

from collections.abc import Mapping
from typing import Final

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from notifications.channels import medium as find_medium
from notifications.channels.addresses import AddressKind
from notifications.channels.outcomes import Reason
from notifications.media import ROBOT, SMS
from notifications.subscribers.choices import initial_of
from notifications.subscribers.forms import SubscribeForm, SubscriberCodeForm
from notifications.subscribers.models import SignUp, Topic
from notifications.subscribers.selectors import choices_of_signup, clear_address, component_names
from notifications.subscribers.services.agreements import consent_texts, transfer_texts
from notifications.subscribers.services.codes import WORTH_SENDING_FOR, CodeRefused
from notifications.subscribers.services.signups import signup_confirm, signup_request, signup_resend
from notifications.subscribers.views.manage import manage_opened
from notifications.subscribers.views.prove import lookup_opened
from statuspage.lib.client_ip import client_ip
from statuspage.lib.database_clock import database_now
from statuspage.privacy.notice import notice_version
from statuspage.statements.texts import in_language

NOT_SENT_THERE: Final = _(
    "we do not send SMS to this number. Use an e-mail address, or contact us."
)
FAILURES: Final[Mapping[str, Promise]] = {
    Reason.BAD_ADDRESS: _("it does not exist or cannot receive messages. Please check it."),
    Reason.OPTED_OUT: _("it has opted out by replying STOP. Send START to our number first."),
    Reason.UNREACHABLE: _("it cannot be reached right now. Is the phone switched on?"),
    **dict.fromkeys((Reason.COUNTRY, Reason.NOT_PERMITTED), NOT_SENT_THERE),
    Reason.BUDGET: _("we cannot send SMS right now. Use an e-mail address, or contact us."),
    Reason.BLOCKED: _("its network blocks our messages."),
}
# Where to begin again, by purpose.
BEGINNING: Final[Mapping[str, str]] = {
    SignUp.Purpose.SUBSCRIBE: "subscribers:subscribe",
    SignUp.Purpose.MANAGE: "subscribers:manage",
    SignUp.Purpose.LOOKUP: "subscribers:prove",
}
# The same of a group robot, where other words are needed.
ROBOT_FAILURES: Final[Mapping[str, Promise]] = {
    Reason.BAD_ADDRESS: _("the robot does not exist any more. Please check the address."),
    Reason.OPTED_OUT: _("the robot was removed from the group."),
    Reason.BLOCKED: _(
        "the robot's settings refuse our message. Check its keyword, signature and IP addresses."
    ),
}
OTHER_FAILURE: Final = _("our provider did not accept it. Please try again in a minute.")


@require_http_methods(["GET", "HEAD", "POST"])
def subscribe(request: HttpRequest) -> HttpResponse:
    """Serve `/subscribe/`."""
    posted = request.method == "POST"
    form = SubscribeForm(request.POST) if posted else SubscribeForm(initial=_earlier(request))
    status = 400 if posted else 200
    if form.is_valid():
        try:
            signup = signup_request(
                contact=form.contact,
                choices=form.choices,
                client_ip=client_ip(request),
                transfer=form.transfer_given,
                calls=form.calls_wanted,
            )
        except CodeRefused as refused:
            form.add_error(None, refused)
            status = refused.status
        else:
            return redirect("subscribers:subscribe-code", signup.public_id)
    context = {
        "form": form,
        "consent_text": in_language(consent_texts(), request.LANGUAGE_CODE),
        "transfer_text": in_language(transfer_texts(), request.LANGUAGE_CODE),
        "notice_version": notice_version(),
    }
    return render(request, "notifications/subscribers/subscribe.html", context, status=status)


@require_safe
def subscribed(request: HttpRequest, public_id: str) -> HttpResponse:
    """Serve `/subscribe/<sign-up>/done/`: show what was agreed."""
    signup = get_object_or_404(SignUp, public_id=public_id, purpose=SignUp.Purpose.SUBSCRIBE)
    if not signup.used_at:
        return redirect("subscribers:subscribe-code", public_id)
    sms, phone = find_medium(SMS), signup.kind == AddressKind.PHONE
    context = {
        "signup": signup,
        "by_reply": phone and sms.takes_replies(clear_address(signup)),
        "topics": [Topic(topic).label for topic in signup.topics],
        "components": component_names(signup.components, request.LANGUAGE_CODE),
    }
    return render(request, "notifications/subscribers/subscribed.html", context)


def _earlier(request: HttpRequest) -> dict[str, object]:
    """Return the choices of an earlier sign-up whose number is to be changed."""
    public_id = request.GET.get("from", "")
    signup = SignUp.objects.filter(public_id=public_id).first() if public_id.isalnum() else None
    if signup is None or not signup.topics:
        return {}
    return initial_of(choices_of_signup(signup))


@require_http_methods(["GET", "HEAD", "POST"])
def code(request: HttpRequest, public_id: str, purpose: SignUp.Purpose) -> HttpResponse:
    """Serve the page of a sign-up, of whatever purpose: ask for the code."""
    signup = get_object_or_404(SignUp, public_id=public_id, purpose=purpose)
    if request.method == "POST":
        return _take_code(request, signup) or _opened(signup)
    if not signup.used_at:
        return _code_page(request, signup)
    if purpose == SignUp.Purpose.SUBSCRIBE:
        return redirect("subscribers:subscribed", public_id)
    return redirect(BEGINNING[purpose])


def _opened(signup: SignUp) -> HttpResponse:
    """Return what the right code opens."""
    if signup.purpose == SignUp.Purpose.MANAGE:
        return manage_opened(signup)
    if signup.purpose == SignUp.Purpose.LOOKUP:
        return lookup_opened(signup)
    return redirect("subscribers:subscribed", signup.public_id)


@require_POST
def resend(request: HttpRequest, public_id: str, purpose: SignUp.Purpose) -> HttpResponse:
    """Serve `…/again/`: send another code."""
    signup = get_object_or_404(SignUp, public_id=public_id, purpose=purpose)
    try:
        signup_resend(signup=signup, client_ip=client_ip(request))
    except CodeRefused as refused:
        return _code_page(request, signup, problem=refused)
    return redirect(f"subscribers:{purpose}-code", public_id)


def _code_page(
    request: HttpRequest,
    signup: SignUp,
    *,
    form: SubscriberCodeForm | None = None,
    problem: CodeRefused | None = None,
) -> HttpResponse:
    """Return the page, with the problem if there is one."""
    form = form or SubscriberCodeForm()
    context = {
        "signup": signup,
        "form": form,
        # A refused code stands at its field already.
        "problem": problem.messages[0] if problem and not form.errors else "",
        "dispatch": _dispatch(signup),
        "failure": _failure(signup),
        "by_email": signup.kind == AddressKind.EMAIL,
        "by_robot": signup.channel == ROBOT,
        "code_page": f"subscribers:{signup.purpose}-code",
        "resend_page": f"subscribers:{signup.purpose}-resend",
        "beginning": BEGINNING[signup.purpose],
        "subscribing": signup.purpose == SignUp.Purpose.SUBSCRIBE,
    }
    status = problem.status if problem else 400 if form.errors else 200
    return render(request, "notifications/subscribers/code.html", context, status=status)


def _take_code(request: HttpRequest, signup: SignUp) -> HttpResponse | None:
    """Try the posted code; None when it was right, else the page that says what was wrong."""
    form = SubscriberCodeForm(request.POST)
    if not form.is_valid():
        return _code_page(request, signup, form=form)
    try:
        signup_confirm(signup=signup, typed=form.cleaned_data["code"])
    except CodeRefused as refused:
        form.add_error("code", ValidationError(refused.messages))
        return _code_page(request, signup, form=form, problem=refused)
    return None


def _failure(signup: SignUp) -> Promise:
    of_robots = ROBOT_FAILURES if signup.channel == ROBOT else {}
    return of_robots.get(signup.failure) or FAILURES.get(signup.failure, OTHER_FAILURE)


def _dispatch(signup: SignUp) -> str:
    """Return how far the code has got: `waiting`, `sent` or `failed`."""
    if signup.code_sent_at:
        return "failed" if signup.failure else "sent"
    given_up = database_now() - signup.requested_at > WORTH_SENDING_FOR
    return "failed" if given_up else "waiting"
