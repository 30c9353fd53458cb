"""A notice to merchants; its fields are generated from what its kind declares."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, cast

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import EMPTY_VALUES
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from statuspage.console.drafts import NO_ID, Document, draft, text_or_blank
from statuspage.console.forms.compose import ComposeForm
from statuspage.console.forms.fields import DayField, MomentField, body_field, name_field
from statuspage.incidents.models import Incident
from statuspage.settlement.audience import MerchantCategory
from statuspage.settlement.notices import NoticeKind
from statuspage.settlement.notices.base import (
    PayloadField,
    read_date,
    read_moment,
    read_percent,
    read_text,
)
from statuspage.settlement.services import notice_publish
from statuspage.staff.models import Staff
from statuspage.statements.forms import TextPairField
from statuspage.statements.models import Statement
from statuspage.statements.texts import in_language

# How a payload's value is typed in, by how it is read; anything else is a line of text.
INPUTS: Final[Mapping[Callable[..., Any], Callable[..., forms.Field]]] = {
    read_moment: MomentField,
    read_date: DayField,
    read_percent: lambda **options: forms.DecimalField(min_value=0, max_value=100, **options),
    read_text: TextPairField,
}
PREFIX: Final = "payload_"


class NoticeForm(ComposeForm):
    """A new notice of one kind."""

    title = name_field(_("Headline"))
    body = body_field(_("Text"), _("What merchants get or must do, from when until when."))
    categories = forms.MultipleChoiceField(
        label=_("For whom"),
        choices=MerchantCategory.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None chosen: all merchants."),
    )
    incident = forms.ChoiceField(label=_("Belongs to incident"), required=False)

    def __init__(
        self, data: QueryDict | None, *, kind: NoticeKind, incidents: Sequence[Incident]
    ) -> None:
        super().__init__(data)
        self.kind = kind
        for one in kind.fields:
            self.fields[PREFIX + one.name] = _input(one)
        field = cast("forms.ChoiceField", self.fields["incident"])
        field.choices = [("", _("None")), *map(_incident_choice, incidents)]
        self.order_fields(["title", "body", *(PREFIX + one.name for one in kind.fields)])

    def clean(self) -> dict[str, Any]:
        """Read the payload as the service will; what the kind refuses stands beside its field."""
        values: dict[str, Any] = super().clean() or self.cleaned_data
        try:
            values["payload"] = self.kind.clean(self._payload(values))
        except ValidationError as error:
            self.refuse(error)
        return values

    def field_for(self, name: str) -> str | None:
        """Fields of the payload carry a prefix; one that is wrong already needs no second error."""
        return super().field_for(PREFIX + name) or super().field_for(name)

    def refuse(self, error: ValidationError) -> None:
        """Show a refusal, save of fields that are already marked."""
        problems = getattr(error, "error_dict", None)
        if problems is None:
            super().refuse(error)
            return
        fresh = {
            name: one for name, one in problems.items() if self.field_for(name) not in self.errors
        }
        super().refuse(ValidationError(fresh))

    def draft(self, number: int) -> Document:
        """The notice as it would be."""
        values = self.usable()
        content = {
            "name": text_or_blank(values.get("title")),
            "body": text_or_blank(values.get("body")),
            "payload": values.get("payload") or {},
            "audience": {"categories": sorted(values.get("categories") or [])},
            "incident": values.get("incident") or None,
        }
        return draft(
            number=number,
            kind=f"notice.{self.kind.name}",
            subject=("notice", NO_ID),
            content=content,
            now=timezone.now(),
        )

    def publish(self, author: Staff) -> Statement:
        """Publish the notice."""
        values = self.cleaned_data
        return notice_publish(
            kind=self.kind.name,
            title=values["title"],
            body=values["body"],
            payload=values["payload"],
            audience={"categories": values["categories"]},
            incident_id=values["incident"],
            author=author,
        )

    def _payload(self, values: Mapping[str, Any]) -> dict[str, Any]:
        written = {one.name: values.get(PREFIX + one.name) for one in self.kind.fields}
        return {name: None if value in EMPTY_VALUES else value for name, value in written.items()}


def _input(one: PayloadField) -> forms.Field:
    make = INPUTS.get(one.read, forms.CharField)
    return make(label=one.label, required=one.required)


def _incident_choice(incident: Incident) -> tuple[str, str]:
    return incident.public_id, in_language(incident.name, get_language() or "")
