"""Uploading a list of affected transactions."""

from typing import Any, Final

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from statuspage.incidents.selectors import incidents
from statuspage.statements.texts import in_language

WHOLE: Final = "whole"
GOOD: Final = "good"
INCIDENTS_OFFERED: Final = 100


class UploadForm(forms.Form):
    """Whose transactions they are, the file, and what becomes of its good rows beside bad ones."""

    incident = forms.ChoiceField(label=_("Incident"))
    file = forms.FileField(
        label=_("CSV file"),
        help_text=_(
            "Columns: merchant, reference, phone (last four digits on file), category, time,"
            " amount, state (pending or settled), settled_at, fee_waived. Chinese headings such as"
            " 商户号 do as well, and so does Chinese Excel's encoding."
        ),
    )
    mode = forms.ChoiceField(
        label=_("If some rows are bad"),
        choices=[
            (WHOLE, _("Take over none: I mend the file and upload it again")),
            (GOOD, _("Take over the good ones")),
        ],
        initial=WHOLE,
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        language = get_language() or ""
        choices = [
            (one.public_id, f"{one.started_at:%Y-%m-%d} {in_language(one.name, language)}")
            for one in incidents()[:INCIDENTS_OFFERED]
        ]
        self.fields["incident"].choices = choices  # type: ignore[attr-defined]
