"""Forms that detect a concurrent change of their subject."""

from collections.abc import Mapping
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from statuspage.console.forms.compose import STALE, ComposeForm
from statuspage.console.timelines import updates
from statuspage.incidents.models import Incident, Maintenance
from statuspage.statements.models import Statement


class VersionedForm(ComposeForm):
    """A form that notices when its subject was updated since the form was opened.

    It then keeps the typed text and takes the new version, so that the author can read the missed
    update and publish the same text with one more press.
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
        subject: Incident | Maintenance,
        initial: Mapping[str, Any],
    ) -> None:
        self.subject, self.subject_id = subject, subject.public_id
        self.seen_version = subject.version
        super().__init__(data, initial={**initial, "version": subject.version})

    @property
    def superseded(self) -> bool:
        """True when there is an update that the author has not seen."""
        return self.seen_version != self.subject.version

    @property
    def missed(self) -> list[Statement]:
        """The updates published since the form was opened, oldest first."""
        every = updates(self.subject_type, self.subject_id)
        return every[self.seen_version :] if self.superseded else []

    def clean(self) -> dict[str, Any]:
        """Refuse the form when the author has not seen the latest update."""
        values: dict[str, Any] = super().clean() or self.cleaned_data
        seen = values.get("version")
        if seen is not None and seen != self.subject.version:
            text = _(
                "Someone else has published an update in the meantime (shown below). "
                "Yours was not published. Read theirs, adjust your text and publish again."
            )
            self.add_error(None, ValidationError(text, code="superseded"))
            self._take_version(seen)
        return values

    def refuse(self, error: ValidationError) -> None:
        """Show a refusal; after a concurrent update, also show the update that was missed."""
        super().refuse(error)
        if getattr(error, "code", "") == "superseded":
            seen = self.subject.version
            self.subject.refresh_from_db()
            self._take_version(seen)

    def _take_version(self, seen: int) -> None:
        self.seen_version = seen
        data = cast("QueryDict", self.data).copy()
        data["version"] = str(self.subject.version)
        self.data = data
