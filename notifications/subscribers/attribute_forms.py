"""The fields in which merchants, and staff for them, say what they use and where they are."""

from collections.abc import Mapping
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from notifications.subscribers.attributes import Attributes, clean_models, split
from statuspage.lib.provinces import PROVINCES
from statuspage.settlement.in_use import cycles_in_use
from statuspage.settlement.rules import products
from statuspage.statements.texts import for_reader

# What is in these fields is of one merchant, so a page is never long.
LONGEST: Final = 400
NOT_SAID: Final = pgettext_lazy("a province", "Prefer not to say")


class AttributesForm(forms.Form):
    """Products, terminal models, settlement cycles and province; all may stay empty."""

    products = forms.MultipleChoiceField(
        label=_("Which products do you use?"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    terminal_models = forms.CharField(
        label=_("Which terminal models do you have?"),
        help_text=_("As on the label of the terminal, separated by commas, for example D210, N5."),
        required=False,
        max_length=LONGEST,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    cycles = forms.MultipleChoiceField(
        label=_("Which settlement cycle do you have?"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    province = forms.ChoiceField(label=_("Which province are you in?"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = self.initial
        self._offer("products", {one.code: for_reader(one.name) for one in products()}, chosen)
        self._offer("cycles", {one: one for one in cycles_in_use()}, chosen)
        self.fields["province"].choices = [("", NOT_SAID), *PROVINCES.items()]  # type: ignore[attr-defined]
        if isinstance(chosen.get("terminal_models"), tuple | list):
            self.initial = {**chosen, "terminal_models": ", ".join(chosen["terminal_models"])}

    def clean_terminal_models(self) -> tuple[str, ...]:
        """Return the models as they are compared."""
        return clean_models(split(self.cleaned_data["terminal_models"]))

    @property
    def attributes(self) -> Attributes:
        """What was said, once the form is valid; what was not asked stays as it is."""
        names = {"products", "terminal_models", "cycles", "province"} & set(self.fields)
        given: dict[str, Any] = {name: self.cleaned_data[name] for name in names}
        lists = {name: tuple(one) for name, one in given.items() if not isinstance(one, str)}
        return Attributes(**{**given, **lists})

    @property
    def attribute_fields(self) -> list[forms.BoundField]:
        """The fields of this form that there are, for a template."""
        order = ("products", "terminal_models", "cycles", "province")
        return [self[name] for name in order if name in self.fields]

    @property
    def attributes_said(self) -> bool:
        """Whether one of them has a value, or an error, and must not be folded away."""
        return any(one.errors or one.value() for one in self.attribute_fields)

    def _offer(self, name: str, known: Mapping[str, str], chosen: Mapping[str, Any]) -> None:
        """Offer what there is, and what they have although it is not offered any more."""
        offered = {**known, **{one: one for one in chosen.get(name) or () if one not in known}}
        if offered:
            self.fields[name].choices = [*offered.items()]  # type: ignore[attr-defined]
        else:
            del self.fields[name]
