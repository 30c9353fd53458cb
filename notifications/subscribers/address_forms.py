"""The part of a form that asks for an address, of the kinds to which a code can be sent."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from notifications.channels.addresses import AddressKind
from notifications.channels.group_robots.services import SERVICES
from notifications.media import ROBOT
from notifications.subscribers.contacts import CODE_MEDIA, Contact, contact_for_code, contact_on
from notifications.subscribers.recipients import can_be_sent

WECOM_WHERE: Final = _("WeCom: group settings > Group robots > Add; copy the webhook address.")
# Each field with an address -> what reads it.
CONTACTS: Final[Mapping[str, Callable[[str], Contact]]] = {
    "phone": partial(contact_for_code, AddressKind.PHONE),
    "email": partial(contact_for_code, AddressKind.EMAIL),
    ROBOT: partial(contact_on, ROBOT),
}
# What is said where nothing was entered, by the field.
MISSING: Final = {
    "phone": _("Enter your mobile number."),
    "email": _("Enter your e-mail address."),
    ROBOT: _("Enter the address of the group robot."),
}
NOTHING_SENT: Final = _("We cannot send codes right now. Please try again in a minute.")


class AddressForm(forms.Form):
    """A phone number where the operator sends SMS, an e-mail address likewise, or a group robot."""

    contact: Contact

    phone = forms.CharField(
        label=_("Mobile number"),
        help_text=_(
            "For example 138 0013 8000. For numbers outside mainland China, start with + and the "
            "country code."
        ),
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
    robot = forms.CharField(
        label=_("Address of the group robot"),
        help_text=_("Paste it as the group's settings show it. We send the code to the group."),
        max_length=1100,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, kind in (("phone", AddressKind.PHONE), ("email", AddressKind.EMAIL)):
            if not can_be_sent(CODE_MEDIA[kind]):
                del self.fields[name]

    def clean(self) -> dict[str, Any]:
        """Require exactly one well-formed address, and store it as `contact`."""
        cleaned = super().clean() or {}
        given = [name for name in CONTACTS if cleaned.get(name)]
        if len(given) == 1:
            try:
                self.contact = CONTACTS[given[0]](cleaned[given[0]])
            except ValidationError as error:
                self.add_error(given[0], error)
        elif ROBOT in given:
            self.add_error(ROBOT, _("Enter one address only."))
        elif given:
            self.add_error("email", _("Enter a mobile number or an e-mail address, not both."))
        elif not set(CONTACTS) & set(self.errors):
            self._ask_for_one()
        return cleaned

    def _ask_for_one(self) -> None:
        """Say what is to be entered: at the first of the addresses that are offered."""
        asked = next((one for one in MISSING if one in self.fields), None)
        self.add_error(asked, MISSING[asked] if asked else NOTHING_SENT)

    @property
    def robot_help(self) -> list[tuple[str, str]]:
        """Where to find the address of a robot: each service that is allowed, and what to do."""
        allowed = (one for one in SERVICES.values() if one.scheme in settings.ROBOT_SERVICES)
        lines = [str(WECOM_WHERE), *(str(one.where) for one in allowed)]
        return [("".join(parts[:2]), parts[2]) for parts in map(_at_colon, lines)]


class PhoneForm(AddressForm):
    """A phone number alone."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields.pop("email", None)
        del self.fields[ROBOT]


def _at_colon(line: str) -> tuple[str, str, str]:
    """Return a service, its colon in either language, and what to do."""
    return line.partition("\uff1a") if "\uff1a" in line else line.partition(": ")
