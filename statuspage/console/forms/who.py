"""Looking for an address."""

from django import forms
from django.utils.translation import gettext_lazy as _

from notifications.subscribers.search import who_of


class WhoForm(forms.Form):
    """Part of a number, or a whole address, which goes no further than this form."""

    who = forms.CharField(
        label=_("Number or address"),
        help_text=_("Last four digits, 138****1234, or the whole number or e-mail address."),
        max_length=500,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": _("Type whom you are looking for.")},
    )

    def clean_who(self) -> str:
        """What may stand in an address of the web."""
        return who_of(self.cleaned_data["who"])
