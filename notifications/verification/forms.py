"""What a merchant asks: is this from you?"""

from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

MOST: Final = 2000


class MessageField(forms.CharField):
    """Text that a browser must not cut: what is too long is refused, not compared in part."""

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """All but the greatest length."""
        attrs = super().widget_attrs(widget)
        attrs.pop("maxlength", None)
        return attrs


class MessageForm(forms.Form):
    """A message, or the code alone."""

    message = MessageField(
        label=_("The SMS, or only its code"),
        help_text=_("Paste the whole message if you can: only then can we compare every word."),
        max_length=MOST,
        widget=forms.Textarea(attrs={"rows": 5, "autocomplete": "off", "spellcheck": "false"}),
        error_messages={
            "required": _("Please paste the message, or type its code."),
            "max_length": _("That is too long for an SMS. Paste the one message, nothing else."),
        },
    )
