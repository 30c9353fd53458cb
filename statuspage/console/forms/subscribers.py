"""What staff type about subscribers."""

from django import forms
from django.utils.translation import gettext_lazy as _

REASON_LENGTH = 200


class ImportForm(forms.Form):
    """A file of subscribers."""

    file = forms.FileField(
        label=_("CSV file"),
        help_text=_(
            "Columns: phone, language, category, consent_source (how they agreed: required in every"
            " row); optional: email, topics, components, timezone, one_by_one, merchant."
        ),
    )


class ClearExportForm(forms.Form):
    """Why addresses must leave the product in clear."""

    reason = forms.CharField(
        label=_("Why the addresses are needed in clear"),
        max_length=REASON_LENGTH,
        help_text=_("It is written into the audit log under your name."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class EraseForm(forms.Form):
    """How the subscriber asked to be erased."""

    how = forms.CharField(
        label=_("How they asked for it"),
        max_length=60,
        help_text=_("Such as “hotline, ticket 4711”. No telephone number, no name."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
