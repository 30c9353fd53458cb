"""Forms that detect a concurrent change of their subject."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from statuspage.console.forms.compose import STALE, ComposeForm
from statuspage.console.forms.fields import put
from statuspage.console.timelines import updates
from statuspage.incidents.models import Incident, Maintenance
from statuspage.statements.models import Statement


class OvertakenForm(ComposeForm):
    """A form that notices when more was said of its subject since the form was opened.

    It then keeps the typed text and takes the new version, so that the author can read what was
    missed and publish the same text with one more press.
    """

    version = forms.IntegerField(
        min_value=1,
        widget=forms.HiddenInput,
        error_messages={"required": STALE, "invalid": STALE, "min_value": STALE},
    )
    seen_version: int

    @property
    def newest_version(self) -> int:
        """The version of the subject as it is now."""
        raise NotImplementedError

    @property
    def superseded(self) -> bool:
        """True when something was said that the author has not seen."""
        return self.seen_version != self.newest_version

    def clean(self) -> dict[str, Any]:
        """Refuse the form when the author has not seen what was said last."""
        values: dict[str, Any] = super().clean() or self.cleaned_data
        seen = values.get("version")
        if seen is not None and seen != self.newest_version:
            text = _(
                "Someone else has published an update in the meantime (shown below). "
                "Yours was not published. Read theirs, adjust your text and publish again."
            )
            self.add_error(None, ValidationError(text, code="superseded"))
            self._take_version(seen)
        return values

    def _take_version(self, seen: int) -> None:
        self.seen_version = seen
        put(self, version=self.newest_version)


class VersionedForm(OvertakenForm):
    """A form about an incident or a maintenance, which count their updates."""

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
    def newest_version(self) -> int:
        """The number of its updates."""
        return self.subject.version

    @property
    def missed(self) -> list[Statement]:
        """The updates published since the form was opened, oldest first."""
        every = updates(self.subject_type, self.subject_id)
        return every[self.seen_version :] if self.superseded else []

    def refuse(self, error: ValidationError) -> None:
        """Show a refusal; after a concurrent update, also show the update that was missed."""
        super().refuse(error)
        if getattr(error, "code", "") == "superseded":
            seen = self.subject.version
            self.subject.refresh_from_db()
            self._take_version(seen)
