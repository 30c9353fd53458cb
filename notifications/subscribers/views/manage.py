"""Managing: prove the address, then change, stop or erase."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, Final, ParamSpec

from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from notifications.channels import channel as find_channel
from notifications.subscribers.choices import Choices
from notifications.subscribers.forms import (
    AddressForm,
    EraseForm,
    ManageForm,
    MerchantForm,
    initial_choices,
)
from notifications.subscribers.models import SignUp, Subscriber
from notifications.subscribers.refusals import Refused
from notifications.subscribers.selectors import subscriber_of_signup
from notifications.subscribers.services.binding import WECHAT, bind_code_issue
from notifications.subscribers.services.signups import signup_request
from notifications.subscribers.services.stopping import BY_OWNER
from notifications.subscribers.services.subscriptions import (
    choices_change,
    choices_of,
    merchant_forget,
    merchant_set,
    subscriber_erase,
    subscriber_resume,
    subscriber_unsubscribe,
)
from notifications.subscribers.views.codes import code_page, send_again, take_code
from statuspage.client_ip import client_ip
from statuspage.statements.texts import CHINESE

SALT: Final = "subscribers.manage"
TOKEN_SECONDS: Final = 1800

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


@require_http_methods(["GET", "HEAD", "POST"])
def manage(request: HttpRequest) -> HttpResponse:
    """`/manage/`: whose subscription?"""
    form = AddressForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return _address_page(request, form, status=400 if form.is_bound else 200)
    kind, raw = form.address
    try:
        signup = signup_request(
            kind=kind,
            raw=raw,
            choices=Choices(get_language() or CHINESE),
            client_ip=client_ip(request),
            purpose=SignUp.Purpose.MANAGE,
        )
    except Refused as refused:
        form.add_error(None, refused)
        return _address_page(request, form, status=refused.status)
    return redirect("subscribers:manage-code", signup.public_id)


@require_http_methods(["GET", "HEAD", "POST"])
def manage_code(request: HttpRequest, public_id: str) -> HttpResponse:
    """`/manage/code/<sign-up>/`: only the right code tells whether there is a subscription."""
    signup = _signup(public_id)
    if request.method != "POST":
        return redirect("subscribers:manage") if signup.used_at else code_page(request, signup)
    refused = take_code(request, signup)
    if refused:
        return refused
    subscriber = subscriber_of_signup(signup)
    if subscriber is None:
        return redirect("subscribers:manage-unknown")
    return redirect("subscribers:manage-one", _token(subscriber))


@require_POST
def manage_resend(request: HttpRequest, public_id: str) -> HttpResponse:
    """`/manage/code/<sign-up>/again/`."""
    signup = _signup(public_id)
    return send_again(request, signup) or redirect("subscribers:manage-code", public_id)


@require_safe
def manage_unknown(request: HttpRequest) -> HttpResponse:
    """`/manage/none/`: the code was right, and there is nothing to manage."""
    return render(request, "notifications/subscribers/manage_none.html")


@require_safe
def manage_erased(request: HttpRequest) -> HttpResponse:
    """`/manage/erased/`."""
    return render(request, "notifications/subscribers/manage_erased.html")


def _with_subscriber(view: Callable[..., HttpResponse]) -> View[[str]]:
    """Give the view the subscriber behind the link's token, while that is valid."""

    @wraps(view)
    def opened(request: HttpRequest, token: str) -> HttpResponse:
        try:
            public_id = signing.loads(token, salt=SALT, max_age=TOKEN_SECONDS)
            subscriber = Subscriber.objects.get(public_id=public_id)
        except (signing.BadSignature, Subscriber.DoesNotExist):
            return render(request, "notifications/subscribers/manage_expired.html", status=410)
        return view(request, subscriber, token)

    return opened


@require_http_methods(["GET", "HEAD", "POST"])
@_with_subscriber
def manage_one(request: HttpRequest, subscriber: Subscriber, token: str) -> HttpResponse:
    """`/manage/<token>/`: see and change."""
    if request.method != "POST":
        return _one_page(request, subscriber, token)
    form = ManageForm(request.POST, subscriber=subscriber)
    if not form.is_valid():
        return _one_page(request, subscriber, token, form=form, status=400)
    choices_change(subscriber=subscriber, choices=form.choices, manner=form.manner)
    return redirect(f"{request.path}?saved=1")


@require_POST
@_with_subscriber
def manage_stop(request: HttpRequest, subscriber: Subscriber, token: str) -> HttpResponse:
    """`/manage/<token>/stop/`."""
    subscriber_unsubscribe(subscriber=subscriber)
    return redirect("subscribers:manage-one", token)


@require_POST
@_with_subscriber
def manage_resume(request: HttpRequest, subscriber: Subscriber, token: str) -> HttpResponse:
    """`/manage/<token>/resume/`."""
    subscriber_resume(subscriber=subscriber)
    return redirect("subscribers:manage-one", token)


@require_POST
@_with_subscriber
def manage_wechat(request: HttpRequest, subscriber: Subscriber, token: str) -> HttpResponse:
    """`/manage/<token>/wechat/`: show a code to send to the official account."""
    return _one_page(request, subscriber, token, bind_code=bind_code_issue(subscriber=subscriber))


@require_POST
@_with_subscriber
def manage_merchant(request: HttpRequest, subscriber: Subscriber, token: str) -> HttpResponse:
    """`/manage/<token>/merchant/`: hear of one's own transactions, or no more."""
    if "forget" in request.POST:
        merchant_forget(subscriber=subscriber)
        return redirect(_saved(token))
    form = MerchantForm(request.POST)
    if not form.is_valid():
        return _one_page(request, subscriber, token, merchant_form=form, status=400)
    merchant_set(subscriber=subscriber, **form.cleaned_data)
    return redirect(_saved(token))


def _saved(token: str) -> str:
    return f"{reverse('subscribers:manage-one', args=[token])}?saved=1"


@require_POST
@_with_subscriber
def manage_erase(request: HttpRequest, subscriber: Subscriber, token: str) -> HttpResponse:
    """`/manage/<token>/erase/`."""
    form = EraseForm(request.POST)
    if not form.is_valid():
        return _one_page(request, subscriber, token, erase_form=form, status=400)
    subscriber_erase(subscriber)
    return redirect("subscribers:manage-erased")


def _one_page(
    request: HttpRequest,
    subscriber: Subscriber,
    token: str,
    *,
    form: ManageForm | None = None,
    erase_form: EraseForm | None = None,
    merchant_form: MerchantForm | None = None,
    bind_code: str = "",
    status: int = 200,
) -> HttpResponse:
    addresses = list(subscriber.addresses.order_by("position", "pk"))
    present = initial_choices(choices_of(subscriber))
    context = {
        "token": token,
        "form": form or ManageForm(initial=present, subscriber=subscriber),
        "erase_form": erase_form or EraseForm(),
        "merchant_form": merchant_form or MerchantForm(auto_id="id_merchant_%s"),
        "knows_merchant": subscriber.merchant_key is not None,
        "addresses": [(find_channel(one.channel).label, one) for one in addresses],
        "receiving": any(one.suppressed_at is None for one in addresses),
        "resumable": any(one.suppressed_for in BY_OWNER for one in addresses),
        "wechat": find_channel(WECHAT).configured(),
        "bind_code": bind_code,
        "saved": "saved" in request.GET and not (form or erase_form or merchant_form or bind_code),
    }
    return render(request, "notifications/subscribers/manage_one.html", context, status=status)


def _address_page(request: HttpRequest, form: AddressForm, status: int) -> HttpResponse:
    context = {"form": form}
    return render(request, "notifications/subscribers/manage.html", context, status=status)


def _token(subscriber: Subscriber) -> str:
    return signing.dumps(subscriber.public_id, salt=SALT)


def _signup(public_id: str) -> SignUp:
    return get_object_or_404(SignUp, public_id=public_id, purpose=SignUp.Purpose.MANAGE)
