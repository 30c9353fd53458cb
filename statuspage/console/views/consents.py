"""Prove a consent: with the whole address in hand, also after its erasure."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language

from notifications.subscribers.models import Consent
from notifications.subscribers.services.agreements import agreed_words, consents_of
from statuspage.console.access import permits, staff_of
from statuspage.console.forms.subscribers import ProofForm
from statuspage.lib.client_ip import client_ip
from statuspage.staff.audit import record
from statuspage.staff.permissions import Act

LISTED = 100


@permits(Act.PROVE_CONSENT)
def consents(request: HttpRequest) -> HttpResponse:
    """Ask for the address by POST, so that it stands in no URL, and show what was agreed to."""
    form = ProofForm(request.POST if request.method == "POST" else None)
    found: list[Consent] | None = None
    if form.is_valid():
        found = list(consents_of(form.cleaned_data["address"])[:LISTED])
        record(
            act="consent.proved",
            staff=staff_of(request),
            after={"found": len(found), "reason": form.cleaned_data["reason"]},
            ip=client_ip(request),
        )
    language = get_language() or ""
    context = {
        "form": form,
        "asked": found is not None,
        "found": [(one, _words(one, language)) for one in found or ()],
    }
    status = 400 if form.errors else 200
    return render(request, "console/consents.html", context, status=status)


def _words(consent: Consent, language: str) -> list[str]:
    versions = (consent.text_version, consent.transfer_version)
    return [words for one in versions if one and (words := agreed_words(one, language))]
