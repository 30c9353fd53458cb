"""Forms to cancel a maintenance, and to give it other times or other services."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from statuspage.components.models import Component
from statuspage.console.forms.compose import NOT_WRITTEN
from statuspage.console.forms.fields import (
    ComponentsField,
    MomentFormField,
    body_field,
    named,
    offer,
)
from statuspage.console.forms.short import ShortWordsForm
from statuspage.console.forms.subject_facts import maintenance_facts
from statuspage.console.forms.versions import VersionedForm
from statuspage.incidents.content import changed, moved_on
from statuspage.incidents.lifecycle import MAINTENANCE_ACTIVE, MaintenanceStatus
from statuspage.incidents.models import Maintenance
from statuspage.incidents.placeholders import Facts, facts_of
from statuspage.incidents.replanning import (
    CANCELLED,
    RESCHEDULED,
    cancelled_content,
    check_changed,
    check_plan,
    rescheduled,
    rescheduled_content,
)
from statuspage.incidents.selectors import components_told
from statuspage.incidents.services.impacts import maintenance_states, told_changes
from statuspage.incidents.services.replanning import maintenance_cancel, maintenance_reschedule
from statuspage.lib.database_clock import database_now
from statuspage.statements.documents import Content
from statuspage.statements.forms import TextPairField
from statuspage.statements.models import Statement
from statuspage.statements.short import with_short

TIMES: Final = ("scheduled_for", "scheduled_until")


class CancellationForm(ShortWordsForm, VersionedForm):
    """Why a maintenance is cancelled."""

    statement_kind = CANCELLED
    subject_type = "maintenance"

    body = body_field(_("Reason"), _("It is shown on the page and sent to everybody who was told."))

    def __init__(self, data: QueryDict | None, *, maintenance: Maintenance) -> None:
        self.maintenance = maintenance
        super().__init__(data, subject=maintenance, initial={})

    def content(self, now: datetime) -> Content:
        """Return the content of the cancellation."""
        before, said = self.maintenance, {"body": NOT_WRITTEN, **self.given(self.usable())}
        after = changed(before, moved_on(before, MaintenanceStatus.CANCELLED, now))
        told = told_changes(maintenance_states(after, components_told(before)))
        return with_short(cancelled_content(after, said["body"], told, before=before.status), said)

    def fixed_facts(self) -> Facts:
        """Return what is known of the maintenance."""
        return maintenance_facts(self.maintenance)

    def facts(self, values: Mapping[str, Any]) -> Facts:
        """Return what is known of the maintenance; no field changes it."""
        return self.fixed_facts()

    def service(self, **said: Any) -> Statement:
        """Cancel the maintenance."""
        return maintenance_cancel(maintenance=self.maintenance, **said)


class ReschedulingForm(ShortWordsForm, VersionedForm):
    """New times and services of a maintenance; once it has started, its start stays."""

    statement_kind = RESCHEDULED
    subject_type = "maintenance"

    scheduled_for = MomentFormField(label=_("Starts (Beijing time)"))
    scheduled_until = MomentFormField(label=_("Ends (Beijing time)"))
    components = ComponentsField()
    body = body_field(
        _("Text"), _("Why it changes. The old and the new times are added automatically.")
    )
    short_notice_reason = TextPairField(
        label=_("Reason for short notice"),
        help_text=_(
            "Required if the new start is less than five working days ahead. It is shown on the "
            "page."
        ),
        required=False,
    )

    def __init__(
        self,
        data: QueryDict | None,
        *,
        maintenance: Maintenance,
        components: Sequence[Component],
    ) -> None:
        self.maintenance, self.old = maintenance, [*maintenance.components.all()]
        times = {name: getattr(maintenance, name) for name in TIMES}
        chosen = [one.public_id for one in self.old]
        super().__init__(data, subject=maintenance, initial={**times, "components": chosen})
        self.known = {one.public_id: one for one in components}
        offer(self, "components", named(components))
        if maintenance.status in MAINTENANCE_ACTIVE:
            del self.fields["scheduled_for"], self.fields["short_notice_reason"]

    def clean(self) -> dict[str, Any]:
        """Refuse what changes nothing, and times that are not possible."""
        values: dict[str, Any] = super().clean() or self.cleaned_data
        for name in TIMES:
            values[name] = self._exact(name, values.get(name))
        if not self.errors:
            after, _row = rescheduled(self.maintenance, self._said(values), timezone.now())
            self.check(check_changed, self.maintenance, after, self.old, self._new(values))
            reason = values.get("short_notice_reason")
            self.check(check_plan, self.maintenance, after, timezone.now(), reason)
        return values

    def content(self, now: datetime) -> Content:
        """Return the content of the rescheduling; missing values stay as they are."""
        values = self.usable()
        said, before = self._said(values), self.maintenance
        after, _row = rescheduled(before, said, now)
        new = self._new(values)
        told = told_changes(maintenance_states(after, new, released=self.old))
        content = rescheduled_content(
            before,
            after,
            said["body"],
            told,
            old=self.old,
            new=new,
            reason=said.get("short_notice_reason"),
        )
        return with_short(content, said)

    def facts(self, values: Mapping[str, Any]) -> Facts:
        """Return what the fields say of the maintenance from now on."""
        before = self.maintenance
        return facts_of(
            now=database_now(),
            name=before.name,
            components=[one.name for one in self._new(values)],
            starts=values.get("scheduled_for") or before.scheduled_for,
            ends=values.get("scheduled_until") or before.scheduled_until,
        )

    def service(self, **said: Any) -> Statement:
        """Reschedule the maintenance."""
        return maintenance_reschedule(maintenance=self.maintenance, **{"components": [], **said})

    def _said(self, values: Mapping[str, Any]) -> Any:
        return {"body": NOT_WRITTEN, **self.given(values)}

    def _new(self, values: Mapping[str, Any]) -> list[Component]:
        return [self.known[one] for one in values.get("components") or () if one in self.known]

    def _exact(self, name: str, entered: datetime | None) -> datetime | None:
        """Return the time as it is to the second where it was left to the minute."""
        present: datetime = getattr(self.maintenance, name)
        return present if entered == present.replace(second=0, microsecond=0) else entered
