"""Notices to merchants."""

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from statuspage.console.access import reads, writes
from statuspage.console.compose import Composition, compose
from statuspage.console.forms.notices import NoticeForm
from statuspage.console.paging import page_of
from statuspage.console.timelines import entries
from statuspage.incidents.models import Incident
from statuspage.incidents.selectors import recent_incidents
from statuspage.settlement.audience import MerchantCategory
from statuspage.settlement.notices import NoticeKind, kinds, notice_kind
from statuspage.settlement.selectors import notices


@reads
def notice_list(request: HttpRequest) -> HttpResponse:
    """All notices, the latest first."""
    return render(request, "console/notices.html", {"page": page_of(request, notices())})


@writes
def notice_new(request: HttpRequest) -> HttpResponse:
    """Choose the kind."""
    return render(request, "console/notice_new.html", {"kinds": kinds()})


@writes
def notice_compose(request: HttpRequest, kind: str) -> HttpResponse:
    """Write and publish a notice of that kind."""
    found = _kind(kind)
    form = NoticeForm(request.POST or None, kind=found, incidents=list(recent_incidents()))
    return compose(request, Composition(form, "console/notice_compose.html", {"kind": found}))


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
    try:
        return notice_kind(name)
    except ValidationError as error:
        raise Http404 from error
