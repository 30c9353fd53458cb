"""Forms to announce maintenance and to update it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from statuspage.components.models import Component
from statuspage.console.forms.compose import NOT_WRITTEN
from statuspage.console.forms.fields import (
    ComponentsField,
    MomentFormField,
    body_field,
    name_field,
    named,
    offer,
    offers,
)
from statuspage.console.forms.short import ShortWordsForm
from statuspage.console.forms.subject_facts import maintenance_facts
from statuspage.console.forms.versions import VersionedForm
from statuspage.incidents.content import announced, changed, maintenance_content, moved_on
from statuspage.incidents.lifecycle import MAINTENANCE_UPDATES
from statuspage.incidents.lifecycle import MaintenanceStatus as Status
from statuspage.incidents.models import Maintenance, Template
from statuspage.incidents.moments import STATUS_OF
from statuspage.incidents.placeholders import Facts, facts_of
from statuspage.incidents.promises import check_lead_time
from statuspage.incidents.services.impacts import maintenance_states, told_changes
from statuspage.incidents.services.maintenances import (
    DueOccurrence,
    maintenance_schedule,
    maintenance_update,
)
from statuspage.lib.database_clock import database_now
from statuspage.statements.documents import Content
from statuspage.statements.forms import TextPairField
from statuspage.statements.models import Statement
from statuspage.statements.short import with_short


class MaintenanceForm(ShortWordsForm):
    """New planned maintenance."""

    statement_kind = "maintenance.scheduled"
    subject_type = "maintenance"

    name = name_field(_("Headline"))
    body = body_field(
        _("Text"), _("What will not work during the maintenance, and what merchants should do.")
    )
    components = ComponentsField()
    scheduled_for = MomentFormField(label=_("Starts (Beijing time)"), future=True)
    scheduled_until = MomentFormField(label=_("Ends (Beijing time)"), future=True)
    short_notice_reason = TextPairField(
        label=_("Reason for short notice"),
        help_text=_(
            "Required if announced less than five working days ahead. It is shown on the page."
        ),
        required=False,
    )

    def __init__(
        self,
        data: QueryDict | None,
        *,
        components: Sequence[Component],
        due: DueOccurrence | None = None,
    ) -> None:
        """Fill in the first values; `due` is an occurrence of recurring maintenance to announce."""
        super().__init__(data, initial=_from_due(due) if due else {})
        self.due = due
        self.known = {one.public_id: one for one in components}
        offer(self, "components", named(components))

    def prepared(self, template: Template) -> dict[str, Any]:
        """Return what the template gives: words and components."""
        return {
            "name": template.words(database_now())["name"],
            **super().prepared(template),
            "components": [one.public_id for one in template.components.all()],
        }

    def facts(self, values: Mapping[str, Any]) -> Facts:
        """Return what the other fields say of the maintenance."""
        return facts_of(
            now=database_now(),
            name=values.get("name"),
            components=[self.known[one].name for one in values.get("components") or ()],
            starts=values.get("scheduled_for"),
            ends=values.get("scheduled_until"),
        )

    def clean(self) -> dict[str, Any]:
        """Refuse an end before the start, and a late announcement without a reason."""
        values: dict[str, Any] = super().clean() or self.cleaned_data
        start, end = values.get("scheduled_for"), values.get("scheduled_until")
        if start and end and end <= start:
            self.add_error("scheduled_until", _("The end must be after the start."))
        elif start:
            reason = values.get("short_notice_reason")
            self.check(check_lead_time, timezone.now(), start, reason)
        return values

    def content(self, now: datetime) -> Content:
        """Return the content of the announcement; it changes no component's state."""
        blank = {"name": NOT_WRITTEN, "body": NOT_WRITTEN}
        times = {"scheduled_for": None, "scheduled_until": None}
        said: Any = {**blank, **times, **self.given(self.usable())}
        maintenance = announced(said, now)
        chosen = [self.known[one] for one in said.get("components", ())]
        told = told_changes(maintenance_states(maintenance, chosen))
        reason = said.get("short_notice_reason")
        return with_short(maintenance_content(maintenance, said["body"], told, reason=reason), said)

    def service(self, **said: Any) -> Statement:
        """Announce the maintenance."""
        return maintenance_schedule(**{"components": [], **said}, due=self.due)


class MaintenanceUpdateForm(ShortWordsForm, VersionedForm):
    """The next stage of a maintenance, or more information about the present one."""

    statement_kind = "maintenance.updated"
    subject_type = "maintenance"

    body = body_field(_("Text"))
    status = forms.ChoiceField(label=_("Status"))

    def __init__(self, data: QueryDict | None, *, maintenance: Maintenance) -> None:
        self.maintenance = maintenance
        super().__init__(data, subject=maintenance, initial={"status": maintenance.status})
        following = MAINTENANCE_UPDATES[maintenance.status]
        offer(self, "status", [(one.value, one.label) for one in Status if one in following])

    def prepared(self, template: Template) -> dict[str, Any]:
        """Return what the template gives: words, and the status that it is for, if possible now."""
        found, status = super().prepared(template), STATUS_OF.get(template.use, "")
        return {**found, "status": status} if offers(self, "status", status) else found

    def fixed_facts(self) -> Facts:
        """Return what is known of the maintenance."""
        return maintenance_facts(self.maintenance)

    def facts(self, values: Mapping[str, Any]) -> Facts:
        """Return what is known of the maintenance; no field changes it."""
        return self.fixed_facts()

    def content(self, now: datetime) -> Content:
        """Return the content of the update; missing values stay as they are."""
        before = self.maintenance
        said = {"status": before.status, "body": NOT_WRITTEN, **self.given(self.usable())}
        after = changed(before, moved_on(before, said["status"], now))
        told = told_changes(maintenance_states(after, before.components.all()))
        return with_short(
            maintenance_content(after, said["body"], told, before=before.status), said
        )

    def service(self, **said: Any) -> Statement:
        """Publish the update."""
        return maintenance_update(maintenance=self.maintenance, **said)


def _from_due(due: DueOccurrence) -> dict[str, Any]:
    row = due.recurrence
    return {
        "name": row.name,
        "body": row.body,
        "components": [one.public_id for one in row.components.all()],
        "scheduled_for": due.start,
        "scheduled_until": due.end,
    }
