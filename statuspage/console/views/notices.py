"""Notices to merchants."""

from functools import partial

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from statuspage.console.access import reads, staff_of, writes
from statuspage.console.compose import Composition, compose, typed
from statuspage.console.forms.notices import NoticeForm
from statuspage.console.paging import page_of
from statuspage.console.proposals import propose, waiting
from statuspage.console.timelines import entries
from statuspage.incidents.models import Incident
from statuspage.incidents.selectors import recent_incidents
from statuspage.settlement.audience import MerchantCategory
from statuspage.settlement.notices import NoticeKind, kinds, notice_kind
from statuspage.settlement.selectors import notices
from statuspage.settlement.services import takes_two


@reads
def notice_list(request: HttpRequest) -> HttpResponse:
    """All notices, the latest first."""
    context = {"page": page_of(request, notices()), "waiting": waiting()}
    return render(request, "console/notices.html", context)


@writes
def notice_new(request: HttpRequest) -> HttpResponse:
    """Choose the kind."""
    return render(request, "console/notice_new.html", {"kinds": kinds()})


@writes
def notice_compose(request: HttpRequest, kind: str) -> HttpResponse:
    """Write and publish a notice of that kind."""
    found = _kind(kind)
    form = NoticeForm(typed(request), kind=found, incidents=list(recent_incidents()))
    hand_over = partial(_hand_over, form=form) if takes_two(found) else None
    page = Composition(form, "console/notice_compose.html", {"kind": found}, hand_over)
    return compose(request, page)


def _hand_over(request: HttpRequest, *, form: NoticeForm) -> HttpResponse:
    """To the page on which a second person will look at it."""
    token = form.cleaned_data["token"]
    proposal = propose(
        token=token,
        draft=form.written(),
        staff=staff_of(request),
        confirmed=form.cleaned_data["confirmed"],
    )
    messages.success(request, _("Handed over: it is published once a second person approves it."))
    return redirect("console:notice_proposal", number=proposal.pk)


@reads
def notice(request: HttpRequest, public_id: str) -> HttpResponse:
    """A notice as it was published, with what was said about it since."""
    found = get_object_or_404(notices(), public_id=public_id)
    kind = notice_kind(found.kind)
    context = {
        "notice": found,
        "kind": kind,
        "categories": [MerchantCategory(one).label for one in found.audience["categories"]],
        "incident": Incident.objects.filter(public_id=found.incident_id).first(),
        "entries": entries("notice", public_id),
    }
    return render(request, "console/notice.html", context)


def _kind(name: str) -> NoticeKind:
    found = next((one for one in kinds() if one.name == name), None)
    if found is None:
        raise Http404
    return found
