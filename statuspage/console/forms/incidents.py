"""Opening an incident and saying more about it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from statuspage.components.models import Component
from statuspage.components.statuses import Impact, impact_of
from statuspage.console.drafts import NO_ID, Document, draft, text_or_blank, told_components
from statuspage.console.forms.compose import ComposeForm
from statuspage.console.forms.fields import MomentField, body_field, name_field
from statuspage.console.forms.states import ComponentStates
from statuspage.console.forms.versions import VersionedForm
from statuspage.console.timelines import updates
from statuspage.incidents.lifecycle import INCIDENT_TRANSITIONS, IncidentStatus
from statuspage.incidents.models import Incident, Template
from statuspage.incidents.placeholders import with_time
from statuspage.incidents.promises import promised_by
from statuspage.incidents.services.incidents import (
    after_opening,
    after_update,
    check_detection,
    incident_open,
    incident_update,
    is_worse,
)
from statuspage.monitors.deciding import draft_opened
from statuspage.monitors.models import SignalDraft
from statuspage.monitors.opening import opening_of
from statuspage.staff.models import Staff
from statuspage.statements.models import Statement
from statuspage.statements.times import iso, iso_or_none

BODY_HELP = _(
    "What happened, what it means for merchants’ money, what they should do, what comes next."
)
FIRST_STATUSES = [one for one in IncidentStatus if one != IncidentStatus.RESOLVED]


def _choices(statuses: Sequence[IncidentStatus]) -> list[tuple[str, Any]]:
    return [(status.value, status.label) for status in statuses]


def _next_update_field() -> MomentField:
    return MomentField(
        label=_("Next update by"),
        help_text=_("A promise: the page shows it and says so when it is late. Beijing time."),
        required=False,
        future=True,
    )


class IncidentOpenForm(ComposeForm):
    """A new incident, blank or from a template."""

    name = name_field(_("Headline"))
    body = body_field(_("Text"), BODY_HELP)
    status = forms.ChoiceField(label=_("Status"), choices=_choices(FIRST_STATUSES))
    impact = forms.ChoiceField(
        label=_("Impact"),
        choices=[("", _("From the components")), *Impact.choices],
        required=False,
    )
    next_update_by = _next_update_field()
    detected_at = MomentField(
        label=_("Noticed at"),
        help_text=_("When we found out. The time to the first public word is measured from then."),
        required=False,
    )

    def __init__(
        self,
        data: QueryDict | None,
        *,
        components: Sequence[Component],
        template: Template | None = None,
        signal: SignalDraft | None = None,
        chosen: Mapping[str, str] | None = None,
    ) -> None:
        """`signal` is what a monitor made of it, where it did: publishing decides that, too.

        `chosen` are states to begin with, by public id, over those of signal or template.
        """
        initial, present = _from_signal(signal) if signal else _from_template(template)
        super().__init__(data, initial=initial)
        self.signal = signal
        self.states = ComponentStates(self, components, present | dict(chosen or {}))

    def draft(self, number: int) -> Document:
        """The opening statement; a missing impact follows from the components."""
        values, now = self.usable(), timezone.now()
        claims = self.states.claims(values)
        impact = values.get("impact") or impact_of(status for _one, status in claims)
        noticed = values.get("detected_at")
        incident = Incident(impact=impact, started_at=noticed or now, detected_at=noticed)
        content = {
            "name": text_or_blank(values.get("name")),
            "status": values.get("status") or IncidentStatus.INVESTIGATING,
            "impact": impact,
            "worsened": False,
            "started_at": iso(incident.started_at),
            "body": text_or_blank(values.get("body")),
            "components": told_components(claims),
            "next_update_by": iso_or_none(values.get("next_update_by")),
            **after_opening(incident),
        }
        subject = ("incident", NO_ID)
        return draft(
            number=number, kind="incident.opened", subject=subject, content=content, now=now
        )

    def publish(self, author: Staff) -> Statement:
        """Open the incident."""
        values = self.cleaned_data
        statement = incident_open(
            name=values["name"],
            body=values["body"],
            status=values["status"],
            impact=values["impact"] or None,
            components=_by_id(self.states.claims(values)),
            next_update_by=values["next_update_by"],
            detected_at=values["detected_at"],
            author=author,
        )
        if self.signal:
            draft_opened(draft=self.signal, statement=statement, by=author)
        return statement

    def clean_detected_at(self) -> datetime | None:
        """Not in the future."""
        noticed: datetime | None = self.cleaned_data["detected_at"]
        try:
            check_detection(timezone.now(), None, noticed)
        except ValidationError as error:
            raise ValidationError(error.messages) from error
        return noticed


class IncidentUpdateForm(VersionedForm):
    """The next update of an incident; begins with what holds now."""

    body = body_field(_("Text"), BODY_HELP)
    status = forms.ChoiceField(
        label=_("Status"),
        help_text=_("“Resolved” sets all components of this incident back to operational."),
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
        """`chosen` are states to begin with, by public id, over those that it holds now."""
        self.incident = incident
        initial: dict[str, Any] = {
            "impact": incident.impact,
            "status": _likely_next(incident.status),
        }
        if incident.status != IncidentStatus.RESOLVED:
            initial["next_update_by"] = promised_by(incident.impact, timezone.now())
        super().__init__(data, subject=incident, initial=initial)
        present = {row.component.public_id: row.status for row in incident.affected.all()}
        self.states = ComponentStates(self, components, present | dict(chosen or {}))
        following = INCIDENT_TRANSITIONS[incident.status]
        status = cast("forms.ChoiceField", self.fields["status"])
        status.choices = _choices([one for one in IncidentStatus if one in following])

    def draft(self, number: int) -> Document:
        """The update; what is not usable yet stays as it is."""
        values, now = self.usable(), timezone.now()
        status = values.get("status") or self.incident.status
        impact = values.get("impact") or self.incident.impact
        resolved = status == IncidentStatus.RESOLVED
        told = told_components(self._drafted_claims(values, resolved=resolved))
        content = {
            "name": dict(self.incident.name),
            "status": status,
            "impact": impact,
            "worsened": is_worse(impact, told, than=self.incident),
            "started_at": iso(self.incident.started_at),
            "body": text_or_blank(values.get("body")),
            "components": told,
            "next_update_by": None if resolved else iso_or_none(values.get("next_update_by")),
            **after_update(Incident(impact=impact, status=status), now),
        }
        subject = ("incident", self.incident.public_id)
        return draft(
            number=number, kind="incident.updated", subject=subject, content=content, now=now
        )

    def updates(self) -> list[Statement]:
        """What was said of the incident, corrections left out."""
        return updates("incident", self.incident.public_id)

    def publish(self, author: Staff) -> Statement:
        """Publish the update."""
        values = self.cleaned_data
        resolved = values["status"] == IncidentStatus.RESOLVED
        return incident_update(
            incident=self.incident,
            status=values["status"],
            body=values["body"],
            impact=values["impact"],
            # Resolving lets go of all of them: the selects only say what held until now.
            components={} if resolved else _by_id(self.states.claims(values)),
            next_update_by=None if resolved else values["next_update_by"],
            author=author,
        )

    def clean(self) -> dict[str, Any]:
        """A promise left over from before is no obstacle to saying that it is over."""
        values = super().clean()
        if values.get("status") == IncidentStatus.RESOLVED and "next_update_by" in self.errors:
            del self.errors["next_update_by"]
        return values

    def _drafted_claims(
        self, values: Mapping[str, Any], *, resolved: bool
    ) -> list[tuple[Component, str]]:
        if not resolved:
            return self.states.claims(values)
        return [(row.component, "operational") for row in self.incident.affected.all()]


def _by_id(claims: Sequence[tuple[Component, str]]) -> dict[str, str]:
    return {component.public_id: status for component, status in claims}


def _likely_next(status: str) -> str:
    """The status to begin with: the present one, unless it cannot follow itself."""
    following = INCIDENT_TRANSITIONS[status]
    return status if status in following else next(iter(following))


def _from_template(template: Template | None) -> tuple[dict[str, Any], dict[str, str]]:
    """A form's first values, and the components' first states."""
    now = timezone.now()
    impact = template.impact if template else Impact.MAJOR
    first: dict[str, Any] = {"next_update_by": promised_by(impact, now)}
    if not template:
        return first, {}
    first |= {
        "name": with_time(template.name, now),
        "body": with_time(template.body, now),
        "status": template.status,
        "impact": template.impact,
    }
    return first, {one.public_id: template.component_status for one in template.components.all()}


def _from_signal(signal: SignalDraft) -> tuple[dict[str, Any], dict[str, str]]:
    """The same for what a monitor reports."""
    opening = opening_of(signal, timezone.now())
    first = {name: value for name, value in vars(opening).items() if name != "components"}
    return first, dict(opening.components)
