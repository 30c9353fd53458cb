"""The regulatory reporting deadlines of incidents and private cases: for staff, never public."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final, TypeAlias

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from statuspage.console.access import permits, staff_of
from statuspage.console.forms.regulator import (
    CaseForm,
    DoneForm,
    EndForm,
    EstimateForm,
    StartForm,
    TieForm,
)
from statuspage.console.wanted import number_of, page_of
from statuspage.incidents.selectors import incidents
from statuspage.regulator.cases import case_end, case_open, case_tie
from statuspage.regulator.clock import Duty, Grade, Measure
from statuspage.regulator.models import Estimate, PrivateCase
from statuspage.regulator.regimes import CAUSES, Cause, Regime
from statuspage.regulator.report import report_of
from statuspage.regulator.selectors import (
    NOTED,
    IncidentDuties,
    facts_of,
    latest_estimate,
    private_cases,
    rules,
    running,
    standings_of,
)
from statuspage.regulator.services import (
    duty_mark_done,
    duty_mark_undone,
    estimate_note,
    regime_close,
    regime_start,
)
from statuspage.regulator.subjects import Subject, address
from statuspage.staff.permissions import Act

Forms: TypeAlias = Mapping[str, Any]
SHOWN: Final = 50
# The latest incidents are offered to tie a case to: of more, the list is of no use.
OFFERED: Final = 50


@permits(Act.READ, post=Act.RECORD_REPORTS)
def regulator(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show the deadlines; staff who may publish record figures, causes and completed reports."""
    noted = incidents().prefetch_related(*NOTED)
    return _served(request, get_object_or_404(noted, public_id=public_id), STEPS)


@permits(Act.READ, post=Act.RECORD_REPORTS)
def regulator_case(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show the same of a case without a public incident, until it is tied to one."""
    noted = PrivateCase.objects.select_related("incident", "opened_by", "resolved_by")
    case = get_object_or_404(noted.prefetch_related(*NOTED), public_id=public_id)
    if case.incident:
        messages.info(request, _("This case now belongs to a public incident. Continue there."))
        return redirect(address(case.incident))
    return _served(request, case, CASE_STEPS)


@permits(Act.READ, post=Act.RECORD_REPORTS)
def regulator_cases(request: HttpRequest) -> HttpResponse:
    """List what is due and the cases without a public incident; staff open one here."""
    form = CaseForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            return _opened(request, form)
        except ValidationError as problem:
            _refuse(form, problem)
    context = {
        "form": form,
        "owed": running(timezone.now()),
        "page": page_of(request, private_cases()),
    }
    status = 422 if form.is_bound else 200
    return render(request, "console/regulator_cases.html", context, status=status)


def _opened(request: HttpRequest, form: CaseForm) -> HttpResponse:
    case, made = case_open(by=staff_of(request), **form.values)
    said = _("The deadlines are running. Visible to staff only.")
    messages.success(request, said if made else _("This case is open already."))
    return redirect(address(case))


def _refuse(form: Any, problem: ValidationError) -> None:
    """Show a service's refusal beside the fields that it names."""
    by_field = problem.error_dict if hasattr(problem, "error_dict") else {None: problem}
    for name, one in by_field.items():
        form.add_error(name if name in form.fields else None, one)


def _served(request: HttpRequest, subject: Subject, steps: Mapping[str, Any]) -> HttpResponse:
    if request.method != "POST":
        return _page(request, subject, _forms(subject))
    step = request.POST.get("step", "")
    if step not in steps:
        return HttpResponseBadRequest()
    forms = _forms(subject, request, step)
    if step in forms and not forms[step].is_valid():
        return _page(request, subject, forms, status=422)
    try:
        steps[step](request, subject, forms)
    except ValidationError as problem:
        return _page(request, subject, forms, problem.messages, status=409)
    return redirect(address(subject))


def _note(request: HttpRequest, subject: Subject, forms: Forms) -> None:
    form = forms["estimate"]
    known_at = form.cleaned_data["since"]
    said = {"figures": form.figures, "grades": form.grades, "known_at": known_at}
    estimate_note(subject=subject, by=staff_of(request), **said)
    messages.success(request, _("Saved. Visible to staff only."))


def _start(request: HttpRequest, subject: Subject, forms: Forms) -> None:
    regime_start(subject=subject, by=staff_of(request), **forms["start"].values)
    messages.success(request, _("The deadlines are running. Visible to staff only."))


def _close(request: HttpRequest, subject: Subject, _forms: Forms) -> None:
    number = number_of(request.POST.get("start", "")) or 0
    start = subject.regime_starts.filter(pk=number).first()
    if start is None:
        raise ValidationError(_("This entry no longer exists."))
    regime_close(start=start, reason=request.POST.get("reason", ""), by=staff_of(request))
    messages.info(request, _("Closed. It stays on record."))


def _mark_done(request: HttpRequest, subject: Subject, forms: Forms) -> None:
    duty_mark_done(subject=subject, by=staff_of(request), **forms["done"].values)
    messages.success(request, _("Marked as done. Visible to staff only."))


def _void(request: HttpRequest, subject: Subject, _forms: Forms) -> None:
    number = number_of(request.POST.get("done", "")) or 0
    done = subject.ticks.filter(pk=number).first()
    if done is None:
        raise ValidationError(_("This report no longer exists."))
    duty_mark_undone(done=done, reason=request.POST.get("reason", ""), by=staff_of(request))
    messages.info(request, _("Undone: the report is due again."))


def _end(request: HttpRequest, case: PrivateCase, forms: Forms) -> None:
    case_end(case=case, at=forms["end"].cleaned_data["at"], by=staff_of(request))
    messages.success(request, _("Saved. Visible to staff only."))


def _tie(request: HttpRequest, case: PrivateCase, forms: Forms) -> None:
    case_tie(case=case, incident=forms["tie"].chosen, by=staff_of(request))
    messages.success(request, _("Tied to the incident. Visible to staff only."))


def _forms(subject: Subject, request: HttpRequest | None = None, step: str = "") -> Forms:
    """Return the forms; the submitted one is bound."""
    sent = {step: request.POST} if request else {}
    latest = {one: latest_estimate(subject, one) for one in Regime}
    forms: dict[str, Any] = {
        "estimate": EstimateForm(sent.get("estimate"), latest),
        "start": StartForm(sent.get("start")),
        **_forms_of_case(subject, sent),
    }
    owed = [
        (standing.regime, one.duty)
        for standing in standings_of(subject, timezone.now())
        for one in standing.owed
        if one.by
    ]
    if owed or step == "done":
        forms["done"] = DoneForm(sent.get("done"), owed)
    return forms


def _forms_of_case(subject: Subject, sent: Mapping[str, Any]) -> Forms:
    if not isinstance(subject, PrivateCase):
        return {}
    offered = incidents().filter(in_error=False)[:OFFERED]
    return {
        "end": EndForm(sent.get("end"), initial={"at": subject.resolved_at}),
        "tie": TieForm(sent.get("tie"), offered),
    }


def _page(
    request: HttpRequest,
    subject: Subject,
    forms: Forms,
    problems: list[str] | None = None,
    status: int = 200,
) -> HttpResponse:
    now = timezone.now()
    case = subject if isinstance(subject, PrivateCase) else None
    context = {
        "subject": subject,
        "case": case,
        "regimes": [_regime(one, now) for one in standings_of(subject, now)],
        "tied": _tied(subject),
        "now": now,
        "forms": forms,
        "problems": problems or [],
        "estimates": [*_estimates(subject)][:SHOWN],
        "starts": subject.regime_starts.select_related("noted_by", "closed_by")[:SHOWN],
        "done_reports": subject.ticks.select_related("ticked_by", "voided_by")[:SHOWN],
    }
    return render(request, "console/regulator.html", context, status=status)


def _tied(subject: Subject) -> QuerySet[PrivateCase]:
    """Return the cases that became this incident."""
    cases = PrivateCase.objects.select_related("tied_by")
    return cases.none() if isinstance(subject, PrivateCase) else cases.filter(incident=subject)


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


def _estimates(subject: Subject) -> Iterator[tuple[Estimate, list[tuple[str, str]]]]:
    """Yield what was noted at once, latest first: its figures, and the grades by regime."""
    rows = subject.estimates.select_related("noted_by").order_by("-noted_at", "pk")
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
CASE_STEPS: Final = {**STEPS, "end": _end, "tie": _tie}
