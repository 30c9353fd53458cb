"""Proving a phone: whoever holds the phone on file may look up transactions."""

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods

from notifications.channels.addresses import AddressKind
from notifications.subscribers.address_forms import PhoneForm
from notifications.subscribers.choices import Choices
from notifications.subscribers.contacts import CODE_MEDIA
from notifications.subscribers.models import SignUp
from notifications.subscribers.recipients import can_be_sent
from notifications.subscribers.selectors import clear_address
from notifications.subscribers.services.codes import CodeRefused
from notifications.subscribers.services.signups import signup_request
from statuspage.lib.client_ip import client_ip
from statuspage.pages.phone_proof import PhoneProof, proof_give
from statuspage.statements.texts import CHINESE

TEMPLATE: Final = "notifications/subscribers/prove.html"
LAST: Final = 4


@require_http_methods(["GET", "HEAD", "POST"])
def prove(request: HttpRequest) -> HttpResponse:
    """Serve `/transactions/phone/`: ask which phone to send a code to."""
    form = PhoneForm(request.POST if request.method == "POST" else None)
    status = 400 if form.is_bound else 200
    if form.is_valid():
        try:
            signup = signup_request(
                contact=form.contact,
                choices=Choices(get_language() or CHINESE),
                client_ip=client_ip(request),
                purpose=SignUp.Purpose.LOOKUP,
            )
        except CodeRefused as refused:
            form.add_error(None, refused)
            status = refused.status
        else:
            return redirect("subscribers:lookup-code", signup.public_id)
    able = can_be_sent(CODE_MEDIA[AddressKind.PHONE])
    return render(request, TEMPLATE, {"form": form, "able": able}, status=status)


def lookup_opened(signup: SignUp) -> HttpResponse:
    """Send the reader back to the look-up, with the proof of the phone that got the code."""
    response = redirect("pages:transactions")
    proof_give(response, PhoneProof(clear_address(signup)[-LAST:], signup.blind_index))
    return response
