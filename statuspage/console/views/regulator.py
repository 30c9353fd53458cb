"""The regulator clock of one incident: for staff only, never public."""

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from statuspage.console.access import reads, staff_of
from statuspage.console.forms.regulator import EstimateForm, TickForm
from statuspage.incidents.models import Incident
from statuspage.incidents.selectors import incidents
from statuspage.regulator.clock import COUNTED, Duty, Grade, Measure
from statuspage.regulator.models import Tick
from statuspage.regulator.selectors import rules, standing_of
from statuspage.regulator.services import duty_tick, estimate_note, tick_void

Forms: TypeAlias = Mapping[str, Any]
Step: TypeAlias = Callable[[HttpRequest, Incident, Forms], None]


@reads
def regulator(request: HttpRequest, public_id: str) -> HttpResponse:
    """How the clock stands; who may write notes figures and ticks off what was reported."""
    incident = get_object_or_404(incidents(), public_id=public_id)
    if request.method != "POST":
        return _page(request, incident, _forms(incident))
    step = request.POST.get("step", "")
    if step not in STEPS:
        return HttpResponseBadRequest()
    if not staff_of(request).may_publish:
        return render(request, "console/forbidden.html", status=403)
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
    messages.success(request, _("Noted. It is visible to staff only."))


def _tick(request: HttpRequest, incident: Incident, forms: Forms) -> None:
    duty_tick(incident=incident, by=staff_of(request), **forms["tick"].cleaned_data)
    messages.success(request, _("Ticked off. It is visible to staff only."))


def _void(request: HttpRequest, incident: Incident, _forms: Forms) -> None:
    number = request.POST.get("tick", "")
    found = Tick.objects.filter(incident=incident)
    tick = found.filter(pk=int(number)).first() if NUMBERS.issuperset(number) and number else None
    if tick is None:
        raise ValidationError(_("There is no such report any more."))
    tick_void(tick=tick, reason=request.POST.get("reason", ""), by=staff_of(request))
    messages.info(request, _("Taken back: the report is owed again."))


def _forms(incident: Incident, request: HttpRequest | None = None, step: str = "") -> Forms:
    """Both forms; the one that was sent is bound."""
    sent = {step: request.POST} if request else {}
    standing = standing_of(incident, timezone.now())
    last = incident.estimates.last()
    forms: dict[str, Any] = {"estimate": EstimateForm(sent.get("estimate"), last)}
    owed: list[Duty] = [one.duty for one in standing.owed if one.by]
    if owed or step == "tick":
        forms["tick"] = TickForm(sent.get("tick"), owed)
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
        "tick_form": forms.get("tick"),
        "problems": problems or [],
        "estimates": estimates[:SHOWN],
        "ticks": incident.ticks.select_related("ticked_by", "voided_by")[:SHOWN],
        "thresholds": _thresholds(),
    }
    return render(request, "console/regulator.html", context, status=status)


def _thresholds() -> list[tuple[str, list[tuple[str, int]]]]:
    """The settings in words."""
    return [
        (
            str(grade.label),
            [(str(Measure(name).label), limit) for name, limit in limits.items()],
        )
        for grade in Grade
        if (limits := rules().thresholds.get(grade))
    ]


NUMBERS: Final = frozenset("0123456789")
SHOWN: Final = 50
STEPS: Final[Mapping[str, Step]] = {"estimate": _note, "tick": _tick, "void": _void}
