"""The form of a word that carriers refuse or restrict."""

from django import forms

from notifications.carrier_words.models import CarrierWord


class CarrierWordForm(forms.ModelForm):  # type: ignore[type-arg]
    """A new word, or the change of one."""

    required_css_class = "required"

    class Meta:
        model = CarrierWord
        fields = ("word", "carrier", "effect", "instead", "note")
