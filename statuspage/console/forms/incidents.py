"""Forms to open an incident and to update it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, cast

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from statuspage.components.models import Component
from statuspage.components.statuses import Impact
from statuspage.console.forms.compose import NOT_WRITTEN, short_initial
from statuspage.console.forms.fields import MomentFormField, body_field, name_field, offer, offers
from statuspage.console.forms.naming import NamingForm
from statuspage.console.forms.reported import first_values, reported_opened
from statuspage.console.forms.short import ShortWordsForm
from statuspage.console.forms.states import ComponentStates, state_names
from statuspage.console.forms.subject_facts import incident_facts
from statuspage.console.forms.versions import VersionedForm
from statuspage.incidents.content import (
    Opening,
    Update,
    changed,
    opened,
    opening_content,
    update_content,
    updated,
)
from statuspage.incidents.lifecycle import INCIDENT_TRANSITIONS, IncidentStatus
from statuspage.incidents.models import Incident, Template
from statuspage.incidents.moments import STATUS_OF
from statuspage.incidents.placeholders import Facts, facts_of
from statuspage.incidents.promises import check_incident_times, promised_by
from statuspage.incidents.services.impacts import incident_states, told_changes
from statuspage.incidents.services.incidents import (
    incident_open,
    incident_reopen,
    incident_update,
)
from statuspage.lib.database_clock import database_now
from statuspage.monitors.models import Signal, SignalDraft
from statuspage.staff.models import Staff
from statuspage.statements.documents import Content
from statuspage.statements.models import Statement
from statuspage.statements.short import with_short

BODY_HELP = _(
    "What happened, what it means for merchants’ money, what they should do, and what comes next."
)
FIRST_STATUSES = [one for one in IncidentStatus if one != IncidentStatus.RESOLVED]
BLANK: Final = {"name": NOT_WRITTEN, "body": NOT_WRITTEN}


def status_choices(statuses: Sequence[IncidentStatus]) -> list[tuple[str, Any]]:
    """Return the choices of a status."""
    return [(status.value, status.label) for status in statuses]


def impact_field() -> forms.ChoiceField:
    """Return the choice of an impact, which may be left to the components."""
    choices = [("", _("Based on the affected services")), *Impact.choices]
    return forms.ChoiceField(label=_("Impact"), choices=choices, required=False)


def _next_update_field() -> MomentFormField:
    return MomentFormField(
        label=_("Next update by"),
        help_text=_("The page shows it as a promise and marks it when it is late. Beijing time."),
        required=False,
        future=True,
    )


class IncidentOpenForm(ShortWordsForm, NamingForm):
    """A new incident, blank or from a template."""

    statement_kind = "incident.opened"
    service = staticmethod(incident_open)

    name = name_field(_("Headline"))
    body = body_field(_("Text"), BODY_HELP)
    status = forms.ChoiceField(label=_("Status"), choices=status_choices(FIRST_STATUSES))
    impact = impact_field()
    next_update_by = _next_update_field()
    detected_at = MomentFormField(
        label=_("Detected at"),
        help_text=_("When we detected it. The time to first update is measured from then."),
        required=False,
    )

    def __init__(
        self,
        data: QueryDict | None,
        *,
        components: Sequence[Component],
        signal: SignalDraft | None = None,
        reported: Signal | None = None,
        chosen: Mapping[str, str] | None = None,
    ) -> None:
        """Fill in the first values from the draft of `signal`, or from a bare signal, if given.

        `chosen` are states by public id; they override those of the signal.
        """
        now = database_now()
        first = first_values(signal, reported, now)
        present = first.pop("components", {})
        super().__init__(data, initial={**first, **short_initial(first.pop("short", {}))})
        self.signal, self.reported = signal, reported
        self.states = ComponentStates(self, components, {**present, **(chosen or {})})
        self.offer_services()

    def prepared(self, template: Template) -> dict[str, Any]:
        """Return what the template gives: words, status, impact, and the state of components."""
        now = database_now()
        concerned = [one.public_id for one in template.components.all()]
        return {
            "name": template.words(now, self.fixed_facts())["name"],
            **super().prepared(template),
            "status": template.status,
            "impact": template.impact,
            "next_update_by": promised_by(template.impact, now),
            **state_names(dict.fromkeys(concerned, template.component_status)),
        }

    def facts(self, values: Mapping[str, Any]) -> Facts:
        """Return what the other fields say of the incident."""
        now = database_now()
        return facts_of(
            now=now,
            name=values.get("name"),
            components=[one.name for one in self.claims(values)],
            started=values.get("detected_at") or now,
            next_update=values.get("next_update_by"),
        )

    def clean(self) -> dict[str, Any]:
        """Refuse a detection time in the future."""
        values: dict[str, Any] = super().clean() or self.cleaned_data
        noticed = values.get("detected_at")
        self.check(check_incident_times, database_now(), detected_at=noticed)
        return values

    def content(self, now: datetime) -> Content:
        """Return the content of the opening statement."""
        values = self.usable()
        said = cast("Opening", {**BLANK, **self.given(values)})
        incident = opened(said, now)
        claims = self.claims(values)
        told = told_changes(incident_states(incident, claims))
        return with_short(opening_content(incident, said["body"], told, claims), said)

    def publish(self, author: Staff) -> Statement:
        """Open the incident."""
        statement = super().publish(author)
        reported_opened(self.signal, self.reported, statement, author)
        return statement


class IncidentUpdateForm(ShortWordsForm, VersionedForm, NamingForm):
    """The next update of an incident; it starts with the present values.

    Of a resolved incident it says more, and leaves it resolved.
    """

    statement_kind = "incident.updated"

    body = body_field(_("Text"), BODY_HELP)
    status = forms.ChoiceField(
        label=_("Status"),
        help_text=_("“Resolved” sets all services of this incident back to operational."),
    )
    impact = forms.ChoiceField(label=_("Impact"), choices=Impact.choices)
    next_update_by = _next_update_field()

    def __init__(
        self,
        data: QueryDict | None,
        *,
        incident: Incident,
        components: Sequence[Component],
        chosen: Mapping[str, str] | None = None,
    ) -> None:
        """Fill in the present states; `chosen` overrides them, by public id."""
        self.incident = incident
        following = self.following(incident)
        initial: dict[str, Any] = {"impact": incident.impact}
        # The present one, unless it cannot follow itself.
        initial["status"] = incident.status if incident.status in following else following[0]
        if initial["status"] != IncidentStatus.RESOLVED:
            initial["next_update_by"] = promised_by(incident.impact, database_now())
        super().__init__(data, subject=incident, initial=initial)
        self.present = {row.component.public_id: row.status for row in incident.affected.all()}
        self.states = ComponentStates(self, components, {**self.present, **(chosen or {})})
        self.offer_services()
        offer(self, "status", status_choices(following))

    @staticmethod
    def following(incident: Incident) -> list[IncidentStatus]:
        """Return the statuses to choose from; reopening has a form of its own."""
        if incident.status == IncidentStatus.RESOLVED:
            return [IncidentStatus.RESOLVED]
        return [one for one in IncidentStatus if one in INCIDENT_TRANSITIONS[incident.status]]

    def held(self) -> list[Component]:
        """Return the services that the incident has named before."""
        return [row.component for row in self.incident.affected.all()]

    def prepared(self, template: Template) -> dict[str, Any]:
        """Return what the template gives: words, and the status that it is for, if possible now."""
        found, status = super().prepared(template), STATUS_OF.get(template.use, "")
        return {**found, "status": status} if offers(self, "status", status) else found

    def fixed_facts(self) -> Facts:
        """Return what is known of the incident."""
        return incident_facts(self.incident)

    def facts(self, values: Mapping[str, Any]) -> Facts:
        """Return what is known of the incident, and when the next update is promised."""
        now, by = database_now(), values.get("next_update_by")
        return {**self.fixed_facts(), **facts_of(now=now, next_update=by)}

    def claims(self, values: Mapping[str, Any]) -> dict[Component, str]:
        """Return the states that differ from the present ones: the others continue.

        A resolved incident holds no component.
        """
        if values.get("status") == IncidentStatus.RESOLVED:
            return {}
        chosen = super().claims(values)
        return {one: new for one, new in chosen.items() if self.present.get(one.public_id) != new}

    def given(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return the service's arguments: what changes; a resolved incident promises nothing."""
        said = super().given(values)
        if said.get("status") == IncidentStatus.RESOLVED:
            said.pop("next_update_by", None)
        if said.get("impact") == self.incident.impact:
            del said["impact"]
        return said

    def content(self, now: datetime) -> Content:
        """Return the content of the update; missing values stay as they are."""
        values, before = self.usable(), self.incident
        written = {"status": before.status, "body": NOT_WRITTEN, **self.given(values)}
        said = cast("Update", written)
        after = changed(before, updated(before, said, now))
        claims = self.claims(values)
        told = told_changes(incident_states(after, claims))
        return with_short(update_content(after, said, told, claims, than=before), said)

    def service(self, **said: Any) -> Statement:
        """Publish the update."""
        return incident_update(incident=self.incident, **said)

    def clean(self) -> dict[str, Any]:
        """Drop an error about the promised next update when the incident is resolved."""
        values = super().clean()
        if values.get("status") == IncidentStatus.RESOLVED and "next_update_by" in self.errors:
            del self.errors["next_update_by"]
        return values


class IncidentReopenForm(IncidentUpdateForm):
    """Open a resolved incident again."""

    @staticmethod
    def following(incident: Incident) -> list[IncidentStatus]:
        """Return the status in which an incident is opened again."""
        return [IncidentStatus.INVESTIGATING]

    def service(self, **said: Any) -> Statement:
        """Reopen the incident."""
        said.pop("status", None)
        return incident_reopen(incident=self.incident, **said)
