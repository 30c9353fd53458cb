"""Managing: prove the address, then change, stop or erase."""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any, Final

from django.core import signing
from django.forms import Form
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from notifications.channels import medium as find_medium
from notifications.media import WECHAT
from notifications.subscribers.address_forms import AddressForm
from notifications.subscribers.attribute_words import attributes_said
from notifications.subscribers.choices import Choices
from notifications.subscribers.data_copy import data_of
from notifications.subscribers.forms import (
    LANGUAGES,
    TIMEZONES,
    ConfirmEraseForm,
    ManageForm,
    MerchantForm,
)
from notifications.subscribers.models import Consent, SignUp, Subscriber, Topic
from notifications.subscribers.selectors import component_names
from notifications.subscribers.services.calls import calls_set
from notifications.subscribers.services.codes import CodeRefused
from notifications.subscribers.services.inbound import bind_code_issue
from notifications.subscribers.services.merchants import GuessesRefused, merchant_follow
from notifications.subscribers.services.signups import signup_request
from notifications.subscribers.services.subscriptions import (
    BY_OWNER,
    choices_change,
    choices_of,
    merchant_set,
    preferences_of,
    subscriber_erase,
    subscriber_resume,
    subscriber_unsubscribe,
)
from statuspage.lib.client_ip import client_ip
from statuspage.lib.timed_signing import sign_now, signed_within
from statuspage.pages.phone_proof import proof_for
from statuspage.statements.texts import CHINESE

SALT: Final = "subscribers.manage"
VALID_FOR: Final = timedelta(minutes=30)
# A copy of the data holds more than the page shows: the code must be this fresh.
COPY_FOR: Final = timedelta(minutes=10)

OneView = Callable[[HttpRequest, Subscriber, str], HttpResponse]


@require_http_methods(["GET", "HEAD", "POST"])
def manage(request: HttpRequest) -> HttpResponse:
    """Serve `/manage/`: ask whose subscription to manage."""
    form = AddressForm(request.POST if request.method == "POST" else None)
    status = 400 if form.is_bound else 200
    if form.is_valid():
        try:
            signup = signup_request(
                contact=form.contact,
                choices=Choices(get_language() or CHINESE),
                client_ip=client_ip(request),
                purpose=SignUp.Purpose.MANAGE,
            )
        except CodeRefused as refused:
            form.add_error(None, refused)
            status = refused.status
        else:
            return redirect("subscribers:manage-code", signup.public_id)
    return render(request, "notifications/subscribers/manage.html", {"form": form}, status=status)


def manage_opened(signup: SignUp) -> HttpResponse:
    """Redirect to the subscription of a proven address, or say that there is none."""
    subscriber = Subscriber.objects.filter(
        addresses__channel=signup.channel, addresses__blind_index=signup.blind_index
    ).first()
    if subscriber is None:
        return redirect("subscribers:manage-unknown")
    proven = f"{subscriber.public_id}:{signup.blind_index}"
    token = sign_now(proven, SALT)
    return redirect("subscribers:manage-one", token)


def _of_subscriber(*methods: str) -> Callable[[OneView], Callable[..., HttpResponse]]:
    """Give the view the subscriber behind the link's token, while that is valid."""

    def decorate(view: OneView) -> Callable[..., HttpResponse]:
        @require_http_methods(methods)
        @wraps(view)
        def opened(request: HttpRequest, token: str) -> HttpResponse:
            try:
                proven = signed_within(token, SALT, VALID_FOR)
                subscriber = Subscriber.objects.get(public_id=proven.partition(":")[0])
            except (signing.BadSignature, Subscriber.DoesNotExist):
                return render(request, "notifications/subscribers/manage_expired.html", status=410)
            return view(request, subscriber, token)

        return opened

    return decorate


@_of_subscriber("GET", "HEAD", "POST")
def manage_one(request: HttpRequest, subscriber: Subscriber, token: str) -> HttpResponse:
    """Serve `/manage/<token>/`: show and change the subscription."""
    if request.method != "POST":
        return _one_page(request, subscriber, token)
    form = ManageForm(request.POST, subscriber=subscriber)
    if not form.is_valid():
        return _one_page(request, subscriber, token, form=form)
    choices_change(subscriber=subscriber, choices=form.choices, preferences=form.preferences)
    if "calls" in form.fields:
        calls_set(subscriber=subscriber, wanted=form.cleaned_data["calls"])
    return redirect(f"{request.path}?saved=1")


@_of_subscriber("POST")
def manage_stop(request: HttpRequest, subscriber: Subscriber, token: str) -> HttpResponse:
    """Serve `/manage/<token>/stop/`."""
    subscriber_unsubscribe(subscriber=subscriber)
    return redirect("subscribers:manage-one", token)


@_of_subscriber("POST")
def manage_resume(request: HttpRequest, subscriber: Subscriber, token: str) -> HttpResponse:
    """Serve `/manage/<token>/resume/`."""
    subscriber_resume(subscriber=subscriber)
    return redirect("subscribers:manage-one", token)


@_of_subscriber("POST")
def manage_wechat(request: HttpRequest, subscriber: Subscriber, token: str) -> HttpResponse:
    """Serve `/manage/<token>/wechat/`: show a code to send to the official account."""
    return _one_page(request, subscriber, token, bind_code=bind_code_issue(subscriber=subscriber))


@_of_subscriber("POST")
def manage_merchant(request: HttpRequest, subscriber: Subscriber, token: str) -> HttpResponse:
    """Serve `/manage/<token>/merchant/`: start or stop news of one's own transactions."""
    if "forget" in request.POST:
        merchant_set(subscriber=subscriber)
    else:
        form = MerchantForm(request.POST)
        if not form.is_valid():
            return _one_page(request, subscriber, token, merchant_form=form)
        holder = proof_for(request, form.cleaned_data["last_four"])
        try:
            merchant_follow(
                subscriber=subscriber,
                client_ip=client_ip(request),
                phone=holder.name if holder else "",
                **form.cleaned_data,
            )
        except GuessesRefused as refused:
            form.add_error(None, refused)
            page = _one_page(request, subscriber, token, merchant_form=form, prove="1")
            page.status_code = refused.status
            return page
    return redirect(f"{reverse('subscribers:manage-one', args=[token])}?saved=1")


@_of_subscriber("POST")
def manage_data(request: HttpRequest, subscriber: Subscriber, token: str) -> HttpResponse:
    """Serve `/manage/<token>/data/`: a copy of one's own data, to read or as a file.

    By POST: no link that is passed on, fetched ahead or kept in a history answers with it.
    """
    try:
        proven = signed_within(token, SALT, COPY_FOR).partition(":")[2]
    except signing.SignatureExpired:
        return render(request, "notifications/subscribers/manage_expired.html", status=410)
    if not subscriber.addresses.filter(blind_index=proven).exists():
        return render(request, "notifications/subscribers/manage_expired.html", status=410)
    data = data_of(subscriber, proven=proven, language=get_language() or CHINESE)
    if "json" in request.POST:
        return JsonResponse(
            data,
            json_dumps_params={"ensure_ascii": False, "indent": 2},
            headers={"Content-Disposition": 'attachment; filename="my-data.json"'},
        )
    context = {
        "data": data,
        "token": token,
        "rows": _rows(subscriber),
        "consents": Consent.objects.filter(address__subscriber=subscriber).order_by("pk"),
    }
    return render(request, "notifications/subscribers/manage_data.html", context)


def _rows(subscriber: Subscriber) -> list[tuple[str, str]]:
    """Return what was chosen, in words."""
    choices, preferences = choices_of(subscriber), preferences_of(subscriber)
    language = get_language() or CHINESE
    comma = pgettext("between names", ", ")
    zones: dict[str, Any] = dict(TIMEZONES)
    topics = [str(Topic(one).label) for one in choices.topics]
    services = component_names(choices.components, language) or [_("All services")]
    return [
        (_("Topics"), comma.join(topics)),
        (_("Services"), comma.join(services)),
        (_("Category"), subscriber.get_category_display()),
        *attributes_said(choices.attributes),
        (_("Language"), dict(LANGUAGES)[choices.language]),
        (_("Quiet hours at night"), _("Yes") if preferences.quiet else _("No")),
        (_("Your time zone"), str(zones.get(preferences.timezone, preferences.timezone))),
        (
            _("Merchant number"),
            _("kept as a keyed hash only") if subscriber.merchant_key else "",
        ),
    ]


@_of_subscriber("POST")
def manage_erase(request: HttpRequest, subscriber: Subscriber, token: str) -> HttpResponse:
    """Serve `/manage/<token>/erase/`."""
    form = ConfirmEraseForm(request.POST)
    if not form.is_valid():
        return _one_page(request, subscriber, token, erase_form=form)
    subscriber_erase(subscriber)
    return redirect("subscribers:manage-erased")


def _one_page(
    request: HttpRequest, subscriber: Subscriber, token: str, **shown: Form | str
) -> HttpResponse:
    """Return the page, with a refused form or the code that binds WeChat, if there is one."""
    addresses = list(subscriber.addresses.order_by("position", "pk"))
    context = {
        "token": token,
        "form": ManageForm(subscriber=subscriber),
        "erase_form": ConfirmEraseForm(),
        "merchant_form": MerchantForm(auto_id="id_merchant_%s"),
        "agent_code": subscriber.agent_code,
        "knows_merchant": subscriber.merchant_key is not None,
        "addresses": [(find_medium(one.channel).label, one) for one in addresses],
        "receiving": any(one.suppressed_at is None for one in addresses),
        "resumable": any(one.suppressed_for in BY_OWNER for one in addresses),
        "wechat": find_medium(WECHAT).configured(),
        "saved": "saved" in request.GET and not shown,
        **shown,
    }
    status = 400 if any(isinstance(one, Form) for one in shown.values()) else 200
    return render(request, "notifications/subscribers/manage_one.html", context, status=status)
