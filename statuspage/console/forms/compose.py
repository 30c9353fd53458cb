"""What every form that publishes has in common."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from statuspage.console.drafts import Document
from statuspage.incidents.placeholders import check_filled_in
from statuspage.staff.models import Staff
from statuspage.statements.forms import TextPairField
from statuspage.statements.models import Statement
from statuspage.statements.texts import Text

STALE = _("This form is incomplete. Please open it again.")


class ComposeForm(forms.Form):
    """A form that becomes a statement; its token lets it do so once."""

    required_css_class = "required"

    token = forms.UUIDField(
        widget=forms.HiddenInput,
        initial=uuid4,
        error_messages={"required": STALE, "invalid": STALE},
    )

    def draft(self, number: int) -> Document:
        """The statement as it would be, from whatever is usable so far."""
        raise NotImplementedError

    def publish(self, author: Staff) -> Statement:
        """Publish what was written.

        Raises:
            ValidationError: the service refuses it.
        """
        raise NotImplementedError

    def refuse(self, error: ValidationError) -> None:
        """Show a service's refusal beside the fields it names."""
        for name, problem in _by_field(error).items():
            self.add_error(self.field_for(name), problem)

    def field_for(self, name: str) -> str | None:
        """The form's own field for a service's argument; None when it has none."""
        return name if name in self.fields else None

    def is_ready(self) -> bool:
        """True when all is in order and no placeholder is left: then it may be published.

        A preview does not ask for that, so that it can show a template as it is.
        """
        self.is_valid()
        for name, value in dict(self.cleaned_data).items():
            if isinstance(self.fields.get(name), TextPairField):
                self._check_filled_in(name, value)
        return not self.errors

    def usable(self) -> Mapping[str, Any]:
        """The cleaned values of those fields that are in order; the first values at first."""
        if not self.is_bound:
            return {
                name: self.get_initial_for_field(one, name) for name, one in self.fields.items()
            }
        self.is_valid()
        return self.cleaned_data

    def _check_filled_in(self, name: str, value: Text) -> None:
        try:
            check_filled_in(value)
        except ValidationError as error:
            self.add_error(name, error)
            # Refused for the public only: the preview goes on showing what is written.
            self.cleaned_data[name] = value


def _by_field(error: ValidationError) -> dict[str, Any]:
    return dict(error.error_dict) if hasattr(error, "error_dict") else {"": error}
