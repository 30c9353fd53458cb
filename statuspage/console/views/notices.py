"""Notices to merchants."""

from functools import partial
from typing import Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from notifications.subscribers.known import agents_behind
from statuspage.approvals.holidays import KIND as HOLIDAY_SCHEDULE
from statuspage.approvals.models import Proposal
from statuspage.approvals.proposals import waiting
from statuspage.approvals.rules import approval_of_notice
from statuspage.approvals.scheduling import scheduled
from statuspage.approvals.submitting import notice_submit
from statuspage.console.access import reads, staff_of, writes
from statuspage.console.beginning import BEGIN, begun_anew
from statuspage.console.compose import Composition, compose, handed_over, typed
from statuspage.console.forms.notices import NoticeForm
from statuspage.console.holidays import prepared_change, prepared_for
from statuspage.console.prepared import offered
from statuspage.console.timelines import entries
from statuspage.console.wanted import page_of
from statuspage.incidents.models import Incident
from statuspage.incidents.moments import moment_of_kind
from statuspage.incidents.selectors import latest_incidents
from statuspage.notices.audience import AGENT_KEYS
from statuspage.notices.audience_words import audience_said
from statuspage.notices.kind import kinds, notice_kind
from statuspage.notices.selectors import notices
from statuspage.settlement.kinds.calendar_change import CalendarChange
from statuspage.settlement.rules import products
from statuspage.statements.texts import for_reader

# What a form of this kind may be opened with, by the query string.
PREPARED: Final = {HOLIDAY_SCHEDULE: prepared_for, CalendarChange.name: prepared_change}


@reads
def notice_list(request: HttpRequest) -> HttpResponse:
    """List all notices, latest first."""
    context = {"page": page_of(request, notices()), "waiting": waiting(), "planned": scheduled()}
    return render(request, "console/notices.html", context)


@writes
def notice_new(request: HttpRequest) -> HttpResponse:
    """Show the kinds of notice to choose from."""
    return render(request, "console/notice_new.html", {"kinds": kinds()})


@writes
def notice_compose(request: HttpRequest, kind: str) -> HttpResponse:
    """Write and publish a notice of that kind."""
    found = next((one for one in kinds() if one.name == kind), None)
    if found is None:
        raise Http404
    needs_two = approval_of_notice(found).binds(staff_of(request))
    prepared = PREPARED.get(kind)
    data = typed(request) or (prepared(request) if prepared else None)
    if data is not None and data.get("step") == BEGIN:
        data = begun_anew(data, found)
    form = NoticeForm(data, kind=found, incidents=latest_incidents())
    form.begin(request.GET)
    later = form.is_later()
    hand_over = partial(_hand_over, form=form) if needs_two or later else None
    context = {"kind": found, "needs_two": needs_two, "later": later}
    rows = offered(request, form, moment_of_kind(kind))
    page = Composition(form, "console/notice_compose.html", context, hand_over, templates=rows)
    return compose(request, page)


def _hand_over(request: HttpRequest, *, form: NoticeForm) -> HttpResponse:
    """Submit or schedule the notice, and redirect to the page on which that is decided."""
    values = form.cleaned_data
    proposal = notice_submit(
        token=values["token"],
        author=staff_of(request),
        publish_at=values["publish_at"],
        **form.arguments(),
    )
    if not isinstance(proposal, Proposal):
        raise TypeError("nobody was to publish this at once")
    return handed_over(request, proposal)


@reads
def notice(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show a notice as published, with later statements about it."""
    found = get_object_or_404(notices(), public_id=public_id)
    kind = notice_kind(found.kind)
    context = {
        "notice": found,
        "kind": kind,
        "audience": audience_said(found.audience, found.told),
        "agents": agents_behind(found.audience.get(AGENT_KEYS) or []),
        "products": [
            for_reader(one.name)
            for one in products()
            if one.code in (found.audience.get("products") or ())
        ],
        "incident": Incident.objects.filter(public_id=found.incident_id).first(),
        "entries": entries("notice", public_id),
    }
    return render(request, "console/notice.html", context)
