"""The console's forms about subscribers."""

from dataclasses import replace
from typing import ClassVar

from django import forms
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from notifications.subscribers.attribute_forms import AttributesForm
from notifications.subscribers.attributes import clean_code
from notifications.subscribers.models import Import, Subscriber
from notifications.subscribers.selectors import attributes_of, who_of
from notifications.subscribers.services.attributes import attributes_set
from notifications.subscribers.services.importing import IMPORTS
from statuspage.lib.provinces import PROVINCES
from statuspage.notices.audience import AGENT_LENGTH, MerchantCategory
from statuspage.staff.impersonal import REACHABLE
from statuspage.staff.models import Staff

REASON_LENGTH = 200


class ImportForm(forms.Form):
    """A file of subscribers."""

    file = forms.FileField(
        label=_("CSV file"),
        help_text=_(
            "Columns: phone, language, category, consent_source (how consent was given; "
            "required in every row); optional: email, topics, components, timezone, "
            "one_by_one, merchant, agent, products, models, cycles, agent_code (A01/B02), "
            "province. Headings may be in Chinese; lists are separated by semicolons. "
            "An empty cell keeps what is known; only language, topics and components go "
            "back to their defaults."
        ),
    )

    def receive(self, author: Staff) -> Import:
        """Store the file."""
        file = self.cleaned_data["file"]
        return IMPORTS.receive(name=file.name, chunks=file.chunks(), author=author)


class KnownForm(AttributesForm):
    """What is known of a subscriber."""

    category = forms.ChoiceField(
        label=_("Category"),
        choices=[("", _("Unknown")), *MerchantCategory.choices],
        required=False,
    )
    agent = forms.BooleanField(label=_("Is an agent"), required=False)
    agent_code = forms.CharField(
        label=_("Agent code"),
        help_text=_(
            "Of the merchant's agent, or of this agent: from the top agent down, such as A01/B02."
        ),
        required=False,
        max_length=AGENT_LENGTH,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    field_order = ("category", "products", "terminal_models", "cycles", "province")
    labels: ClassVar = {
        "products": pgettext_lazy("of a subscriber", "Products"),
        "terminal_models": _("Terminal models"),
        "cycles": _("Settlement cycles"),
        "province": _("Province"),
    }

    def __init__(self, data: QueryDict | None, *, subscriber: Subscriber) -> None:
        known = vars(attributes_of(subscriber))
        super().__init__(
            data, initial={**known, "category": subscriber.category, "agent": subscriber.agent}
        )
        for name in self.labels.keys() & self.fields.keys():
            self.fields[name].label = self.labels[name]
        self.fields["province"].choices = [("", _("Unknown")), *PROVINCES.items()]  # type: ignore[attr-defined]

    def clean_agent_code(self) -> str:
        """Return the code path in its one spelling."""
        return clean_code(self.cleaned_data["agent_code"])

    def save(self, subscriber: Subscriber) -> list[str]:
        """Set what was entered, and return the names of what has changed."""
        values = self.cleaned_data
        return attributes_set(
            subscriber=subscriber,
            attributes=replace(self.attributes, agent_code=values["agent_code"]),
            category=values["category"],
            agent=values["agent"],
        )


class ClearExportForm(forms.Form):
    """The reason for exporting addresses unmasked."""

    reason = forms.CharField(
        label=_("Why you need the full addresses"),
        max_length=REASON_LENGTH,
        help_text=_("It is recorded in the audit log under your name."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class ErasureRequestForm(forms.Form):
    """How the subscriber asked to be erased."""

    how = forms.CharField(
        label=_("How they made the request"),
        max_length=60,
        help_text=_("For example “hotline, ticket 4711”. No phone number, no name."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def clean_how(self) -> str:
        """Refuse a number or address: this stays when the person is gone."""
        how: str = self.cleaned_data["how"]
        if REACHABLE.search(how):
            raise forms.ValidationError(_("No phone number and no e-mail address, please."))
        return how


class ProofForm(forms.Form):
    """Whose consent is to be proven, and why."""

    address = forms.CharField(
        label=_("Full phone number or address"),
        max_length=500,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    reason = forms.CharField(
        label=_("Why you need to know"),
        max_length=REASON_LENGTH,
        help_text=_("It is recorded in the audit log under your name."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class WhoForm(forms.Form):
    """A search by part of a number, or by a whole address, which never appears in a URL."""

    who = forms.CharField(
        label=_("Phone number or address"),
        help_text=_("Last four digits, 138****1234, or the full number or e-mail address."),
        max_length=500,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": _("Enter the number or address to look for.")},
    )

    def clean_who(self) -> str:
        """Return the search term in a form that is safe in a URL."""
        return who_of(self.cleaned_data["who"])

    def result(self, request: HttpRequest) -> HttpResponse:
        """Redirect to the first page of results, keeping the other filters."""
        query = request.GET.copy()
        query["who"] = self.cleaned_data["who"]
        query.pop("after", None)
        return redirect(f"{request.path}?{query.urlencode()}")
