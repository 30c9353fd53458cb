"""A notice to merchants; its fields are generated from what its kind declares."""

from collections.abc import Mapping, Sequence
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
from statuspage.console.forms.fields import MomentField, body_field, name_field
from statuspage.console.forms.payloads import input_for
from statuspage.incidents.models import Incident
from statuspage.settlement.audience import MerchantCategory
from statuspage.settlement.notices import NoticeKind
from statuspage.settlement.rules.selectors import products
from statuspage.settlement.services import Draft, Window, foreseen, notice_publish
from statuspage.staff.models import Staff
from statuspage.statements.models import Statement
from statuspage.statements.texts import in_language

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
    products = forms.MultipleChoiceField(
        label=_("For which products"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None chosen: all products."),
    )
    agents = forms.BooleanField(label=_("For agents as well"), required=False)
    effective_from = MomentField(label=_("In effect from"), required=False)
    effective_until = MomentField(label=_("In effect until"), required=False)
    incident = forms.ChoiceField(label=_("Belongs to incident"), required=False)
    confirmed = forms.BooleanField(label=_("I know, and publish it all the same"), required=False)

    def __init__(
        self, data: QueryDict | None, *, kind: NoticeKind, incidents: Sequence[Incident]
    ) -> None:
        super().__init__(data)
        self.kind = kind
        # What is wrong with the text, by calendar and rules; shown while it is being written.
        self.findings: Sequence[str] = ()
        # What is odd about it; to be published it must be confirmed.
        self.warnings: Sequence[str] = ()
        self.typed_in = [one for one in kind.fields if not one.derived]
        for one in self.typed_in:
            self.fields[PREFIX + one.name] = input_for(one)
        self._offer("incident", [("", _("None")), *map(_incident_choice, incidents)])
        self._offer("products", [(one.code, _named(one.name)) for one in products()])
        if not cast("forms.MultipleChoiceField", self.fields["products"]).choices:
            del self.fields["products"]
        self.order_fields(["title", "body", *(PREFIX + one.name for one in self.typed_in)])

    def clean(self) -> dict[str, Any]:
        """Read the payload as the service will; what the kind refuses stands beside its field."""
        values: dict[str, Any] = super().clean() or self.cleaned_data
        try:
            values["window"] = Window(values.get("effective_from"), values.get("effective_until"))
            values["payload"] = self.kind.clean(self._payload(values))
        except ValidationError as error:
            self.refuse(error)
            return values
        self.warnings = self.kind.warnings(values["payload"], timezone.now())
        if body := values.get("body"):
            self.findings = self.kind.proofread(values["payload"], body)
        return values

    def is_ready(self) -> bool:
        """Also that the text does not contradict the payload: a preview shows it all the same."""
        ready = super().is_ready()
        for finding in self.findings:
            self.add_error("body", finding)
        if unconfirmed := bool(self.warnings) and not self.cleaned_data.get("confirmed"):
            self.add_error("confirmed", _("Please confirm this, or change the notice."))
        return ready and not self.findings and not unconfirmed

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

    def written(self) -> Draft:
        """The notice from whatever is usable so far."""
        values = self.usable()
        return Draft(
            kind=self.kind,
            title=text_or_blank(values.get("title")),
            body=text_or_blank(values.get("body")),
            payload=values.get("payload") or {},
            audience=_audience(values),
            incident_id=values.get("incident") or "",
            window=values.get("window") or Window(),
        )

    def draft(self, number: int) -> Document:
        """The notice as it would be, with what publishing it would find out."""
        written = self.written()
        return draft(
            number=number,
            kind=f"notice.{self.kind.name}",
            subject=("notice", NO_ID),
            content=written.content(foreseen(written)) if written.payload else _bare(written),
            now=timezone.now(),
        )

    def publish(self, author: Staff) -> Statement:
        """Publish the notice."""
        values = self.cleaned_data
        return notice_publish(
            kind=self.kind.name,
            title=values["title"],
            body=values["body"],
            payload=self._payload(values),
            audience=_audience(values),
            incident_id=values["incident"],
            effective_from=values["effective_from"],
            effective_until=values["effective_until"],
            author=author,
            confirmed=values["confirmed"],
        )

    def _offer(self, name: str, choices: list[tuple[str, Any]]) -> None:
        cast("forms.ChoiceField", self.fields[name]).choices = choices

    def _payload(self, values: Mapping[str, Any]) -> dict[str, Any]:
        written = {one.name: values.get(PREFIX + one.name) for one in self.typed_in}
        return {name: None if value in EMPTY_VALUES else value for name, value in written.items()}


def _audience(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "categories": sorted(values.get("categories") or []),
        "products": sorted(values.get("products") or []),
        "agents": bool(values.get("agents")),
    }


def _bare(written: Draft) -> dict[str, Any]:
    """While the details are not usable there is nothing to word."""
    return {
        "name": dict(written.title),
        "body": dict(written.body),
        "audience": dict(written.audience),
    }


def _named(name: Mapping[str, str]) -> str:
    return in_language(name, get_language() or "")


def _incident_choice(incident: Incident) -> tuple[str, str]:
    return incident.public_id, _named(incident.name)
