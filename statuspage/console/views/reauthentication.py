"""Saying again who one is, before a sensitive act: by password, code or passkey."""

from typing import Any

from allauth.account.views import ReauthenticateView
from allauth.mfa.base.views import ReauthenticateView as ReauthenticateByCodeView
from allauth.mfa.webauthn.views import ReauthenticateWebAuthnView
from django.http import HttpResponse, HttpResponseRedirect

from statuspage.console.access import own
from statuspage.console.braked import Braked
from statuspage.console.forms.sign_in import CodeForm, PasskeyForm, ProofByPasswordForm
from statuspage.staff import recency
from statuspage.staff.passkeys import asked


class _Proof(Braked):
    """What the three pages share."""

    template_name = "console/reauthenticate.html"
    request: Any

    def done(self) -> HttpResponse:
        """Note the proof, and return to the page that asked for it."""
        recency.prove(self.request.session)
        return HttpResponseRedirect(self.get_success_url())  # type: ignore[attr-defined]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add where to go afterwards."""
        context: dict[str, Any] = super().get_context_data(**kwargs)  # type: ignore[misc]
        return context | {"next": self.get_next_url() or ""}  # type: ignore[attr-defined]


class ByPassword(_Proof, ReauthenticateView):  # type: ignore[misc]
    """By the password."""

    form_class = ProofByPasswordForm

    def form_valid(self, form: Any) -> HttpResponse:
        """Take the password."""
        return self.done()


class ByCode(_Proof, ReauthenticateByCodeView):  # type: ignore[misc]
    """By a code of the app, or a recovery code."""

    form_class = CodeForm

    def form_valid(self, form: Any) -> HttpResponse:
        """Take the code."""
        form.save(again=True)
        return self.done()


class ByPasskey(_Proof, ReauthenticateWebAuthnView):  # type: ignore[misc]
    """By a passkey."""

    form_class = PasskeyForm

    def form_valid(self, form: Any) -> HttpResponse:
        """Take the passkey."""
        form.save(again=True)
        return self.done()

    def form_invalid(self, form: Any) -> HttpResponse:
        """Show the page again, with a new challenge."""
        response: HttpResponse = self.render_to_response(self.get_context_data(form=form))
        return self.braked(response, form)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add a challenge, which is good for minutes; allauth leaves the form out."""
        kwargs.setdefault("form", self.get_form())
        context = super().get_context_data(**kwargs) | {"form": kwargs["form"], "passkey": True}
        asked(self.request)
        return context


by_password = own(ByPassword.as_view())
by_code = own(ByCode.as_view())
by_passkey = own(ByPasskey.as_view())
