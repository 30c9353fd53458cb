"""Rules for signals: list, make, change, try and confirm them."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from statuspage.console.access import permits, reads, staff_of
from statuspage.console.forms.signal_rules import SignalRuleForm, seen_moment
from statuspage.console.wanted import chosen_row
from statuspage.incidents.content import Opening
from statuspage.lib.client_ip import client_ip
from statuspage.lib.database_clock import database_now
from statuspage.monitors.decisions import opening_of
from statuspage.monitors.models import SignalDraft, SignalRule
from statuspage.monitors.rules import rule_confirm, rule_save
from statuspage.monitors.selectors import rules, signals
from statuspage.monitors.trial import TriedDraft, rule_try
from statuspage.notices.services import check_second_person
from statuspage.staff.models import Staff
from statuspage.staff.permissions import Act, may
from statuspage.statements.texts import LANGUAGES


@reads
def signal_rules(request: HttpRequest) -> HttpResponse:
    """List the rules in their order."""
    administers = may(staff_of(request), Act.REFERENCE_DATA)
    context = {"rules": rules(), "administers": administers}
    return render(request, "console/signal_rules.html", context)


@permits(Act.REFERENCE_DATA)
def signal_rule_new(request: HttpRequest) -> HttpResponse:
    """Make a rule, blank or from a signal; it matches at once what fires."""
    signal = chosen_row(request, "signal", signals())
    form = SignalRuleForm(_sent(request), rule=SignalRule(), signal=signal)
    return _form_page(request, SignalRule(), form)


@permits(Act.READ, post=Act.REFERENCE_DATA)
def signal_rule(request: HttpRequest, number: int) -> HttpResponse:
    """Show a rule and, if asked, its trial; administrators change it."""
    rule = get_object_or_404(rules(), pk=number)
    # The form writes into its row: the page shows the rule as it is.
    form = SignalRuleForm(_sent(request), rule=get_object_or_404(rules(), pk=number))
    return _form_page(request, rule, form)


@permits(Act.APPROVE)
@require_POST
def signal_rule_confirm(request: HttpRequest, number: int) -> HttpResponse:
    """Let a rule publish without confirmation, as a second person."""
    rule = get_object_or_404(rules(), pk=number)
    seen = seen_moment(request.POST.get("seen", ""))
    try:
        rule_confirm(rule=rule, by=staff_of(request), seen=seen, ip=client_ip(request))
    except ValidationError as error:
        messages.warning(request, " ".join(error.messages))
    else:
        messages.success(request, _("Confirmed. The rule publishes by itself from now on."))
    return redirect("console:signal_rule", number=number)


def _form_page(request: HttpRequest, rule: SignalRule, form: SignalRuleForm) -> HttpResponse:
    trial = None
    tries = "try" in (request.GET if request.method == "GET" else request.POST)
    if request.method == "POST" and form.is_valid():
        if not tries and (saved := _saved(request, form)):
            return saved
        if tries:
            # Nothing was changed.
            request.no_act = True  # type: ignore[attr-defined]
            trial = rule_try(form.instance)
    elif tries and rule.pk:
        trial = rule_try(rule)
    staff = staff_of(request)
    context = {
        "rule": rule if rule.pk else None,
        "form": form if may(staff, Act.REFERENCE_DATA) else None,
        "complain": form.is_bound,
        "trial": trial,
        "tried": [_tried(form.instance if form.is_bound else rule, one) for one in trial.drafts]
        if trial
        else [],
        "seen": rule.changed_at.isoformat() if rule.changed_at else "",
        "languages": LANGUAGES,
        "confirms": rule.pk is not None and rule.waits and _may_confirm(staff, rule),
    }
    status = 400 if form.is_bound and form.errors else 200
    return render(request, "console/signal_rule.html", context, status=status)


def _saved(request: HttpRequest, form: SignalRuleForm) -> HttpResponse | None:
    """Save, and redirect to the rule; None where it is refused, with the reason in the form."""
    try:
        rule = rule_save(
            rule=form.instance, by=staff_of(request), seen=form.seen_at(), ip=client_ip(request)
        )
    except ValidationError as error:
        form.add_error(None, ValidationError(error.messages))
        return None
    messages.success(request, _("Saved. What fires now was matched at once."))
    return redirect("console:signal_rule", number=rule.pk)


@dataclass(frozen=True)
class TriedIncident:
    """A draft of a trial with the incident that it would have opened."""

    draft: TriedDraft
    opening: Opening


def _tried(rule: SignalRule, draft: TriedDraft) -> TriedIncident:
    row = SignalDraft(rule=rule, detected_at=draft.detected_at, last_signal_at=draft.made_at)
    return TriedIncident(draft, opening_of(row, database_now()))


def _may_confirm(staff: Staff, rule: SignalRule) -> bool:
    try:
        check_second_person(rule.changed_by, staff, rule.changed_at)
    except ValidationError:
        return False
    return True


def _sent(request: HttpRequest) -> Any:
    return request.POST if request.method == "POST" else None
