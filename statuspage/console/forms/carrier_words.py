"""The form of a word that carriers refuse or restrict."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from notifications.carrier_words.matching import folded
from notifications.carrier_words.models import CarrierWord


class CarrierWordForm(forms.ModelForm):  # type: ignore[type-arg]
    """A new word, or the change of one."""

    required_css_class = "required"

    class Meta:
        model = CarrierWord
        fields = ("word", "carrier", "effect", "instead", "note")

    def clean_word(self) -> str:
        """Refuse a word of which nothing would be looked for."""
        word = str(self.cleaned_data["word"])
        if not folded(word):
            raise ValidationError(_("Enter a word with letters, digits or Chinese characters."))
        return word

    def clean(self) -> dict[str, Any]:
        """Refuse a word that is in the list, perhaps in other widths, case or characters."""
        values: dict[str, Any] = super().clean() or self.cleaned_data
        word, carrier = folded(values.get("word", "")), folded(values.get("carrier", ""))
        others = CarrierWord.objects.exclude(pk=self.instance.pk)
        same = (one for one in others if folded(one.word) == word)
        if found := next((one for one in same if folded(one.carrier) == carrier), None):
            problem = _("“%(word)s” is in the list already.") % {"word": found.word}
            self.add_error("word", problem)
        return values
