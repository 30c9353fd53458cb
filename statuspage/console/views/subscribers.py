"""Subscribers: found, looked at, erased on request, and exported."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from notifications.delivery.ledger import KEYS, history_of
from notifications.subscribers.models import Address, Consent, Import, Subscriber
from notifications.subscribers.search import addresses_of
from notifications.subscribers.services import subscriber_erase
from statuspage.client_ip import client_ip
from statuspage.console.access import decides, may_decide, reads, staff_of
from statuspage.console.forms.subscribers import ClearExportForm, EraseForm, ImportForm
from statuspage.console.forms.who import WhoForm
from statuspage.console.paging import slice_of
from statuspage.console.subscriber_export import subscribers_csv
from statuspage.console.wanted import number_of, wanted_of
from statuspage.staff.audit import record
from statuspage.staff.roles import Role

# Masks are shared by few; whoever gets more than this knows more digits to type.
LISTED = 50
IMPORTS = 10


@reads
def subscribers(request: HttpRequest) -> HttpResponse:
    """Search by POST; then those who look so, or the only one."""
    search = WhoForm(request.POST if request.method == "POST" else None)
    if search.is_valid():
        query = urlencode({"who": search.cleaned_data["who"]})
        return redirect(f"{reverse('console:subscribers')}?{query}")
    who = wanted_of(request.GET).who
    rows = addresses_of(who).select_related("subscriber").order_by("pk") if who else ()
    found = list(rows[:LISTED])
    if len({one.subscriber_id for one in found}) == 1:
        return redirect("console:subscriber", found[0].subscriber.public_id)
    staff = staff_of(request)
    context = {
        "search": search,
        "who": who,
        "found": found,
        "may_decide": may_decide(staff),
        "upload": ImportForm(),
        "imports": Import.objects.select_related("uploaded_by")[:IMPORTS],
        "clear": ClearExportForm() if staff.role == Role.ADMIN else None,
    }
    status = 400 if search.is_bound else 200
    return render(request, "console/subscribers.html", context, status=status)


@reads
def subscriber(request: HttpRequest, public_id: str) -> HttpResponse:
    """What one chose, agreed to and was sent, by one of the addresses."""
    found = _subscriber(public_id)
    addresses = list(found.addresses.select_related("subscription").order_by("position", "pk"))
    wanted = number_of(request.GET.get("address", ""))
    shown = next(
        (one for one in addresses if one.pk == wanted), addresses[0] if addresses else None
    )
    context = {
        "subscriber": found,
        "addresses": addresses,
        "shown": shown,
        "query": f"address={shown.pk}" if shown else "",
        "consents": _consents(addresses),
        "slice": slice_of(request, history_of(shown), KEYS) if shown else None,
        "may_erase": may_decide(staff_of(request)),
    }
    return render(request, "console/subscriber.html", context)


@decides
def subscriber_erasure(request: HttpRequest, public_id: str) -> HttpResponse:
    """Asked about once more, then everything that tells who they are is removed."""
    found = _subscriber(public_id)
    form = EraseForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        masked = list(found.addresses.values_list("masked", flat=True))
        how = form.cleaned_data["how"]
        with transaction.atomic():
            subscriber_erase(found, source=how)
            record(
                act="subscriber.erased",
                staff=staff_of(request),
                target=public_id,
                after={"addresses": masked, "how": how},
                ip=client_ip(request),
            )
        messages.success(request, _("Erased. The counts of what was sent remain."))
        return redirect("console:subscribers")
    context = {
        "subscriber": found,
        "addresses": found.addresses.order_by("position", "pk"),
        "form": form,
        "complain": form.is_bound,
    }
    return render(request, "console/subscriber_erase.html", context)


@reads
def subscriber_export(request: HttpRequest) -> HttpResponseBase:
    """All of them, masked; in clear for administrators who say why, by POST."""
    if request.method != "POST":
        return _attached(clear=False)
    staff, form = staff_of(request), ClearExportForm(request.POST)
    if staff.role != Role.ADMIN:
        return render(request, "console/admins_only.html", status=403)
    if not form.is_valid():
        messages.warning(request, _("Say why the addresses are needed in clear."))
        return redirect("console:subscribers")
    record(
        act="subscribers.exported",
        staff=staff,
        after={"clear": True, "reason": form.cleaned_data["reason"]},
        ip=client_ip(request),
    )
    return _attached(clear=True)


def _attached(*, clear: bool) -> StreamingHttpResponse:
    response = StreamingHttpResponse(
        subscribers_csv(clear=clear), content_type="text/csv; charset=utf-8"
    )
    name = f"subscribers-{timezone.localdate():%Y-%m-%d}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _consents(addresses: list[Address]) -> list[Consent]:
    rows = Consent.objects.filter(address__in=addresses).select_related("address")
    return list(rows.order_by("-pk")[:LISTED])


def _subscriber(public_id: str) -> Subscriber:
    return get_object_or_404(Subscriber, public_id=public_id)
