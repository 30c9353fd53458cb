"""The fields of a notice's audience: who is told of it."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from notifications.subscribers.attributes import split
from notifications.subscribers.known import known_models
from statuspage.console.forms.fields import offer
from statuspage.lib.provinces import PROVINCES
from statuspage.notices.audience import (
    AGENT_LENGTH,
    LISTS,
    MOST,
    MOST_AGENTS,
    Audience,
    MerchantCategory,
    clean_audience,
)
from statuspage.notices.kind import NoticeKind
from statuspage.notices.narrowing import audience_for
from statuspage.settlement.in_use import cycles_in_use
from statuspage.settlement.rules import products
from statuspage.statements.texts import for_reader

NARROWING = ("models", "cycles", "agent_codes", "provinces")


class AudienceForm(forms.Form):
    """Merchants by category and product, and what narrows them further."""

    kind: NoticeKind

    categories = forms.MultipleChoiceField(
        label=_("Audience"),
        choices=MerchantCategory.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None chosen: all merchants."),
    )
    products = forms.MultipleChoiceField(
        label=_("Applicable products"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None chosen: all products."),
    )
    as_named = forms.BooleanField(
        label=_("Only send it to merchants with the terminal models named above"),
        required=False,
        initial=True,
    )
    models = forms.CharField(
        label=_("Terminal models"),
        required=False,
        max_length=MOST * 100,
        widget=forms.Textarea({"rows": 2}),
    )
    cycles = forms.CharField(label=_("Settlement cycles"), required=False, max_length=400)
    agent_codes = forms.CharField(
        label=_("Agents"),
        required=False,
        max_length=MOST_AGENTS * AGENT_LENGTH,
        widget=forms.Textarea({"rows": 2}),
        help_text=_(
            "One code per line, such as A01 or A01/B02: with every agent below. Empty: all. "
            "Never shown in public: the page says “some agents’ merchants”."
        ),
    )
    provinces = forms.MultipleChoiceField(
        label=_("Provinces"),
        choices=[*PROVINCES.items()],
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None chosen: all provinces."),
    )
    agents = forms.BooleanField(label=_("Also send to agents"), required=False)

    def offer_audience(self) -> None:
        """Offer the products there are, and name the models and cycles that are known."""
        if goods := [(one.code, for_reader(one.name)) for one in products()]:
            offer(self, "products", goods)
        else:
            del self.fields["products"]
        if not self.kind.has_narrower:
            del self.fields["as_named"]
        comma = pgettext("between names", ", ")
        models, cycles = known_models(), cycles_in_use()
        self.fields["models"].help_text = (
            _("One per line. Empty: all models. Known: %(models)s.")
            % {"models": comma.join(f"{name} ({count:,})" for name, count in models)}
            if models
            else _("One per line. Empty: all models. No subscriber’s model is known yet.")
        )
        self.fields["cycles"].help_text = _(
            "Separated by commas. Empty: all cycles. In force: %(cycles)s."
        ) % {"cycles": comma.join(cycles) or pgettext("settlement cycles", "none")}

    def clean_models(self) -> list[str]:
        """Return the terminal models, one a line or separated."""
        return self._part("models")

    def clean_cycles(self) -> list[str]:
        """Return the settlement cycles as T+1."""
        return self._part("cycles")

    def clean_agent_codes(self) -> list[str]:
        """Return the agents' code paths."""
        return self._part("agent_codes")

    def chosen_audience(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return the audience as the service takes it; what its kind fills in is left out."""
        chosen: dict[str, Any] = {name: sorted(values.get(name) or []) for name in LISTS}
        if values.get("as_named") and not chosen["models"]:
            del chosen["models"]
        return {**chosen, "agents": bool(values.get("agents"))}

    def foreseen_audience(self, values: Mapping[str, Any]) -> Audience:
        """Return the audience as it would be published, as far as it is entered."""
        return audience_for(self.kind, values.get("payload") or {}, self.chosen_audience(values))

    @property
    def narrowing_fields(self) -> list[forms.BoundField]:
        """The fields that most notices leave empty."""
        return [self[name] for name in NARROWING if name in self.fields]

    @property
    def is_narrowed(self) -> bool:
        """Whether one of them has something in it, and must not be folded away."""
        return any(one.errors or one.value() for one in self.narrowing_fields)

    def _part(self, name: str) -> list[str]:
        written = split(self.cleaned_data[name].replace("\r", "\n"))
        found: list[str] = clean_audience({name: written}).get(name, [])
        return found
