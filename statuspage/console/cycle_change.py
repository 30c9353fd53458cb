"""The drafts of the crisis recipe, as the forms that publish them would send them."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import uuid4

from django.urls import reverse
from django.utils.translation import gettext as _

from statuspage.approvals.recipes import REGULATOR, PreparedStep
from statuspage.components.models import Component
from statuspage.components.statuses import ComponentStatus, Impact
from statuspage.console.forms.compose import ComposeForm
from statuspage.console.forms.cycle_change import CycleChangeForm, waiver_payload
from statuspage.console.forms.incidents import IncidentOpenForm, IncidentUpdateForm
from statuspage.console.forms.notices import PREFIX, NoticeForm
from statuspage.console.forms.states import state_names
from statuspage.console.prepared import as_sent
from statuspage.incidents.lifecycle import IncidentStatus
from statuspage.incidents.models import Incident
from statuspage.incidents.promises import promised_by
from statuspage.lib.database_clock import database_now
from statuspage.notices.kind import notice_kind
from statuspage.notices.telling import Told
from statuspage.settlement.arrival.stoppages import OUTAGES
from statuspage.settlement.cycle_change.planning import Plan, drops_duration
from statuspage.settlement.cycle_change.words import Story
from statuspage.statements.texts import Text, in_each_language
from statuspage.statements.times import iso

IMPACT: Final = Impact.MAJOR


def steps_of(
    form: CycleChangeForm, incident: Incident | None, components: Sequence[Component]
) -> list[PreparedStep]:
    """Return the steps in the order in which to publish them: the incident first."""
    story, values = form.story(), form.cleaned_data
    return [
        _incident_step(story, values["since"], incident, components),
        *_notices(story, values, [incident] if incident else []),
        *_regulator(values),
    ]


def _incident_step(
    story: Story, since: datetime, incident: Incident | None, components: Sequence[Component]
) -> PreparedStep:
    form: IncidentOpenForm | IncidentUpdateForm
    if incident is None:
        form, place = IncidentOpenForm(None, components=components), "console:incident_compose"
        own = {
            "name": story.incident_name,
            "body": story.incident_body,
            "impact": IMPACT,
            "detected_at": since,
            **_opened(story.plan, components),
        }
        return _step(form, reverse(place), story.incident_name, own)
    form = IncidentUpdateForm(None, incident=incident, components=components)
    place = reverse("console:incident_update", args=[incident.public_id])
    own = {"body": story.incident_body, **_updated(story.plan, incident)}
    return _step(form, place, dict(incident.name), own)


def _opened(plan: Plan, components: Sequence[Component]) -> dict[str, Any]:
    """Return the state of what these merchants' payouts depend on.

    With a longer cycle payouts do go out; in an outage no date would be promised for any of them.
    """
    state = (
        ComponentStatus.DEGRADED_PERFORMANCE
        if plan.change.new_cycle
        else ComponentStatus.PARTIAL_OUTAGE
    )
    held = [one.public_id for one in components if _pays_out(one, plan)]
    return {
        "status": IncidentStatus.IDENTIFIED,
        "next_update_by": promised_by(IMPACT, database_now()),
        **state_names(dict.fromkeys(held, state)),
    }


def _updated(plan: Plan, incident: Incident) -> dict[str, Any]:
    """Return the same of an open incident: only an outage becomes slow, with a longer cycle."""
    stopped = [
        row.component.public_id
        for row in incident.affected.all()
        if row.status in OUTAGES and _pays_out(row.component, plan)
    ]
    slow = dict.fromkeys(stopped, ComponentStatus.DEGRADED_PERFORMANCE)
    return state_names(slow) if plan.change.new_cycle else {}


def _pays_out(component: Component, plan: Plan) -> bool:
    to = set(component.pays_out_to)
    return component.pays_out and (not to or bool(to & set(plan.change.categories)))


def _notices(
    story: Story, values: Mapping[str, Any], incidents: Sequence[Incident]
) -> Iterator[PreparedStep]:
    plan = story.plan
    if plan.late:
        payload: dict[str, Any] = {
            "transactions_from": plan.change.begins,
            "transactions_until": plan.late_until,
            "arrives_by": plan.arrives_by,
        }
        yield _notice("delay", story.delay_title, story.delay_body, payload, plan, incidents)
    for rule in plan.rules:
        payload = {
            "category": rule.category,
            "product": rule.product or None,
            "cycle": plan.change.new_cycle,
            # What is left empty stays as in force; a duration cannot.
            "without": ["within"] if drops_duration(rule, plan.change.new_cycle) else [],
            "valid_from": plan.rule_from,
            "valid_until": plan.rule_until,
            "why": story.reason,
        }
        yield _notice(
            "settlement_rule", story.rule_title, story.rule_body, payload, plan, incidents
        )
    if story.waiver:
        payload = waiver_payload(plan, values)
        yield _notice("fee_waiver", story.waiver_title, story.waiver_body, payload, plan, incidents)
    # Every agent: which cycles their merchants have, agents know best.
    everyone: dict[str, Any] = {key: [] for key in ("categories", "products", "cycles")}
    words = story.agents_title, story.agents_body
    yield _notice("general", *words, {}, plan, incidents, told=Told.AGENTS, **everyone)


def _notice(
    kind: str,
    title: Text,
    body: Text,
    payload: Mapping[str, Any],
    plan: Plan,
    incidents: Sequence[Incident],
    **more: Any,
) -> PreparedStep:
    form = NoticeForm(None, kind=notice_kind(kind), incidents=incidents)
    values: dict[str, Any] = {
        "title": title,
        "body": body,
        **{f"{PREFIX}{name}": value for name, value in payload.items()},
        **plan.audience,
        "incident": incidents[0].public_id if incidents else "",
        **more,
    }
    values["cycles"] = ", ".join(values.get("cycles") or [])
    return _step(form, reverse("console:notice_compose", args=[kind]), title, values)


def _step(form: ComposeForm, place: str, title: Text, values: Mapping[str, Any]) -> PreparedStep:
    token = uuid4()
    typed = as_sent(form, {**values, "token": token})
    return PreparedStep(
        form.statement_kind, title, place, token, {name: one for name, one in typed.items() if one}
    )


def _regulator(values: Mapping[str, Any]) -> Iterator[PreparedStep]:
    if values["regulator"]:
        title = in_each_language(lambda: _("Figures for the regulator"))
        known = {"transactions": values["transactions"], "known_at": iso(values["since"])}
        yield PreparedStep(REGULATOR, title, values=known)
