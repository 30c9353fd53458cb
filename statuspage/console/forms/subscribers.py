"""The console's forms about subscribers."""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from notifications.subscribers.models import Import
from notifications.subscribers.selectors import who_of
from notifications.subscribers.services.importing import IMPORTS
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
            "one_by_one, merchant, agent."
        ),
    )

    def receive(self, author: Staff) -> Import:
        """Store the file."""
        file = self.cleaned_data["file"]
        return IMPORTS.receive(name=file.name, chunks=file.chunks(), author=author)


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
