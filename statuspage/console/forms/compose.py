"""The base of every form that publishes a statement."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import EMPTY_VALUES
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from statuspage.incidents.models import Template
from statuspage.incidents.placeholders import Facts, own_facts
from statuspage.lib.database_clock import database_now
from statuspage.staff.models import Staff
from statuspage.statements.documents import Content, Document, Subject, document_of
from statuspage.statements.forms import TextPairField
from statuspage.statements.ids import NO_ID
from statuspage.statements.models import Statement
from statuspage.statements.placeholders import check_filled_in, filled
from statuspage.statements.short import Short
from statuspage.statements.texts import CHINESE, Text, clean_text

STALE = _("This form is incomplete. Please open it again.")
NOT_WRITTEN: Final[Text] = {CHINESE: "…"}
SHORT: Final = "short_"
# What a template gives words for; a notice calls its headline a title.
PREPARED: Final = ("name", "title", "body", "short_sms", "short_wechat")
# Fields of the form itself, which are not part of the statement.
ITS_OWN: Final = frozenset({"token", "version"})


def short_initial(short: Short) -> dict[str, Any]:
    """Return the first values of the fields for shorter words."""
    return {f"{SHORT}{medium}": text for medium, text in short.items()}


class ComposeForm(forms.Form):
    """A form that publishes a statement; its token makes sure that it does so only once."""

    required_css_class = "required"

    token = forms.UUIDField(
        widget=forms.HiddenInput,
        initial=uuid4,
        error_messages={"required": STALE, "invalid": STALE},
    )

    # The statement that it becomes, and the service that publishes it.
    statement_kind: str
    subject_type: str
    subject_id = NO_ID
    corrects: int | None = None
    service: Callable[..., Statement]

    def sent_token(self) -> UUID | None:
        """Return the submitted token, or None if it is not a UUID."""
        try:
            return UUID(str(self["token"].value()))
        except ValueError:
            return None

    def draft(self, number: int) -> Document:
        """Return the statement as it would be published from the values that are valid so far."""
        now = timezone.now()
        return document_of(
            number=number,
            kind=self.statement_kind,
            subject=Subject(self.subject_type, self.subject_id),
            content=self.content(now),
            published_at=now,
            corrects=self.corrects,
        )

    def content(self, now: datetime) -> Content:
        """Return the content of the statement."""
        raise NotImplementedError

    def given(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return the service's arguments by name; empty fields are left out."""
        return {
            name: values[name]
            for name in self.base_fields
            if name not in ITS_OWN and values.get(name) not in EMPTY_VALUES
        }

    def publish(self, author: Staff) -> Statement:
        """Publish the statement; ValidationError where the service refuses it."""
        return self.service(**self.given(self.cleaned_data), author=author)

    def check(self, check: Callable[..., None], *args: Any, **named: Any) -> None:
        """Run one of the service's checks early, so that its refusal appears beside the field."""
        try:
            check(*args, **named)
        except ValidationError as error:
            self.refuse(error)

    def refuse(self, error: ValidationError) -> None:
        """Show a service's refusal beside the fields it names."""
        by_field = error.error_dict if hasattr(error, "error_dict") else {"": error}
        for name, problem in by_field.items():
            self.add_error(self.field_for(name), problem)

    def field_for(self, name: str) -> str | None:
        """Return the form's field for a service's argument, or None when it has none."""
        return name if name in self.fields else None

    def is_ready(self) -> bool:
        """Return True when every field is valid and no placeholder is left.

        A preview does not require this, so that it can show an unfinished template.
        """
        self.is_valid()
        for name, value in dict(self.cleaned_data).items():
            try:
                if isinstance(self.fields.get(name), TextPairField):
                    check_filled_in(value)
            except ValidationError as error:
                self.add_error(name, error)
                # Refused for the public only: the preview goes on showing what is written.
                self.cleaned_data[name] = value
        return not self.errors

    def usable(self) -> Mapping[str, Any]:
        """Return the values of the valid fields, or the initial values before the form is sent.

        Placeholders that the other fields answer are filled in.
        """
        if not self.is_bound:
            return self.filled_in(
                {name: self.get_initial_for_field(one, name) for name, one in self.fields.items()}
            )
        self.is_valid()
        return self.cleaned_data

    def facts(self, values: Mapping[str, Any]) -> Facts:
        """Return what the placeholders of its texts stand for, as far as these values say."""
        return own_facts()

    def filled_in(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return the values with the placeholders of every text filled in where that is known."""
        facts = self.facts(values)
        texts = (name for name in PREPARED if name in self.fields and values.get(name))
        return {**values, **{name: filled(values[name], facts) for name in texts}}

    def fixed_facts(self) -> Facts:
        """Return the facts that nothing in the form changes: a template's words begin with them."""
        return {}

    def prepared(self, template: Template) -> dict[str, Any]:
        """Return the values of the fields that the template gives, by their names."""
        words = template.words(database_now(), self.fixed_facts())
        found = {"body": words["body"], **short_initial(words["short"])}
        return {name: text for name, text in found.items() if name in self.fields}

    def _post_clean(self) -> None:
        """Fill in placeholders once everything else is clean; the text may not grow too long."""
        super()._post_clean()  # type: ignore[misc]
        self.cleaned_data = self.filled_in(self.cleaned_data)
        for name in PREPARED:
            field, text = self.fields.get(name), self.cleaned_data.get(name)
            if isinstance(field, TextPairField) and text:
                try:
                    clean_text(text, max_length=field.max_length)
                except ValidationError as error:
                    self.add_error(name, error)
