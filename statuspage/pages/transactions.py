"""The page that tells merchants whether a transaction was affected."""

from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from statuspage.lib.client_ip import client_ip
from statuspage.lib.rate_limits import within_limit
from statuspage.notices.phrases import money
from statuspage.pages.http import too_fast
from statuspage.pages.phone_proof import PhoneProof, proof_for, proof_of
from statuspage.pages.selectors import incident_name
from statuspage.settlement.affected.hashes import normalised
from statuspage.settlement.affected.selectors import transaction_find
from statuspage.settlement.affected.tries import (
    Ceiling,
    ceilings_of,
    ceilings_of_phone,
    try_give_back,
    try_take,
)
from statuspage.settlement.models import AffectedTransaction, TransactionStatus
from statuspage.statements.texts import CHINESE

LONGEST = 64
TEMPLATE = "pages/transactions.html"


class TransactionForm(forms.Form):
    """What identifies a transaction: merchant, reference and phone number."""

    merchant = forms.CharField(
        label=_("Merchant number"),
        help_text=_("Printed on your receipts and shown in your app."),
        max_length=LONGEST,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    reference = forms.CharField(
        label=_("Transaction reference"),
        help_text=_("On the receipt: 参考号."),
        max_length=LONGEST,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    last_four = forms.RegexField(
        r"^[0-9]{4}$",
        label=_("Last four digits of the phone on file"),
        help_text=_("The phone number you registered with us as a merchant."),
        max_length=4,
        error_messages={"invalid": _("Enter four digits.")},
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in self.errors:
            widget = self.fields[name].widget
            widget.attrs |= {"aria-invalid": "true", "aria-describedby": f"id_{name}_error"}


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def transaction_page(request: HttpRequest) -> HttpResponse:
    """Show the form and, after a POST, the result; nothing of it appears in an address."""
    if request.method != "POST":
        proof = proof_of(request)
        shown = {"form": TransactionForm(), "proven": proof.last_four if proof else ""}
        return render(request, TEMPLATE, shown)
    form = TransactionForm(request.POST)
    if not form.is_valid():
        return render(request, TEMPLATE, {"form": form}, status=400)
    holder = proof_for(request, form.cleaned_data["last_four"])
    # Behind one address there may be a whole town: whoever is proven is not counted with it.
    who = holder.name if holder else client_ip(request)
    if not _within_limit("transactions", who, settings.TRANSACTIONS_PER_IP_MINUTE):
        return too_fast(request, TEMPLATE, {"form": form, "prove": holder is None})
    ceilings = _ceilings(request, holder, form.cleaned_data["merchant"])
    if not ceilings or not try_take(ceilings):
        # The same page whoever the merchant is, and whether there is one.
        return render(request, TEMPLATE, {"form": form, "prove": True}, status=429)
    found = transaction_find(**form.cleaned_data)
    if found:
        try_give_back(ceilings)
    shown = _shown(found) if found else {}
    return render(request, TEMPLATE, {"form": TransactionForm(), "asked": True, **shown})


def _within_limit(what: str, who: str, most: int) -> bool:
    return within_limit(what, who, most, fail_open=False)


def _ceilings(request: HttpRequest, holder: PhoneProof | None, merchant: str) -> list[Ceiling]:
    """Return what a query counts against; nothing where too many ask about this merchant now."""
    if holder:
        return ceilings_of_phone(holder.name)
    most = settings.TRANSACTIONS_PER_MERCHANT_MINUTE
    if not _within_limit("merchants", normalised(merchant), most):
        return []
    return ceilings_of(merchant=merchant, client_ip=client_ip(request))


def _shown(found: AffectedTransaction) -> dict[str, object]:
    return {
        "found": found,
        "settled": found.status == TransactionStatus.SETTLED,
        "amount": money(str(found.amount)),
        "waived": money(str(found.fee_waived)) if found.fee_waived > Decimal(0) else "",
        "incident_id": found.incident_id,
        "incident_name": incident_name(found.incident_id, get_language() or CHINESE),
    }
