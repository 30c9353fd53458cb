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

from statuspage.incidents.placeholders import check_filled_in
from statuspage.staff.models import Staff
from statuspage.statements.documents import Content, Document, Subject, document_of
from statuspage.statements.forms import TextPairField
from statuspage.statements.ids import NO_ID
from statuspage.statements.models import Statement
from statuspage.statements.texts import CHINESE, Text

STALE = _("This form is incomplete. Please open it again.")
NOT_WRITTEN: Final[Text] = {CHINESE: "…"}
# Fields of the form itself, which are not part of the statement.
ITS_OWN: Final = frozenset({"token", "version"})


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
        """Return the values of the valid fields, or the initial values before the form is sent."""
        if not self.is_bound:
            return {
                name: self.get_initial_for_field(one, name) for name, one in self.fields.items()
            }
        self.is_valid()
        return self.cleaned_data
