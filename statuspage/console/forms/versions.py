"""Forms about something that another person, or the clock, may change meanwhile."""

from collections.abc import Mapping
from typing import Any, Protocol, cast

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from statuspage.console.forms.compose import STALE, ComposeForm
from statuspage.statements.models import Statement


class Versioned(Protocol):
    """A row that counts its changes."""

    version: int

    def refresh_from_db(self) -> None:
        """Read it again."""


class VersionedForm(ComposeForm):
    """A form that notices when its subject has moved on since it was opened.

    It then keeps what was typed and takes the new version, so that after reading what came
    between, the same text can be published with one more press.
    """

    version = forms.IntegerField(
        min_value=1,
        widget=forms.HiddenInput,
        error_messages={"required": STALE, "invalid": STALE, "min_value": STALE},
    )

    def __init__(
        self,
        data: QueryDict | None,
        *,
        subject: Versioned,
        initial: Mapping[str, Any],
    ) -> None:
        self.subject = subject
        self.seen_version = subject.version
        super().__init__(data, initial={**initial, "version": subject.version})

    @property
    def superseded(self) -> bool:
        """True when there is an update that the author has not seen."""
        return self.seen_version != self.subject.version

    @property
    def missed(self) -> list[Statement]:
        """The updates that were published since the form was opened, oldest first."""
        return self.updates()[self.seen_version :] if self.superseded else []

    def updates(self) -> list[Statement]:
        """Every statement that moved the subject on: its version counts exactly these."""
        raise NotImplementedError

    def clean(self) -> dict[str, Any]:
        """Refuse a text that was written before the latest update was read."""
        values: dict[str, Any] = super().clean() or self.cleaned_data
        seen = values.get("version")
        if seen is not None and seen != self.subject.version:
            self._overtaken(seen)
        return values

    def refuse(self, error: ValidationError) -> None:
        """Show a refusal; when someone was quicker, also which update was missed."""
        super().refuse(error)
        if getattr(error, "code", "") == "superseded":
            seen = self.subject.version
            self.subject.refresh_from_db()
            self._take_version(seen)

    def _overtaken(self, seen: int) -> None:
        self.add_error(
            None,
            ValidationError(
                _(
                    "Someone else has published an update meanwhile; it is shown below."
                    " Nothing of yours was published. Read it, adjust your text, publish again."
                ),
                code="superseded",
            ),
        )
        self._take_version(seen)

    def _take_version(self, seen: int) -> None:
        self.seen_version = seen
        data = cast("QueryDict", self.data).copy()
        data["version"] = str(self.subject.version)
        self.data = data
