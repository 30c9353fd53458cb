"""Second factors of the reader's account: set up, remove, new recovery codes."""

from typing import Any

import segno
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.flows import generate_recovery_codes
from allauth.mfa.totp.views import ActivateTOTPView
from allauth.mfa.webauthn.views import AddWebAuthnView
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from statuspage.console.access import own, reauthenticated, staff_of
from statuspage.console.forms.sign_in import AppForm, NewPasskeyForm
from statuspage.lib.client_ip import client_ip
from statuspage.staff.audit import record
from statuspage.staff.impersonal import account
from statuspage.staff.models import Staff
from statuspage.staff.passkeys import asked
from statuspage.staff.second_factor import (
    WAITING,
    has_one,
    recovery_codes_of,
    used_until,
)
from statuspage.staff.signing_in import SHOWN, sign_out_elsewhere

TOTP, PASSKEY = Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN


class _New:
    """What both kinds of a new factor share."""

    request: HttpRequest

    def form_valid(self, form: Any) -> HttpResponse:
        """Keep the factor; the answer to the first one shows the recovery codes once."""
        staff = staff_of(self.request)
        with transaction.atomic():
            Staff.objects.select_for_update().get(pk=staff.pk)
            first = not has_one(staff)
            super().form_valid(form)  # type: ignore[misc]
            row = Authenticator.objects.filter(user=staff, type__in=(TOTP, PASSKEY)).latest("pk")
            self.added(row, form)
            record(
                act="second_factor.added",
                staff=staff,
                ip=client_ip(self.request),
                after=_told(row),
            )
        self.request.session[SHOWN] = True
        if first:
            sign_out_elsewhere(staff=staff, but=self.request.session.session_key)
            return _codes(self.request, staff)
        messages.success(self.request, _("The second factor is set up."))
        return redirect("mfa_index")

    def added(self, row: Authenticator, form: Any) -> None:
        """Do what this kind of factor needs besides."""

    def get_success_url(self) -> str:
        """Return where allauth would go; our own answer replaces it."""
        return "/console/account/"


class App(_New, ActivateTOTPView):  # type: ignore[misc]
    """Set up an authenticator app."""

    template_name = "console/totp.html"
    form_class = AppForm

    def added(self, row: Authenticator, form: Any) -> None:
        """Use up the code, and the key that waited."""
        used_until(row, form.step)
        self.request.session.pop(WAITING, None)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the QR code."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        picture = _picture(context["totp_url"])
        return context | {"picture": picture, "secret": context["form"].secret}


class NewPasskey(_New, AddWebAuthnView):  # type: ignore[misc]
    """Set up a passkey."""

    template_name = "console/passkey_add.html"
    form_class = NewPasskeyForm

    def form_valid(self, form: Any) -> HttpResponse:
        """Give it a name if its owner did not."""
        named = form.cleaned_data["name"] or f"{timezone.localtime():%Y-%m-%d %H:%M}"
        form.cleaned_data["name"] = named
        return super().form_valid(form)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add a challenge, which is good for minutes; allauth leaves the form out."""
        kwargs.setdefault("form", self.get_form())
        context: dict[str, Any] = super().get_context_data(**kwargs)
        asked(self.request)
        return context | {"form": kwargs["form"]}


app = own(reauthenticated(App.as_view()))
passkey_add = own(reauthenticated(NewPasskey.as_view()))


@own
@require_POST
@reauthenticated
def app_remove(request: HttpRequest) -> HttpResponse:
    """Remove the authenticator app."""
    found = Authenticator.objects.filter(user=staff_of(request), type=TOTP).first()
    if found:
        _remove(request, found)
        messages.success(request, _("The authenticator app was removed."))
    return redirect("mfa_index")


@own
@require_POST
@reauthenticated
def passkey_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Remove one of the reader's own passkeys."""
    _remove(request, get_object_or_404(Authenticator, pk=pk, user=staff_of(request), type=PASSKEY))
    messages.success(request, _("The passkey was removed."))
    return redirect("mfa_index")


@own
@require_POST
@reauthenticated
def codes(request: HttpRequest) -> HttpResponse:
    """Create ten new recovery codes and show them once."""
    staff = staff_of(request)
    if not has_one(staff):
        return redirect("mfa_index")
    with transaction.atomic():
        generate_recovery_codes(request)
        record(act="recovery_codes.renewed", staff=staff, ip=client_ip(request))
    return _codes(request, staff)


def _remove(request: HttpRequest, row: Authenticator) -> None:
    """Remove a factor, and the recovery codes if no other is left."""
    staff = staff_of(request)
    with transaction.atomic():
        before = _told(row)
        row.delete()
        if not has_one(staff):
            Authenticator.objects.filter(user=staff).delete()
        # They may have come in by it: it is removed because somebody else has it, too.
        sign_out_elsewhere(staff=staff, but=request.session.session_key)
        record(
            act="second_factor.removed",
            staff=staff,
            ip=client_ip(request),
            target=account(staff.pk),
            before=before,
        )
    if not has_one(staff):
        request.session.pop(SHOWN, None)


def _told(row: Authenticator) -> dict[str, str]:
    """Return what the audit log says of a factor."""
    if row.type == TOTP:
        return {"kind": "totp"}
    return {"kind": "passkey", "name": row.wrap().name}


def _codes(request: HttpRequest, staff: Staff) -> HttpResponse:
    return render(request, "console/recovery_codes.html", {"codes": recovery_codes_of(staff)})


def _picture(uri: str) -> str:
    """Return the QR code as SVG, drawn on this server so that nobody else gets the secret."""
    svg: str = segno.make(uri, error="m").svg_inline(scale=5, border=4, dark="#000", light="#fff")
    return mark_safe(svg)  # noqa: S308 - segno draws numbers; the text is not in it
