"""The reader's own addresses for test messages, and what became of their tests."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from notifications.channels.media import Medium
from notifications.delivery.trials import recent_trials
from notifications.subscribers.models import SignUp
from notifications.subscribers.services.staff_contacts import (
    contact_confirm,
    contact_paste,
    contact_remove,
    contact_request,
    contacts_of,
    proved_by_code,
    proved_by_writing,
    usable_channels,
    writing_code,
)
from statuspage.console.access import own, staff_of
from statuspage.lib.client_ip import client_ip
from statuspage.staff.permissions import Act, may

# The session's key of the code that was asked for; only this browser can enter it.
WAITING: Final = "contact_signup"


@own
def contacts(request: HttpRequest) -> HttpResponse:
    """Show the reader's own addresses; add, confirm or remove one."""
    shown: dict[str, Any] = {}
    if request.method == "POST":
        act = ACTS.get(request.POST.get("act", ""))
        if act is None:
            return HttpResponseBadRequest()
        try:
            shown = act(request)
        except ValidationError as error:
            shown = {"problems": error.messages, "typed": request.POST}
        if not shown:
            return redirect("console:contacts")
    return render(request, "console/contacts.html", _context(request, shown), status=_status(shown))


@own
def tests(request: HttpRequest) -> HttpResponse:
    """Show what became of the reader's latest tests; for htmx, the list alone."""
    context = {"trials": recent_trials(staff_of(request))[:5]}
    part = request.headers.get("HX-Request")
    return render(
        request, "console/partials/trials.html" if part else "console/tests.html", context
    )


def _status(shown: Mapping[str, Any]) -> int:
    return 400 if "problems" in shown else 200


def _context(request: HttpRequest, shown: Mapping[str, Any]) -> dict[str, Any]:
    staff = staff_of(request)
    present = contacts_of(staff)
    return {
        "rows": [(one, present.get(one.name), _way(request, one)) for one in usable_channels()],
        "waiting": _waiting(request),
        **shown,
    }


def _way(request: HttpRequest, channel: Medium) -> str:
    """Return how an address of that channel is added: `code`, `write`, `paste` or `ask` others."""
    if proved_by_writing(channel):
        return "write"
    if proved_by_code(channel):
        return "code"
    # Nothing proves whose a robot or a webhook is: those add them who add them for subscribers.
    return "paste" if may(staff_of(request), Act.ADD_SUBSCRIBER) else "ask"


def _channel(request: HttpRequest) -> Medium:
    wanted = request.POST.get("channel", "")
    found = next((one for one in usable_channels() if one.name == wanted), None)
    if found is None:
        raise ValidationError(_("Channel not found."), code="channel")
    return found


def _waiting(request: HttpRequest) -> SignUp | None:
    return SignUp.objects.filter(
        public_id=request.session.get(WAITING, ""), purpose=SignUp.Purpose.STAFF, used_at=None
    ).first()


def _add(request: HttpRequest) -> dict[str, Any]:
    channel = _channel(request)
    given: dict[str, Any] = {
        "staff": staff_of(request),
        "channel": channel.name,
        "raw": request.POST.get("address", ""),
        "client_ip": client_ip(request),
    }
    if _way(request, channel) == "code":
        request.session[WAITING] = contact_request(**given).public_id
        return {}
    if _way(request, channel) != "paste":
        raise ValidationError(_("Approvers and administrators can add one."), code="role")
    secret = contact_paste(**given)
    return {"secret": secret} if secret else {}


def _confirm(request: HttpRequest) -> dict[str, Any]:
    signup = _waiting(request)
    if signup is None:
        raise ValidationError(_("This code has expired. Request a new one below."), code="expired")
    contact_confirm(
        staff=staff_of(request),
        signup=signup,
        typed=request.POST.get("code", ""),
        client_ip=client_ip(request),
    )
    del request.session[WAITING]
    return {}


def _bind(request: HttpRequest) -> dict[str, Any]:
    return {"bind": writing_code(staff_of(request)), "bind_channel": _channel(request).name}


def _remove(request: HttpRequest) -> dict[str, Any]:
    channel = request.POST.get("channel", "")
    contact_remove(staff=staff_of(request), channel=channel, client_ip=client_ip(request))
    return {}


ACTS: Final[Mapping[str, Callable[[HttpRequest], dict[str, Any]]]] = {
    "add": _add,
    "confirm": _confirm,
    "bind": _bind,
    "remove": _remove,
}
