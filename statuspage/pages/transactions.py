"""The page that answers whether a transaction was affected."""

from collections.abc import Mapping
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

from statuspage.client_ip import client_ip
from statuspage.pages.pace import WINDOW_SECONDS, keeps_pace
from statuspage.pages.selectors import incident_name
from statuspage.settlement.affected.hashes import normalised
from statuspage.settlement.affected.models import AffectedTransaction, Fate
from statuspage.settlement.affected.selectors import transaction_find
from statuspage.settlement.phrases import money
from statuspage.statements.texts import CHINESE

LONGEST = 64


class TransactionForm(forms.Form):
    """What a merchant has in hand."""

    merchant = forms.CharField(
        label=_("Merchant number"),
        help_text=_("As on your receipts and in your app."),
        max_length=LONGEST,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    reference = forms.CharField(
        label=_("Transaction reference"),
        help_text=_("On the receipt it is called 参考号."),
        max_length=LONGEST,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    last_four = forms.RegexField(
        r"^[0-9]{4}$",
        label=_("Last four digits of the phone on file"),
        help_text=_("The number that you gave us when you became a merchant."),
        max_length=4,
        error_messages={"invalid": _("Write four digits.")},
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
    """The question and, where it was asked, the answer above it; nothing of it in an address."""
    if request.method != "POST":
        return _page(request, TransactionForm())
    form = TransactionForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=400)
    if not _keeps_pace(request, form.cleaned_data["merchant"]):
        response = _page(request, form, {"too_fast": True}, status=429)
        response["Retry-After"] = str(WINDOW_SECONDS)
        return response
    found = transaction_find(**form.cleaned_data)
    shown = _shown(found) if found else {}
    return _page(request, TransactionForm(), {"asked": True, **shown})


def _keeps_pace(request: HttpRequest, merchant: str) -> bool:
    """Neither from one address, nor about one merchant from many."""
    by_ip = settings.TRANSACTIONS_PER_IP_MINUTE
    by_merchant = settings.TRANSACTIONS_PER_MERCHANT_MINUTE
    return keeps_pace("transactions", client_ip(request), by_ip, uncounted=False) and keeps_pace(
        "merchants", normalised(merchant), by_merchant, uncounted=False
    )


def _shown(found: AffectedTransaction) -> dict[str, object]:
    return {
        "found": found,
        "settled": found.fate == Fate.SETTLED,
        "amount": money(str(found.amount)),
        "waived": money(str(found.fee_waived)) if found.fee_waived > Decimal(0) else "",
        "incident_id": found.incident_id,
        "incident_name": incident_name(found.incident_id, get_language() or CHINESE),
    }


def _page(
    request: HttpRequest,
    form: TransactionForm,
    shown: Mapping[str, object] | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {"form": form, **(shown or {})}
    return render(request, "pages/transactions.html", context, status=status)
