"""The regulatory reporting deadlines of one incident: for staff only, never public."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final, TypeAlias

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from statuspage.console.access import permits, staff_of
from statuspage.console.forms.regulator import DoneForm, EstimateForm, StartForm
from statuspage.console.wanted import number_of
from statuspage.incidents.models import Incident
from statuspage.incidents.selectors import incidents
from statuspage.regulator.clock import Duty, Grade, Measure
from statuspage.regulator.models import CompletedDuty, Estimate, RegimeStart
from statuspage.regulator.regimes import CAUSES, Cause, Regime
from statuspage.regulator.report import report_of
from statuspage.regulator.selectors import (
    IncidentDuties,
    facts_of,
    latest_estimate,
    rules,
    standings_of,
)
from statuspage.regulator.services import (
    duty_mark_done,
    duty_mark_undone,
    estimate_note,
    regime_close,
    regime_start,
)
from statuspage.staff.permissions import Act

Forms: TypeAlias = Mapping[str, Any]
SHOWN: Final = 50


@permits(Act.READ, post=Act.RECORD_REPORTS)
def regulator(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show the deadlines; staff who may publish record figures, causes and completed reports."""
    noted = incidents().prefetch_related("estimates", "ticks", "regime_starts")
    incident = get_object_or_404(noted, public_id=public_id)
    if request.method != "POST":
        return _page(request, incident, _forms(incident))
    step = request.POST.get("step", "")
    if step not in STEPS:
        return HttpResponseBadRequest()
    forms = _forms(incident, request, step)
    if step in forms and not forms[step].is_valid():
        return _page(request, incident, forms, status=422)
    try:
        STEPS[step](request, incident, forms)
    except ValidationError as problem:
        return _page(request, incident, forms, problem.messages, status=409)
    return redirect("console:incident_regulator", public_id=public_id)


def _note(request: HttpRequest, incident: Incident, forms: Forms) -> None:
    form = forms["estimate"]
    estimate_note(incident=incident, figures=form.figures, grades=form.grades, by=staff_of(request))
    messages.success(request, _("Saved. Visible to staff only."))


def _start(request: HttpRequest, incident: Incident, forms: Forms) -> None:
    regime_start(incident=incident, by=staff_of(request), **forms["start"].values)
    messages.success(request, _("The deadlines are running. Visible to staff only."))


def _close(request: HttpRequest, incident: Incident, _forms: Forms) -> None:
    number = number_of(request.POST.get("start", "")) or 0
    start = RegimeStart.objects.filter(incident=incident, pk=number).first()
    if start is None:
        raise ValidationError(_("This entry no longer exists."))
    regime_close(start=start, reason=request.POST.get("reason", ""), by=staff_of(request))
    messages.info(request, _("Closed. It stays on record."))


def _mark_done(request: HttpRequest, incident: Incident, forms: Forms) -> None:
    duty_mark_done(incident=incident, by=staff_of(request), **forms["done"].values)
    messages.success(request, _("Marked as done. Visible to staff only."))


def _void(request: HttpRequest, incident: Incident, _forms: Forms) -> None:
    number = number_of(request.POST.get("done", "")) or 0
    done = CompletedDuty.objects.filter(incident=incident, pk=number).first()
    if done is None:
        raise ValidationError(_("This report no longer exists."))
    duty_mark_undone(done=done, reason=request.POST.get("reason", ""), by=staff_of(request))
    messages.info(request, _("Undone: the report is due again."))


def _forms(incident: Incident, request: HttpRequest | None = None, step: str = "") -> Forms:
    """Return the forms; the submitted one is bound."""
    sent = {step: request.POST} if request else {}
    latest = {one: latest_estimate(incident, one) for one in Regime}
    forms: dict[str, Any] = {
        "estimate": EstimateForm(sent.get("estimate"), latest),
        "start": StartForm(sent.get("start")),
    }
    owed = [
        (standing.regime, one.duty)
        for standing in standings_of(incident, timezone.now())
        for one in standing.owed
        if one.by
    ]
    if owed or step == "done":
        forms["done"] = DoneForm(sent.get("done"), owed)
    return forms


def _page(
    request: HttpRequest,
    incident: Incident,
    forms: Forms,
    problems: list[str] | None = None,
    status: int = 200,
) -> HttpResponse:
    now = timezone.now()
    context = {
        "incident": incident,
        "regimes": [_regime(one, now) for one in standings_of(incident, now)],
        "now": now,
        "forms": forms,
        "problems": problems or [],
        "estimates": [*_estimates(incident)][:SHOWN],
        "starts": incident.regime_starts.select_related("noted_by", "closed_by")[:SHOWN],
        "done_reports": incident.ticks.select_related("ticked_by", "voided_by")[:SHOWN],
    }
    return render(request, "console/regulator.html", context, status=status)


def _regime(standing: IncidentDuties, now: datetime) -> dict[str, Any]:
    """Return what the page shows of one regime; reports only where its clock runs."""
    hours = rules(standing.regime).hours
    return {
        "standing": standing,
        "facts": facts_of(standing.regime),
        "causes": [Cause(one).label for one in CAUSES[standing.regime]],
        "thresholds": _thresholds(standing.regime),
        "hours": [(one.label, hours[one]) for one in Duty if one in hours],
        "lines": [
            {"line": one, "text": report_of(standing, one.duty, now)} for one in standing.lines
        ],
    }


def _thresholds(regime: Regime) -> list[tuple[str, list[tuple[str, int]]]]:
    found = rules(regime).thresholds
    return [
        (str(grade.label), [(str(Measure(name).label), most) for name, most in limits.items()])
        for grade in Grade
        if (limits := found.get(grade))
    ]


def _estimates(incident: Incident) -> Iterator[tuple[Estimate, list[tuple[str, str]]]]:
    """Yield what was noted at once, latest first: its figures, and the grades by regime."""
    rows = incident.estimates.select_related("noted_by").order_by("-noted_at", "pk")
    together: dict[datetime, list[Estimate]] = {}
    for one in rows:
        together.setdefault(one.noted_at, []).append(one)
    for found in together.values():
        grades = [(one.get_regime_display(), one.get_grade_display()) for one in found if one.grade]
        yield found[0], grades


STEPS: Final = {
    "estimate": _note,
    "start": _start,
    "close": _close,
    "done": _mark_done,
    "void": _void,
}
