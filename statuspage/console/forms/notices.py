"""The form of a notice to merchants; its fields come from what its kind declares."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import EMPTY_VALUES
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from statuspage.approvals.scheduling import check_publish_at
from statuspage.approvals.submitting import notice_alone
from statuspage.console.forms.audience import AudienceForm
from statuspage.console.forms.compose import NOT_WRITTEN
from statuspage.console.forms.confirming import ConfirmedForm
from statuspage.console.forms.fields import (
    DayField,
    MomentFormField,
    body_field,
    name_field,
    offer,
    put,
)
from statuspage.console.forms.generated import with_generated
from statuspage.console.forms.payload_inputs import input_for
from statuspage.console.forms.short import short_given
from statuspage.incidents.models import Incident, Template
from statuspage.incidents.placeholders import Facts, facts_of, payload_facts
from statuspage.lib.database_clock import database_now
from statuspage.notices.agents import public_audience
from statuspage.notices.backdating import (
    LINK_LENGTH,
    NUMBER_LENGTH,
    clean_originally,
    said_at,
)
from statuspage.notices.generated import NoticeWords
from statuspage.notices.kind import NoticeKind
from statuspage.notices.oddities import oddities
from statuspage.notices.services import NoticeDraft, check_backdated, foreseen
from statuspage.notices.telling import Told, clean_told
from statuspage.notices.windows import window_of
from statuspage.pages.pictures.views import PICTURED, draft_notes
from statuspage.staff.models import Staff
from statuspage.statements.documents import Content
from statuspage.statements.models import Statement
from statuspage.statements.short import with_short
from statuspage.statements.texts import for_reader

PREFIX: Final = "payload_"
ORIGINALLY: Final = ("published_on", "document_number", "link")


class NoticeForm(AudienceForm, ConfirmedForm):
    """A new notice of one kind."""

    subject_type = "notice"

    title = name_field(_("Headline"))
    body = body_field(_("Text"), _("What merchants get or must do, and from when until when."))
    effective_from = MomentFormField(label=_("In effect from"), required=False)
    effective_until = MomentFormField(label=_("In effect until"), required=False)
    incident = forms.ChoiceField(label=_("Related incident"), required=False)
    told = forms.ChoiceField(
        label=_("Sent to"),
        choices=Told.choices,
        required=False,
        widget=forms.RadioSelect,
        help_text=_("The page, the log and the feeds have every notice."),
    )
    # What was preselected: whoever changed it has decided, and it stays.
    preselected = forms.ChoiceField(choices=Told.choices, required=False, widget=forms.HiddenInput)
    publish_at = MomentFormField(
        label=_("Publish at"),
        required=False,
        help_text=_("Empty: now. It can be stopped until then; approval comes before."),
    )
    published_on = DayField(
        label=_("Originally published on"),
        required=False,
        help_text=_(
            "Only for a notice that you published before, elsewhere: it is shown under that day, "
            "marked so, and sent to nobody."
        ),
    )
    document_number = forms.CharField(
        label=_("Document number"), required=False, max_length=NUMBER_LENGTH
    )
    link = forms.URLField(
        label=_("Link to the original"),
        required=False,
        max_length=LINK_LENGTH,
        assume_scheme="https",
    )
    generated = forms.CharField(required=False, max_length=500, widget=forms.HiddenInput)

    def __init__(
        self, data: QueryDict | None, *, kind: NoticeKind, incidents: Sequence[Incident]
    ) -> None:
        super().__init__(data)
        self.kind, self.statement_kind = kind, f"notice.{kind.name}"
        for name in ("told", "preselected"):
            self.fields[name].initial = kind.told_by_default({}, database_now())
        self.typed_in = [one for one in kind.fields if not one.derived]
        for one in self.typed_in:
            self.fields[PREFIX + one.name] = input_for(one)
        self.names = {one.public_id: one.name for one in incidents}
        known = [(one.public_id, for_reader(one.name)) for one in incidents]
        offer(self, "incident", [("", _("None")), *known])
        self.offer_audience()
        chosen = [PREFIX + one.name for one in self.typed_in]
        # What the words are made from stands before them.
        first = [*chosen, "title", "body"] if kind.generates else ["title", "body", *chosen]
        last = ("confirmed", "confirmed_reason")
        others = [name for name in self.fields if name not in {*first, *last}]
        self.order_fields([*first, *others, *last])
        fields = {one.name: PREFIX + one.name for one in self.typed_in}
        filled, self.new_words = with_generated(self, kind, data, fields)
        # Without data it keeps the empty ones that Django gives it: a form may be sent empty.
        self.data = self.data if filled is None else filled

    @property
    def begins_after(self) -> str:
        """The field after which its author can begin anew with what is in force; empty for none."""
        chosen = self.kind.begins_with
        return PREFIX + chosen[-1] if chosen else ""

    def begin(self, chosen: Mapping[str, Any]) -> None:
        """Begin with what is in force for the chosen values, where the kind says so.

        Those whom it concerns are told, unless its author chooses others.
        """
        begun = self.kind.begin(chosen, database_now())
        for name, value in begun.items():
            self.fields[PREFIX + name].initial = value
        for name, value in concerned(begun).items():
            if name in self.fields:
                self.fields[name].initial = value

    def prepared(self, template: Template) -> dict[str, Any]:
        """Return what the template gives: headline, text and shorter words."""
        name = template.words(database_now(), self.fixed_facts())["name"]
        return {"title": name, **super().prepared(template)}

    def facts(self, values: Mapping[str, Any]) -> Facts:
        """Return what the payload says, and the headline of the related incident."""
        name = self.names.get(values.get("incident") or "")
        about = facts_of(now=database_now(), name=name)
        return {**about, **payload_facts(self.kind, values.get("payload") or {})}

    def clean(self) -> dict[str, Any]:
        """Validate the payload as the service does; each refusal appears beside its field."""
        values: dict[str, Any] = super().clean() or self.cleaned_data
        now = values.get("publish_at") or database_now()
        try:
            if values.get("publish_at"):
                check_publish_at(now, backdated=bool(self._originally(values)))
            values["originally"] = clean_originally(self._originally(values), now)
            at = said_at(values["originally"], now)
            typed = self._payload(values)
            values["payload"] = self.kind.clean(typed, at)
            given = values.get("effective_from"), values.get("effective_until")
            window = window_of(self.kind, values["payload"], *given)
            if values["originally"]:
                check_backdated(self.kind, values["payload"], now)
            self._preselect(values, now, window[1])
            told = clean_told(values["told"], Told.ALL, silent=bool(values["originally"]))
        except ValidationError as error:
            self.refuse(error)
            return values
        about: dict[str, Any] = {
            "audience": self.foreseen_audience(values),
            "incident_id": values.get("incident") or "",
            "told": told,
        }
        self.warnings = oddities(self.kind, values["payload"], at, window=window, **about)
        said = NoticeWords(values.get("title") or {}, values.get("body") or {}, short_given(values))
        self.findings = self.kind.findings(values["payload"], said, at)
        pictured = draft_notes(said.title) if self.kind.name == PICTURED else []
        self.notes = [*self.kind.read_as(typed), *pictured]
        return values

    def _preselect(self, values: dict[str, Any], now: datetime, ends: datetime | None) -> None:
        """Choose whom it is sent to as is usual for what was typed in, unless its author chose.

        The preview and the confirming page say so.
        """
        usual = self.kind.told_by_default(values["payload"], now, ends)
        usual = Told.NOBODY if values["originally"] else usual
        chosen = values.get("told")
        if chosen and (chosen != values.get("preselected") or chosen == usual):
            return
        values["told"] = values["preselected"] = str(usual)
        put(self, told=usual, preselected=usual)

    def field_for(self, name: str) -> str | None:
        """Return the form field of an argument; fields of the payload have a prefix."""
        return super().field_for(PREFIX + name) or super().field_for(name)

    def refuse(self, error: ValidationError) -> None:
        """Show a refusal, except for fields that already have an error."""
        problems = getattr(error, "error_dict", None)
        if problems is None:
            super().refuse(error)
            return
        unmarked = [name for name in problems if self.field_for(name) not in self.errors]
        super().refuse(ValidationError({name: problems[name] for name in unmarked}))

    def written(self) -> NoticeDraft:
        """Return the notice from the values that are valid so far."""
        values = self.usable()
        return NoticeDraft(
            kind=self.kind,
            title=values.get("title") or NOT_WRITTEN,
            body=values.get("body") or NOT_WRITTEN,
            payload=values.get("payload") or {},
            audience=self.foreseen_audience(values),
            incident_id=values.get("incident") or "",
            effective_from=values.get("effective_from"),
            effective_until=values.get("effective_until"),
            short=short_given(values),
            confirmed_reason=values.get("confirmed_reason") or "",
            told=Told(values.get("told") or Told.ALL),
            originally=values.get("originally"),
        )

    def content(self, now: datetime) -> Content:
        """Return the notice's content, including what the service would compute when publishing."""
        written = self.written()
        if written.payload or not self.kind.fields:
            return written.content(foreseen(written), self.usable().get("publish_at") or now)
        audience = public_audience(written.audience)
        names = {"name": written.title, "body": written.body, "audience": audience}
        said = {name: dict(value) for name, value in names.items()}
        return with_short({**said, "told": str(written.told)}, {"short": written.short})

    def publish(self, author: Staff) -> Statement:
        """Publish the notice."""
        return notice_alone(author=author, **self.arguments())

    def arguments(self) -> dict[str, Any]:
        """Return the arguments of the service that publishes it."""
        values = self.cleaned_data
        as_typed = ("title", "body", "effective_from", "effective_until", "told")
        return {
            "kind": self.kind.name,
            "payload": self._payload(values),
            "audience": self.chosen_audience(values),
            "incident_id": values["incident"],
            "originally": values["originally"],
            "short": short_given(values),
            **{name: values[name] for name in (*as_typed, "confirmed", "confirmed_reason")},
        }

    def is_later(self) -> bool:
        """Return whether a time was typed in at which to publish it."""
        return bool(self.is_bound and self["publish_at"].value())

    def _payload(self, values: Mapping[str, Any]) -> dict[str, Any]:
        written = {one.name: values.get(PREFIX + one.name) for one in self.typed_in}
        return {name: None if value in EMPTY_VALUES else value for name, value in written.items()}

    @staticmethod
    def _originally(values: Mapping[str, Any]) -> dict[str, Any]:
        return {name: values[name] for name in ORIGINALLY if values.get(name)}


def concerned(begun: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return the audience of what a form began with: the merchants and the product it names."""
    names = {"categories": "category", "products": "product"}
    return {many: [begun[one]] if begun[one] else [] for many, one in names.items() if one in begun}
