"""People: who has an account, what they may do, invitations, and what waits for a second person."""

from collections.abc import Callable
from typing import Any, Final

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from statuspage.console.access import (
    in_staff_language,
    permits,
    reauthenticated,
    reauthenticated_to_post,
    staff_of,
)
from statuspage.console.forms.people import ConfirmForm, InviteForm, PersonForm, WelcomeForm
from statuspage.console.wanted import page_of
from statuspage.lib.client_ip import client_ip
from statuspage.staff import people as acts
from statuspage.staff.invitations import Sent, link_send
from statuspage.staff.links import INVITED_HOURS, is_vouched_for, staff_of_link
from statuspage.staff.models import ApiToken, Staff
from statuspage.staff.permissions import Act, may
from statuspage.staff.second_person import (
    account_confirm,
    accounts_waiting,
    made_or_changed,
    open_changes,
    token_confirm,
    token_refuse,
    tokens_waiting,
)
from statuspage.staff.services import password_set_by_link


@permits(Act.CONFIRM, post=Act.PEOPLE)
@reauthenticated_to_post
def people(request: HttpRequest) -> HttpResponse:
    """List accounts, and what waits for a second person; administrators invite by POST."""
    form = InviteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = acts.account_create(
                **form.cleaned_data, by=staff_of(request), ip=client_ip(request)
            )
        except ValidationError as error:
            _complain(form, error)
        else:
            return _link(request, made)
    context = {
        "form": form if may(staff_of(request), Act.PEOPLE) else None,
        "page": page_of(request, Staff.objects.order_by("-is_active", "username")),
        "accounts": accounts_waiting(),
        "tokens": tokens_waiting(),
    }
    status = 400 if form.is_bound else 200
    return render(request, "console/people.html", context, status=status)


@permits(Act.CONFIRM, post=Act.PEOPLE)
@reauthenticated_to_post
def person(request: HttpRequest, number: int) -> HttpResponse:
    """Show an account and what was done to it; administrators change it by POST."""
    found = get_object_or_404(Staff.objects.select_related("confirmed_by"), pk=number)
    form = PersonForm(initial={name: getattr(found, name) for name in PersonForm.base_fields})
    if request.method == "POST":
        act = ACTS.get(request.POST.get("act", ""))
        if act is None:
            return HttpResponseBadRequest()
        form = PersonForm(request.POST) if act is _change else form
        try:
            if form.is_valid() or not form.is_bound:
                return act(request, found, form)
        except ValidationError as error:
            _complain(form, error)
            messages.warning(request, " ".join(error.messages))
            found.refresh_from_db()
    return _page(request, found, form)


@permits(Act.CONFIRM)
@require_POST
@reauthenticated
def person_confirm(request: HttpRequest, number: int) -> HttpResponse:
    """Confirm an account as a second person."""
    found, form = get_object_or_404(Staff, pk=number), ConfirmForm(request.POST)
    if not form.is_valid():
        return HttpResponseBadRequest()
    try:
        account_confirm(
            staff=found,
            by=staff_of(request),
            **form.cleaned_data,
            ip=client_ip(request),
        )
    except ValidationError as error:
        messages.warning(request, " ".join(error.messages))
    else:
        messages.success(request, _("Confirmed. The account counts as a second person now."))
    return redirect("console:person", found.pk)


@permits(Act.CONFIRM)
@require_POST
@reauthenticated
def token_decide(request: HttpRequest, number: int) -> HttpResponse:
    """Confirm or refuse, as a second person, a token that publishes without approval."""
    token = get_object_or_404(ApiToken, pk=number)
    decide = {"confirm": token_confirm, "refuse": token_refuse}.get(request.POST.get("act", ""))
    if decide is None:
        return HttpResponseBadRequest()
    try:
        decide(token=token, by=staff_of(request), ip=client_ip(request))
    except ValidationError as error:
        messages.warning(request, " ".join(error.messages))
    else:
        messages.success(request, _("Your decision is recorded."))
    return redirect("console:people")


@in_staff_language
def welcome(request: HttpRequest, uid: str, token: str) -> HttpResponse:
    """Let the holder of a link set their password; then they sign in with it."""
    request.no_act = True  # type: ignore[attr-defined]  # the audit log must not hold the link
    staff = staff_of_link(uid, token)
    if staff is None:
        return render(request, "console/link_dead.html", status=410)
    form = WelcomeForm(request.POST or None, staff=staff)
    if request.method == "POST" and form.is_valid():
        password, ip = form.cleaned_data["password1"], client_ip(request)
        if not password_set_by_link(uid=uid, key=token, password=password, ip=ip):
            return render(request, "console/link_dead.html", status=410)
        messages.success(request, _("Your password is set. You can sign in with it now."))
        return redirect("account_login")
    context = {"form": form, "staff": staff}
    return render(request, "console/welcome.html", context, status=400 if form.is_bound else 200)


def _page(request: HttpRequest, found: Staff, form: PersonForm) -> HttpResponse:
    staff = staff_of(request)
    changes = list(open_changes(found))
    other = staff.pk != found.pk
    context = {
        "person": found,
        "form": form if other and may(staff, Act.PEOPLE) else None,
        "changes": changes,
        "seen": changes[0].pk if changes else 0,
        "own": not other,
        "by_reader": made_or_changed([found.pk], staff),
        "vouched": is_vouched_for(found),
        "hours": INVITED_HOURS,
    }
    return render(request, "console/person.html", context, status=400 if form.is_bound else 200)


def _change(request: HttpRequest, found: Staff, form: PersonForm) -> HttpResponse:
    by, ip, wanted = staff_of(request), client_ip(request), form.cleaned_data
    acts.email_change(staff=found, email=wanted["email"], by=by, ip=ip)
    acts.role_change(staff=found, role=wanted["role"], by=by, ip=ip)
    acts.language_change(staff=found, language=wanted["language"], by=by, ip=ip)
    return _done(request, found, _("Saved."))


def _disable(request: HttpRequest, found: Staff, _form: PersonForm) -> HttpResponse:
    acts.account_disable(staff=found, by=staff_of(request), ip=client_ip(request))
    return _done(request, found, _("Disabled. They are signed out everywhere."))


def _enable(request: HttpRequest, found: Staff, _form: PersonForm) -> HttpResponse:
    acts.account_enable(staff=found, by=staff_of(request), ip=client_ip(request))
    return _done(request, found, _("Enabled. Another person has to confirm the account."))


def _reset(request: HttpRequest, found: Staff, _form: PersonForm) -> HttpResponse:
    acts.sign_in_reset(staff=found, by=staff_of(request), ip=client_ip(request))
    if is_vouched_for(found) or not found.is_active:
        return _done(request, found, _("Second factors removed, and signed out everywhere."))
    return _link(request, found)


def _revoke(request: HttpRequest, found: Staff, _form: PersonForm) -> HttpResponse:
    acts.link_revoke(staff=found, by=staff_of(request), ip=client_ip(request))
    return _done(request, found, _("The link no longer works."))


def _link(request: HttpRequest, found: Staff, _form: PersonForm | None = None) -> HttpResponse:
    """Send a new link; without a mail server show it, once."""
    sent: Sent = link_send(staff=found, by=staff_of(request), ip=client_ip(request))
    if sent.link:
        context = {"person": found, "sent": sent, "hours": INVITED_HOURS}
        return render(request, "console/link_made.html", context)
    return _done(request, found, _("A link was sent to %(email)s.") % {"email": found.email})


def _done(request: HttpRequest, found: Staff, said: str) -> HttpResponse:
    messages.success(request, said)
    return redirect("console:person", found.pk)


def _complain(form: Any, error: ValidationError) -> None:
    """Show the problem at its field, or above the form where it has none."""
    if not form.is_bound:
        return
    if hasattr(error, "error_dict"):
        for name, problems in error.error_dict.items():
            form.add_error(name if name in form.fields else None, problems)
    else:
        form.add_error(None, error)


ACTS: Final[dict[str, Callable[[HttpRequest, Staff, PersonForm], HttpResponse]]] = {
    "change": _change,
    "disable": _disable,
    "enable": _enable,
    "reset": _reset,
    "link": _link,
    "revoke": _revoke,
}
