"""Subscribers: search, show, erase and export."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from notifications.delivery.ledger import KEYS, history_of
from notifications.subscribers.attribute_words import attributes_said
from notifications.subscribers.models import Consent, Import, Subscriber
from notifications.subscribers.selectors import addresses_of, attributes_of, numbers_abroad
from notifications.subscribers.services.message_consents import messages_left, without_consent
from notifications.subscribers.services.subscriptions import subscriber_erase
from statuspage.console.access import permits, reauthenticated, staff_of
from statuspage.console.export import csv_response, subscribers_csv
from statuspage.console.forms.subscribers import (
    ClearExportForm,
    ErasureRequestForm,
    KnownForm,
    WhoForm,
)
from statuspage.console.wanted import number_of, slice_of, wanted_of
from statuspage.lib.client_ip import client_ip
from statuspage.staff.audit import record
from statuspage.staff.permissions import Act, may

# Few addresses share a mask; for a shorter list, staff can type more digits.
LISTED = 50
IMPORTS = 10


@permits(Act.READ_SUBSCRIBERS)
def subscribers(request: HttpRequest) -> HttpResponse:
    """Search by POST; then list the matching subscribers, or show the only match."""
    search = WhoForm(request.POST if request.method == "POST" else None)
    if search.is_valid():
        return search.result(request)
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
        "may_import": may(staff, Act.IMPORT_SUBSCRIBERS),
        "imports": Import.objects.select_related("uploaded_by")[:IMPORTS],
        "abroad": numbers_abroad(),
        "without_consent": without_consent(),
        "clear": ClearExportForm() if may(staff, Act.EXPORT_CLEAR) else None,
    }
    status = 400 if search.is_bound else 200
    return render(request, "console/subscribers.html", context, status=status)


@permits(Act.READ_SUBSCRIBERS)
def subscriber(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show a subscriber's choices, consents and messages, found by one of their addresses."""
    found = _subscriber(public_id)
    addresses = list(found.addresses.select_related("subscription").order_by("position", "pk"))
    wanted = number_of(request.GET.get("address", ""))
    shown = next(
        (one for one in addresses if one.pk == wanted), addresses[0] if addresses else None
    )
    context = {
        "subscriber": found,
        "addresses": [(one, messages_left(one)) for one in addresses],
        "shown": shown,
        "query": f"address={shown.pk}" if shown else "",
        "consents": Consent.objects.filter(address__in=addresses)
        .select_related("address")
        .order_by("-pk")[:LISTED],
        "slice": slice_of(request, history_of(shown), KEYS) if shown else None,
        "known": attributes_said(attributes_of(found)),
        "may_change": may(staff_of(request), Act.ADD_SUBSCRIBER),
        "may_erase": may(staff_of(request), Act.ERASE_SUBSCRIBER),
    }
    return render(request, "console/subscriber.html", context)


@permits(Act.ADD_SUBSCRIBER)
def subscriber_known(request: HttpRequest, public_id: str) -> HttpResponse:
    """Change what is known of a subscriber: what decides which notices are for them."""
    found = _subscriber(public_id)
    form = KnownForm(request.POST if request.method == "POST" else None, subscriber=found)
    if form.is_valid():
        with transaction.atomic():
            if changed := form.save(found):
                record(
                    act="subscriber.changed",
                    staff=staff_of(request),
                    target=public_id,
                    after={"changed": sorted(changed)},
                    ip=client_ip(request),
                )
        messages.success(request, _("Saved."))
        return redirect("console:subscriber", public_id)
    context = {"subscriber": found, "form": form, "complain": form.is_bound}
    status = 400 if form.is_bound else 200
    return render(request, "console/subscriber_known.html", context, status=status)


@permits(Act.ERASE_SUBSCRIBER)
@reauthenticated
def subscriber_erasure(request: HttpRequest, public_id: str) -> HttpResponse:
    """Ask for confirmation, then remove all personal data of the subscriber."""
    found = _subscriber(public_id)
    form = ErasureRequestForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        channels = sorted(found.addresses.values_list("channel", flat=True))
        how = form.cleaned_data["how"]
        with transaction.atomic():
            subscriber_erase(found, source=how)
            record(
                act="subscriber.erased",
                staff=staff_of(request),
                target=public_id,
                after={"channels": channels, "how": how},
                ip=client_ip(request),
            )
        messages.success(request, _("Erased. Only the counts of messages sent remain."))
        return redirect("console:subscribers")
    context = {
        "subscriber": found,
        "addresses": found.addresses.order_by("position", "pk"),
        "form": form,
        "complain": form.is_bound,
    }
    return render(request, "console/subscriber_erase.html", context)


@permits(Act.EXPORT_MASKED, post=Act.EXPORT_CLEAR)
@reauthenticated
def subscriber_export(request: HttpRequest) -> HttpResponseBase:
    """Export all subscribers; unmasked only for administrators who give a reason by POST."""
    if request.method != "POST":
        return _attached(clear=False)
    staff, form = staff_of(request), ClearExportForm(request.POST)
    if not form.is_valid():
        messages.warning(request, _("Enter why you need the full addresses."))
        return redirect("console:subscribers")
    record(
        act="subscribers.exported",
        staff=staff,
        after={"clear": True, "reason": form.cleaned_data["reason"]},
        ip=client_ip(request),
    )
    return _attached(clear=True)


def _attached(*, clear: bool) -> HttpResponseBase:
    return csv_response(subscribers_csv(clear=clear), f"subscribers-{timezone.localdate()}")


def _subscriber(public_id: str) -> Subscriber:
    return get_object_or_404(Subscriber, public_id=public_id)
