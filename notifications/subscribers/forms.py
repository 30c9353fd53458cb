"""The forms a merchant fills in."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from notifications.channels import channel as find_channel
from notifications.channels.addresses import AddressKind
from notifications.subscribers.choices import Choices, clean_choices
from notifications.subscribers.contacts import CODE_CHANNELS, contact_for_code
from notifications.subscribers.topics import ALL_TOPICS, Topic
from statuspage.components.selectors import grouped, visible_components
from statuspage.settlement.audience import MerchantCategory
from statuspage.statements.texts import CHINESE, ENGLISH, in_language

LANGUAGES: Final = ((CHINESE, "中文"), (ENGLISH, "English"))


class AddressForm(forms.Form):
    """A phone number or, where the operator sends e-mail, an e-mail address."""

    phone = forms.CharField(
        label=_("Mobile number"),
        help_text=_("For example 138 0013 8000. Numbers from abroad begin with + and the country."),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"type": "tel", "inputmode": "tel", "autocomplete": "tel"}),
    )
    email = forms.CharField(
        label=_("E-mail address"),
        max_length=254,
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not find_channel(CODE_CHANNELS[AddressKind.EMAIL]).configured():
            del self.fields["email"]

    def clean(self) -> dict[str, Any]:
        """Exactly one of the two, well-formed."""
        cleaned = super().clean() or {}
        given = [kind for kind in CODE_CHANNELS if cleaned.get(kind.value)]
        if len(given) == 1:
            self._check(given[0])
        elif given:
            self.add_error("email", _("Give either a mobile number or an e-mail address."))
        elif not {"phone", "email"} & set(self.errors):
            self.add_error("phone", _("Please type your mobile number."))
        return cleaned

    @property
    def address(self) -> tuple[AddressKind, str]:
        """What was given, once the form is valid."""
        kind = next(kind for kind in CODE_CHANNELS if self.cleaned_data.get(kind.value))
        return kind, self.cleaned_data[kind.value]

    def _check(self, kind: AddressKind) -> None:
        try:
            contact_for_code(kind, self.cleaned_data[kind.value])
        except ValidationError as error:
            self.add_error(kind.value, error)


class ChoicesForm(forms.Form):
    """What to hear about, and in which language."""

    topics = forms.MultipleChoiceField(
        label=_("What should we tell you about?"),
        choices=Topic.choices,
        initial=list(ALL_TOPICS),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one kind of message.")},
    )
    components = forms.MultipleChoiceField(
        label=_("Which services do you use?"),
        help_text=_("Tick none to hear about all of them, also those that we add later."),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    category = forms.ChoiceField(
        label=_("What kind of merchant are you?"),
        help_text=_("Then you only get the settlement notices that concern you."),
        choices=[("", _("I would rather not say")), *MerchantCategory.choices],
        required=False,
        widget=forms.RadioSelect,
    )
    language = forms.ChoiceField(
        label=_("Language of the messages"), choices=LANGUAGES, widget=forms.RadioSelect
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["components"].choices = _component_choices()  # type: ignore[attr-defined]
        self.fields["language"].initial = get_language()

    def component_groups(self) -> list[tuple[str | None, list[dict[str, Any]]]]:
        """The components' checkboxes under the name of their group."""
        bound = self["components"]
        widget = bound.field.widget
        return [
            (name, options)
            for name, options, _ in widget.optgroups(bound.html_name, bound.value() or [])
        ]

    @property
    def choices(self) -> Choices:
        """What was chosen, once the form is valid."""
        names = ("language", "category", "topics", "components")
        return clean_choices(**{name: self.cleaned_data[name] for name in names})


class SubscribeForm(AddressForm, ChoicesForm):
    """Everything on one page."""

    consent = forms.BooleanField(
        error_messages={"required": _("Without your consent we may not send you anything.")}
    )
    field_order = ("phone", "email", "topics", "components", "category", "language", "consent")


class CodeForm(forms.Form):
    """The six digits."""

    code = forms.CharField(
        label=_("Six-digit code"),
        max_length=20,
        error_messages={"required": _("Please type the code from the message.")},
        widget=forms.TextInput(
            attrs={
                "inputmode": "numeric",
                "autocomplete": "one-time-code",
                "class": "code-input",
            }
        ),
    )


class EraseForm(forms.Form):
    """A second thought before what cannot be undone."""

    sure = forms.BooleanField(
        label=_("Yes, erase my data. I know that this cannot be undone."),
        error_messages={"required": _("Tick the box to confirm that we should erase everything.")},
    )


def initial_choices(choices: Choices) -> Mapping[str, object]:
    """The form's starting values for choices made before."""
    return {
        "language": choices.language,
        "category": choices.category,
        "topics": list(choices.topics),
        "components": list(choices.components),
    }


def _component_choices() -> list[tuple[str, Iterable[tuple[str, str]]] | tuple[str, str]]:
    """Visible components under their groups' names, in the reader's language."""
    language = get_language() or CHINESE
    choices: list[Any] = []
    for row in grouped(visible_components()):
        members = [(one.public_id, in_language(one.name, language)) for one in row.components]
        if row.group:
            choices.append((in_language(row.group.name, language), members))
        else:
            choices.extend(members)
    return choices
