"""Subscribing: the form, the code, the confirmation."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from notifications.subscribers.choices import Choices
from notifications.subscribers.consent import CONSENT_TEXT
from notifications.subscribers.forms import SubscribeForm, initial_choices
from notifications.subscribers.models import SignUp
from notifications.subscribers.refusals import Refused
from notifications.subscribers.selectors import component_names
from notifications.subscribers.services.signups import signup_request
from notifications.subscribers.topics import Topic
from notifications.subscribers.views.codes import code_page, send_again, take_code
from statuspage.client_ip import client_ip
from statuspage.statements.texts import in_language


@require_http_methods(["GET", "HEAD", "POST"])
def subscribe(request: HttpRequest) -> HttpResponse:
    """`/subscribe/`."""
    if request.method != "POST":
        return _form_page(request, SubscribeForm(initial=_earlier(request)))
    form = SubscribeForm(request.POST)
    if not form.is_valid():
        return _form_page(request, form, status=400)
    kind, raw = form.address
    try:
        signup = signup_request(
            kind=kind, raw=raw, choices=form.choices, client_ip=client_ip(request)
        )
    except Refused as refused:
        form.add_error(None, refused)
        return _form_page(request, form, status=refused.status)
    return redirect("subscribers:subscribe-code", signup.public_id)


@require_http_methods(["GET", "HEAD", "POST"])
def subscribe_code(request: HttpRequest, public_id: str) -> HttpResponse:
    """`/subscribe/<sign-up>/`."""
    signup = _signup(public_id)
    if request.method == "POST":
        return take_code(request, signup) or redirect("subscribers:subscribed", public_id)
    if signup.used_at:
        return redirect("subscribers:subscribed", public_id)
    return code_page(request, signup)


@require_POST
def subscribe_resend(request: HttpRequest, public_id: str) -> HttpResponse:
    """`/subscribe/<sign-up>/again/`."""
    signup = _signup(public_id)
    return send_again(request, signup) or redirect("subscribers:subscribe-code", public_id)


@require_safe
def subscribed(request: HttpRequest, public_id: str) -> HttpResponse:
    """`/subscribe/<sign-up>/done/`: what was agreed."""
    signup = _signup(public_id)
    if not signup.used_at:
        return redirect("subscribers:subscribe-code", public_id)
    context = {
        "signup": signup,
        "topics": [Topic(topic).label for topic in signup.topics],
        "components": component_names(signup.components, request.LANGUAGE_CODE),
    }
    return render(request, "notifications/subscribers/subscribed.html", context)


def _form_page(request: HttpRequest, form: SubscribeForm, status: int = 200) -> HttpResponse:
    operator = in_language(settings.OPERATOR_NAME, request.LANGUAGE_CODE)
    context = {"form": form, "consent_text": CONSENT_TEXT % {"operator": operator}}
    return render(request, "notifications/subscribers/subscribe.html", context, status=status)


def _earlier(request: HttpRequest) -> dict[str, object]:
    """Whoever only changes the number keeps what they chose before."""
    public_id = request.GET.get("from", "")
    known = SignUp.objects.filter(public_id=public_id) if public_id.isalnum() else None
    signup = known.first() if known else None
    if signup is None or not signup.topics:
        return {}
    return dict(
        initial_choices(
            Choices(
                signup.language, signup.category, tuple(signup.topics), tuple(signup.components)
            )
        )
    )


def _signup(public_id: str) -> SignUp:
    return get_object_or_404(SignUp, public_id=public_id, purpose=SignUp.Purpose.SUBSCRIBE)
