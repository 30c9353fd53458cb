"""Announcing maintenance and saying more about it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from statuspage.components.models import Component
from statuspage.components.statuses import ComponentStatus
from statuspage.console.drafts import NO_ID, Document, draft, text_or_blank, told_components
from statuspage.console.forms.compose import ComposeForm
from statuspage.console.forms.fields import MomentField, body_field, name_field
from statuspage.console.forms.versions import VersionedForm
from statuspage.console.timelines import updates
from statuspage.incidents.lead_time import check_lead_time
from statuspage.incidents.lifecycle import MAINTENANCE_ACTIVE, MAINTENANCE_TRANSITIONS
from statuspage.incidents.lifecycle import MaintenanceStatus as Status
from statuspage.incidents.models import Maintenance, Template
from statuspage.incidents.placeholders import with_time
from statuspage.incidents.services.maintenances import (
    Occurrence,
    is_beginning,
    maintenance_schedule,
    maintenance_update,
)
from statuspage.incidents.services.recurrences import Due
from statuspage.staff.models import Staff
from statuspage.statements.forms import TextPairField
from statuspage.statements.models import Statement
from statuspage.statements.texts import Text, in_language
from statuspage.statements.times import iso, iso_or_none


class MaintenanceForm(ComposeForm):
    """New planned maintenance."""

    name = name_field(_("Headline"))
    body = body_field(_("Text"), _("What will not work meanwhile, and what merchants should do."))
    components = forms.MultipleChoiceField(
        label=_("Components"), required=False, widget=forms.CheckboxSelectMultiple
    )
    scheduled_for = MomentField(label=_("Starts (Beijing time)"), future=True)
    scheduled_until = MomentField(label=_("Ends (Beijing time)"), future=True)
    short_notice_reason = TextPairField(
        label=_("Why at such short notice"),
        help_text=_("Needed when it is announced less than five working days ahead; it is shown."),
        required=False,
    )

    def __init__(
        self,
        data: QueryDict | None,
        *,
        components: Sequence[Component],
        template: Template | None = None,
        due: Due | None = None,
    ) -> None:
        """`due` is one of a row, to begin with its words and its time."""
        super().__init__(data, initial=_from_due(due) if due else _from_template(template))
        self.due = due
        self.known = {one.public_id: one for one in components}
        field = cast("forms.MultipleChoiceField", self.fields["components"])
        field.choices = [
            (one.public_id, in_language(one.name, get_language() or "")) for one in components
        ]

    def clean(self) -> dict[str, Any]:
        """The end must come after the start."""
        values: dict[str, Any] = super().clean() or self.cleaned_data
        start, end = values.get("scheduled_for"), values.get("scheduled_until")
        if start and end and end <= start:
            self.add_error("scheduled_until", _("The end must come after the start."))
        elif start:
            self._check_lead_time(start, values.get("short_notice_reason"))
        return values

    def _check_lead_time(self, start: datetime, reason: Text | None) -> None:
        try:
            check_lead_time(timezone.now(), start, reason)
        except ValidationError as error:
            self.refuse(error)

    def draft(self, number: int) -> Document:
        """The announcement; announcing changes no component's state."""
        values, now = self.usable(), timezone.now()
        chosen = [self.known[one] for one in values.get("components") or ()]
        content = {
            "name": text_or_blank(values.get("name")),
            "status": Status.SCHEDULED.value,
            "begins": False,
            "scheduled_for": iso_or_none(values.get("scheduled_for")),
            "scheduled_until": iso_or_none(values.get("scheduled_until")),
            "body": text_or_blank(values.get("body")),
            "components": told_components((one, one.status) for one in chosen),
        }
        if reason := values.get("short_notice_reason"):
            content["short_notice_reason"] = reason
        subject = ("maintenance", NO_ID)
        return draft(
            number=number, kind="maintenance.scheduled", subject=subject, content=content, now=now
        )

    def publish(self, author: Staff) -> Statement:
        """Announce the maintenance."""
        values = self.cleaned_data
        return maintenance_schedule(
            name=values["name"],
            body=values["body"],
            components=values["components"],
            scheduled_for=values["scheduled_for"],
            scheduled_until=values["scheduled_until"],
            short_notice_reason=values["short_notice_reason"],
            author=author,
            occurrence=Occurrence(self.due.recurrence, self.due.start) if self.due else None,
        )


class MaintenanceUpdateForm(VersionedForm):
    """The next stage of a maintenance, or more about the present one."""

    body = body_field(_("Text"))
    status = forms.ChoiceField(label=_("Status"))

    def __init__(self, data: QueryDict | None, *, maintenance: Maintenance) -> None:
        self.maintenance = maintenance
        super().__init__(data, subject=maintenance, initial={"status": maintenance.status})
        following = MAINTENANCE_TRANSITIONS[maintenance.status]
        field = cast("forms.ChoiceField", self.fields["status"])
        field.choices = [(one.value, one.label) for one in Status if one in following]

    def draft(self, number: int) -> Document:
        """The update; what is not usable yet stays as it is."""
        values, one = self.usable(), self.maintenance
        status = values.get("status") or one.status
        content = {
            "name": dict(one.name),
            "status": status,
            "begins": is_beginning(one, status),
            "scheduled_for": iso(one.scheduled_for),
            "scheduled_until": iso(one.scheduled_until),
            "body": text_or_blank(values.get("body")),
            "components": told_components(_states(one, status)),
        }
        return draft(
            number=number,
            kind="maintenance.updated",
            subject=("maintenance", one.public_id),
            content=content,
            now=timezone.now(),
        )

    def updates(self) -> list[Statement]:
        """What was said of the maintenance, corrections left out."""
        return updates("maintenance", self.maintenance.public_id)

    def publish(self, author: Staff) -> Statement:
        """Publish the update."""
        values = self.cleaned_data
        return maintenance_update(
            maintenance=self.maintenance,
            status=values["status"],
            body=values["body"],
            author=author,
        )


def _states(maintenance: Maintenance, status: str) -> list[tuple[Component, str]]:
    """The components' states while the maintenance has that status."""
    state = (
        ComponentStatus.UNDER_MAINTENANCE
        if status in MAINTENANCE_ACTIVE
        else ComponentStatus.OPERATIONAL
    )
    return [(component, state.value) for component in maintenance.components.all()]


def _from_template(template: Template | None) -> dict[str, Any]:
    if not template:
        return {}
    now = timezone.now()
    return {
        "name": with_time(template.name, now),
        "body": with_time(template.body, now),
        "components": [one.public_id for one in template.components.all()],
    }


def _from_due(due: Due) -> dict[str, Any]:
    row = due.recurrence
    return {
        "name": row.name,
        "body": row.body,
        "components": [one.public_id for one in row.components.all()],
        "scheduled_for": due.start,
        "scheduled_until": due.end,
    }
