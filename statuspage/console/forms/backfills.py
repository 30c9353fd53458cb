"""An incident that is over, entered afterwards."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from statuspage.components.models import Component
from statuspage.components.statuses import Impact, impact_of
from statuspage.console.drafts import NO_ID, Document, draft, text_or_blank
from statuspage.console.forms.compose import ComposeForm
from statuspage.console.forms.fields import MomentField, body_field, name_field
from statuspage.console.forms.states import ComponentStates
from statuspage.incidents.services.backfills import (
    BACKFILLED,
    backfill_content,
    check_times,
    incident_backfill,
    marked,
    told_states,
)
from statuspage.staff.models import Staff
from statuspage.statements.models import Statement


class BackfillForm(ComposeForm):
    """What happened, from when until when; nobody is told unless the author asks for it."""

    name = name_field(_("Headline"))
    body = body_field(_("Text"), _("What happened, what it meant for merchants, what was done."))
    started_at = MomentField(label=_("Began (Beijing time)"))
    resolved_at = MomentField(label=_("Ended (Beijing time)"))
    impact = forms.ChoiceField(
        label=_("Impact"),
        choices=[("", _("From the components")), *Impact.choices],
        required=False,
    )
    told = forms.BooleanField(
        label=_("Tell subscribers about it"),
        required=False,
        help_text=_("Otherwise it appears on the page, in the feeds and in the API only."),
    )

    def __init__(self, data: QueryDict | None, *, components: Sequence[Component]) -> None:
        super().__init__(data)
        self.states = ComponentStates(self, components, {})

    def clean(self) -> dict[str, Any]:
        """The times must be over and in order."""
        values: dict[str, Any] = super().clean() or self.cleaned_data
        began, ended = values.get("started_at"), values.get("resolved_at")
        if began and ended:
            try:
                check_times(began, ended, timezone.now())
            except ValidationError as error:
                self.refuse(error)
        return values

    def draft(self, number: int) -> Document:
        """The statement, with the line that says when it was entered."""
        values, now = self.usable(), timezone.now()
        claims = self.states.claims(values)
        content = backfill_content(
            name=text_or_blank(values.get("name")),
            body=marked(text_or_blank(values.get("body")), now),
            impact=values.get("impact") or impact_of(status for _one, status in claims),
            components=told_states(claims),
            started_at=values.get("started_at"),
            resolved_at=values.get("resolved_at"),
            told=bool(values.get("told")),
        )
        subject = ("incident", NO_ID)
        return draft(number=number, kind=BACKFILLED, subject=subject, content=content, now=now)

    def publish(self, author: Staff) -> Statement:
        """Enter it."""
        values = self.cleaned_data
        return incident_backfill(
            name=values["name"],
            body=values["body"],
            components={one.public_id: status for one, status in self.states.claims(values)},
            started_at=values["started_at"],
            resolved_at=values["resolved_at"],
            impact=values["impact"] or None,
            told=values["told"],
            author=author,
        )
