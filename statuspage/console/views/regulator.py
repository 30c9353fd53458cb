"""The regulatory reporting deadlines of one incident: for staff only, never public."""

from collections.abc import Iterable, Mapping
from typing import Any, Final, TypeAlias

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from statuspage.console.access import permits, staff_of
from statuspage.console.forms.fields import MomentFormField, offer
from statuspage.console.wanted import number_of
from statuspage.incidents.models import Incident
from statuspage.incidents.selectors import incidents
from statuspage.regulator.clock import COUNTED, Duty, Grade, Measure
from statuspage.regulator.models import CompletedDuty, Estimate
from statuspage.regulator.selectors import rules, standing_of
from statuspage.regulator.services import (
    EVIDENCE_LENGTH,
    MOST,
    duty_mark_done,
    duty_mark_undone,
    estimate_note,
)
from statuspage.staff.permissions import Act

BY_FIGURES: Final = ("", gettext_lazy("Based on the figures"))


def _figure(measure: Measure) -> forms.IntegerField:
    return forms.IntegerField(label=measure.label, required=False, min_value=0, max_value=MOST)


class EstimateForm(forms.Form):
    """The current estimates; it starts with the latest known figures."""

    transactions = _figure(Measure.TRANSACTIONS)
    records = _figure(Measure.RECORDS)
    customers = _figure(Measure.CUSTOMERS)
    grade = forms.ChoiceField(
        label=gettext_lazy("Grade"),
        required=False,
        choices=[BY_FIGURES, *Grade.choices],
        help_text=gettext_lazy(
            "Choose one if the law requires a higher grade than the figures do."
        ),
    )

    def __init__(self, data: Any, last: Estimate | None) -> None:
        names = (*COUNTED, "grade")
        super().__init__(data, initial={name: getattr(last, name, None) for name in names})


class DoneForm(forms.Form):
    """The record of a report: that it was made, when, and the evidence."""

    duty = forms.ChoiceField(label=gettext_lazy("Report"))
    done_at = MomentFormField(label=gettext_lazy("Reported at"))
    evidence = forms.CharField(
        label=gettext_lazy("Evidence"),
        help_text=gettext_lazy(
            "A receipt number or who took the call; or why no report is due, and who decided that."
        ),
        max_length=EVIDENCE_LENGTH,
        widget=forms.Textarea({"rows": 3}),
    )

    def __init__(self, data: Any, owed: Iterable[Duty]) -> None:
        super().__init__(data, initial={"done_at": timezone.now()})
        offer(self, "duty", [(str(one), one.label) for one in owed])


Forms: TypeAlias = Mapping[str, Any]


@permits(Act.READ, post=Act.RECORD_REPORTS)
def regulator(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show the deadlines; staff who may publish record figures and completed reports."""
    incident = get_object_or_404(incidents(), public_id=public_id)
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
    values = forms["estimate"].cleaned_data
    figures = {str(name): values[name] for name in COUNTED}
    estimate_note(incident=incident, figures=figures, grade=values["grade"], by=staff_of(request))
    messages.success(request, _("Saved. Visible to staff only."))


def _mark_done(request: HttpRequest, incident: Incident, forms: Forms) -> None:
    duty_mark_done(incident=incident, by=staff_of(request), **forms["done"].cleaned_data)
    messages.success(request, _("Marked as done. Visible to staff only."))


def _void(request: HttpRequest, incident: Incident, _forms: Forms) -> None:
    number = number_of(request.POST.get("done", "")) or 0
    done = CompletedDuty.objects.filter(incident=incident, pk=number).first()
    if done is None:
        raise ValidationError(_("This report no longer exists."))
    duty_mark_undone(done=done, reason=request.POST.get("reason", ""), by=staff_of(request))
    messages.info(request, _("Undone: the report is due again."))


def _forms(incident: Incident, request: HttpRequest | None = None, step: str = "") -> Forms:
    """Return both forms; the submitted one is bound."""
    sent = {step: request.POST} if request else {}
    standing = standing_of(incident, timezone.now())
    last = incident.estimates.last()
    forms: dict[str, Any] = {"estimate": EstimateForm(sent.get("estimate"), last)}
    owed: list[Duty] = [one.duty for one in standing.owed if one.by]
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
    estimates = incident.estimates.select_related("noted_by").order_by("-noted_at", "-pk")
    context = {
        "incident": incident,
        "standing": standing_of(incident, now),
        "now": now,
        "estimate_form": forms["estimate"],
        "done_form": forms.get("done"),
        "problems": problems or [],
        "estimates": estimates[:SHOWN],
        "done_reports": incident.ticks.select_related("ticked_by", "voided_by")[:SHOWN],
        "thresholds": [
            (str(grade.label), [(str(Measure(name).label), most) for name, most in limits.items()])
            for grade in Grade
            if (limits := rules().thresholds.get(grade))
        ],
    }
    return render(request, "console/regulator.html", context, status=status)


SHOWN: Final = 50
STEPS: Final = {"estimate": _note, "done": _mark_done, "void": _void}
