"""Forms of the subscription and management pages."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, Final, cast

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext_lazy as _

from notifications.channels import medium as find_medium
from notifications.channels.addresses import AddressKind
from notifications.channels.group_robots.services import SERVICES
from notifications.media import ROBOT, VOICE
from notifications.subscribers.attribute_forms import AttributesForm
from notifications.subscribers.choices import (
    Choices,
    DeliveryPreferences,
    clean_choices,
    clean_merchant,
    initial_of,
)
from notifications.subscribers.contacts import (
    CODE_MEDIA,
    Contact,
    contact_for_code,
    contact_on,
)
from notifications.subscribers.models import ALL_TOPICS, Subscriber, Topic
from notifications.subscribers.recipients import sms_abroad
from notifications.subscribers.services.agreements import CALLS_LABEL, CALLS_TEXT
from notifications.subscribers.services.calls import calls_offered, is_called, phones_of
from notifications.subscribers.services.subscriptions import CHAIN, choices_of, preferences_of
from statuspage.components.selectors import grouped, visible_components
from statuspage.notices.audience import MerchantCategory
from statuspage.privacy.notice import notice_version
from statuspage.statements.texts import CHINESE, ENGLISH, in_language

LANGUAGES: Final = ((CHINESE, "中文"), (ENGLISH, "English"))
WECOM_WHERE: Final = _("WeCom: group settings > Group robots > Add; copy the webhook address.")
# Each field with an address -> what reads it.
CONTACTS: Final[Mapping[str, Callable[[str], Contact]]] = {
    "phone": partial(contact_for_code, AddressKind.PHONE),
    "email": partial(contact_for_code, AddressKind.EMAIL),
    ROBOT: partial(contact_on, ROBOT),
}
ONCE: Final = "once"
EVERY: Final = "every"
FEWEST_WAYS: Final = 2
# Where merchants of a Chinese payment institution are; others are imported with theirs.
TIMEZONES: Final = (
    ("Asia/Shanghai", _("China (Beijing time)")),
    ("Asia/Hong_Kong", _("Hong Kong")),
    ("Asia/Macau", _("Macao")),
    ("Asia/Taipei", _("Taipei")),
    ("Asia/Singapore", _("Singapore")),
    ("Asia/Tokyo", _("Tokyo")),
    ("Asia/Seoul", _("Seoul")),
    ("Asia/Bangkok", _("Bangkok")),
    ("Asia/Dubai", _("Dubai")),
    ("Europe/London", _("London")),
    ("Europe/Berlin", _("Berlin, Paris, Rome")),
    ("America/New_York", _("New York")),
    ("America/Los_Angeles", _("Los Angeles")),
    ("Australia/Sydney", _("Sydney")),
)


def _calls_field() -> forms.BooleanField:
    return forms.BooleanField(label=CALLS_LABEL, help_text=CALLS_TEXT, required=False)


class AddressForm(forms.Form):
    """A phone number, an e-mail address where the operator sends e-mail, or a group robot."""

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
        if not find_medium(CODE_MEDIA[AddressKind.EMAIL]).configured():
            del self.fields["email"]

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
            self.add_error("phone", _("Enter your mobile number."))
        return cleaned

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
        del self.fields["robot"]


class ChoicesForm(AttributesForm):
    """Topics, components, merchant category, attributes and language."""

    topics = forms.MultipleChoiceField(
        label=_("What should we notify you about?"),
        choices=Topic.choices,
        initial=list(ALL_TOPICS),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one type of message.")},
    )
    components = forms.MultipleChoiceField(
        label=_("Which services do you use?"),
        help_text=_(
            "If you tick none, you get messages about all services, including any added later."
        ),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    category = forms.ChoiceField(
        label=_("What kind of merchant are you?"),
        help_text=_("You will only get the settlement notices that apply to you."),
        choices=[("", _("Prefer not to say")), *MerchantCategory.choices],
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
        """Return the components' checkboxes under the name of their group."""
        bound = self["components"]
        widget = bound.field.widget
        groups = widget.optgroups(bound.html_name, bound.value() or [])
        return [(name, options) for name, options, _index in groups]

    @property
    def choices(self) -> Choices:
        """What was chosen, once the form is valid."""
        names = ("language", "category", "topics", "components")
        given = {name: self.cleaned_data[name] for name in names}
        return clean_choices(**given, attributes=self.attributes)


class ManageForm(ChoicesForm):
    """Choices and delivery preferences of a subscriber; preferences not shown stay unchanged."""

    calls = _calls_field()
    quiet = forms.BooleanField(label=_("Quiet hours at night"), required=False)
    timezone = forms.ChoiceField(label=_("Your time zone"), required=False)
    told = forms.ChoiceField(
        label=_("How should we notify you?"), required=False, widget=forms.RadioSelect
    )

    def __init__(self, *args: Any, subscriber: Subscriber, **kwargs: Any) -> None:
        # Also when it is sent: what they have and nobody offers any more can still be chosen.
        super().__init__(*args, initial=initial_of(choices_of(subscriber)), **kwargs)
        self._present = preferences_of(subscriber)
        self.fields["calls"].initial = is_called(subscriber)
        if not (calls_offered() and phones_of(subscriber)):
            del self.fields["calls"]
        self._ask_about_nights()
        self._ask_about_ways(_ways(subscriber))

    @property
    def preferences(self) -> DeliveryPreferences:
        """What was chosen, once the form is valid."""
        given = self.cleaned_data
        return DeliveryPreferences(
            quiet=given.get("quiet", self._present.quiet),
            timezone=given.get("timezone") or self._present.timezone,
            one_by_one=given["told"] == ONCE if given.get("told") else self._present.one_by_one,
        )

    def _ask_about_nights(self) -> None:
        if settings.QUIET_HOURS is None:
            del self.fields["quiet"], self.fields["timezone"]
            return
        start, end = (f"{hour:%H:%M}" for hour in settings.QUIET_HOURS)
        self.fields["quiet"].initial = self._present.quiet
        self.fields["quiet"].help_text = _(
            "Between %(start)s and %(end)s, SMS and WeChat messages are held until %(end)s. "
            "Critical incidents are sent immediately."
        ) % {"start": start, "end": end}
        zones: dict[str, Any] = dict(TIMEZONES)
        zones.setdefault(self._present.timezone, self._present.timezone)
        self.fields["timezone"].choices = list(zones.items())  # type: ignore[attr-defined]
        self.fields["timezone"].initial = self._present.timezone

    def _ask_about_ways(self, ways: Sequence[Any]) -> None:
        if len(ways) < FEWEST_WAYS:
            del self.fields["told"]
            return
        once = _("Notify me once: by %(first)s, and by %(next)s only if that fails") % {
            "first": ways[0],
            "next": str(pgettext("between channels", ", ")).join(map(str, ways[1:])),
        }
        self.fields["told"].choices = [  # type: ignore[attr-defined]
            (ONCE, once),
            (EVERY, _("Notify me on every channel")),
        ]
        self.fields["told"].initial = ONCE if self._present.one_by_one else EVERY


class SubscribeForm(AddressForm, ChoicesForm):
    """Address, choices and consent on one page."""

    consent = forms.BooleanField(
        error_messages={
            "required": _("We can only message you with your consent. Please tick the box.")
        }
    )
    calls = _calls_field()
    # Asked for only where an SMS goes to a provider abroad (PIPL, article 39).
    transfer = forms.BooleanField(required=False)
    # The notice that was read; it may have changed since.
    notice = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)
    field_order = (
        *("phone", "email", "robot", "calls", "topics", "components", "category"),
        *("products", "terminal_models", "cycles", "province", "language", "consent"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["notice"].initial = notice_version()
        if not calls_offered():
            del self.fields["calls"]
        if not sms_abroad():
            del self.fields["transfer"]

    @property
    def transfer_given(self) -> bool:
        """Whether their number may go abroad; an e-mail address does not."""
        return bool(self.cleaned_data.get("transfer")) and self._by_phone

    @property
    def calls_wanted(self) -> bool:
        """Whether they want to be called as well; a mailbox has no bell."""
        return bool(self.cleaned_data.get("calls")) and self._by_phone

    def clean(self) -> dict[str, Any]:
        """Ask for the separate consent where the number goes abroad, and for the present notice."""
        cleaned = super().clean()
        if "transfer" in self.fields and self._by_phone and not self.cleaned_data.get("transfer"):
            self.add_error("transfer", _("Without this consent we cannot send you SMS."))
        if self.cleaned_data.get("notice") not in {"", None, notice_version()}:
            data = cast("QueryDict", self.data).copy()
            data["notice"] = notice_version()
            self.data = data
            self.add_error(
                None, _("Our privacy notice has changed. Please read it and send the form again.")
            )
        return cleaned

    @property
    def _by_phone(self) -> bool:
        contact = getattr(self, "contact", None)
        return contact is not None and contact.kind == AddressKind.PHONE


class SubscriberCodeForm(forms.Form):
    """The six digits."""

    code = forms.CharField(
        label=_("Six-digit code"),
        max_length=20,
        error_messages={"required": _("Enter the code from the message.")},
        widget=forms.TextInput(
            attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "class": "code-input"}
        ),
    )


class MerchantForm(forms.Form):
    """The merchant whose transactions a subscriber wants to receive."""

    merchant = forms.CharField(
        label=_("Merchant number"),
        max_length=60,
        widget=forms.TextInput(attrs={"inputmode": "text", "autocomplete": "off"}),
    )
    last_four = forms.RegexField(
        r"^[0-9]{4}$",
        label=_("Last four digits of the phone on file"),
        help_text=_("The phone number you registered with us as a merchant."),
        max_length=4,
        error_messages={"invalid": _("Enter four digits.")},
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )

    def clean_merchant(self) -> str:
        """Return the merchant number without spaces and dashes."""
        return clean_merchant(self.cleaned_data["merchant"])


class ConfirmEraseForm(forms.Form):
    """Confirmation before everything is erased."""

    sure = forms.BooleanField(
        label=_("Yes, erase my data. This cannot be undone."),
        error_messages={"required": _("Tick the box to confirm.")},
    )


def _at_colon(line: str) -> tuple[str, str, str]:
    """Return a service, its colon in either language, and what to do."""
    return line.partition("\uff1a") if "\uff1a" in line else line.partition(": ")


def _component_choices() -> list[tuple[str, Iterable[tuple[str, str]]] | tuple[str, str]]:
    """Return the visible components by group, with names in the reader's language."""
    language = get_language() or CHINESE
    choices: list[Any] = []
    for row in grouped(visible_components()):
        members = [(one.public_id, in_language(one.name, language)) for one in row.components]
        if row.group:
            choices.append((in_language(row.group.name, language), members))
        else:
            choices.extend(members)
    return choices


def _ways(subscriber: Subscriber) -> list[Any]:
    """Return the names of the channels that reach a subscriber now, in the order of the chain."""
    reachable = subscriber.addresses.filter(suppressed_at=None, confirmed_at__isnull=False)
    reachable = reachable.exclude(channel=VOICE)  # it comes beside them
    names = dict.fromkeys(reachable.order_by("position", "pk").values_list("channel", flat=True))
    ordered: list[str] = [name for name in CHAIN if name in names]
    ordered += [name for name in names if name not in CHAIN]
    return [find_medium(name).label for name in ordered]
