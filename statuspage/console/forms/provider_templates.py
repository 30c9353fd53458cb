"""The form of a template at a provider: what it is for, its text there, and what fills it."""

from typing import Any, Final

from django import forms
from django.conf import settings
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.utils.translation import gettext_lazy as _

from notifications.channels.templated import TemplatedProvider
from notifications.delivery.states import Moment
from notifications.delivery.template_work import templated_providers
from notifications.templates.models import Template
from notifications.templates.services import seen_as, template_save
from statuspage.console.labels import STATEMENTS
from statuspage.notices.kind import every_kind
from statuspage.staff.models import Staff

ANY: Final = ("", _("Any"))
NOTES: Final = {"code": _("Sign-up codes"), "answer": _("Answers to replies")}
MOST: Final = 30
# Fields of the form itself; and what the service calls otherwise.
ITS_OWN: Final = frozenset({"provider", "fields_said", "seen"})
OTHER_NAMES: Final = {"fields": "fields_said", NON_FIELD_ERRORS: None}
# Of providers whose texts are their own, as WeChat's are, there is nothing to enter of these.
THEIR_OWN: Final = ("abroad", "signature", "text")


def kind_choices() -> list[tuple[str, Any]]:
    """Return every kind of statement and note, for a choice or a label."""
    notices = {f"notice.{one.name}": one.label for one in every_kind()}
    return [ANY, *{**STATEMENTS, **notices, **NOTES}.items()]


MOMENTS: Final = {
    Moment.OPENED: _("Opened"),
    Moment.WORSENED: _("Became worse"),
    Moment.UPDATED: _("Updated"),
    Moment.RESOLVED: _("Resolved"),
    Moment.MAINTENANCE_PLANNED: _("Maintenance announced"),
    Moment.MAINTENANCE_BEGINS: _("Maintenance begins"),
    Moment.MAINTENANCE_UPDATED: _("Maintenance updated"),
    Moment.MAINTENANCE_CHANGED: _("Maintenance cancelled or rescheduled"),
    Moment.NOTICE: _("Notice"),
    Moment.PROGRESS: _("Progress"),
    Moment.CORRECTED: _("Corrected or withdrawn"),
}


class VariablesField(forms.CharField):
    """Variables as `name=fact`, one on each line."""

    widget = forms.Textarea(attrs={"rows": 6, "spellcheck": "false"})

    def prepare_value(self, value: Any) -> Any:
        """Return the mapping as lines of text."""
        if isinstance(value, dict):
            return "\n".join(f"{name}={fact}" for name, fact in value.items())
        return value

    def clean(self, value: Any) -> Any:
        """Return the mapping; ValidationError for a line without `=`, or a name given twice."""
        lines = [line.strip() for line in str(super().clean(value)).splitlines() if line.strip()]
        pairs = [tuple(part.strip() for part in line.partition("=")) for line in lines]
        if any(not name or not fact for name, _sign, fact in pairs) or len(lines) > MOST:
            raise ValidationError(_("Write one variable on a line, such as amount=amount."))
        if len({name for name, _sign, _fact in pairs}) < len(pairs):
            raise ValidationError(_("A variable appears twice."))
        return {name: fact for name, _sign, fact in pairs}


class ProviderTemplateForm(forms.Form):
    """A new template, or the change of one."""

    required_css_class = "required"

    # How the template was when the form was opened.
    seen = forms.CharField(required=False, max_length=100, widget=forms.HiddenInput)
    provider = forms.ChoiceField(label=_("Provider"))
    kind = forms.ChoiceField(label=_("Kind"), required=False)
    moment = forms.ChoiceField(
        label=_("Moment"), required=False, choices=[ANY, *((str(k), v) for k, v in MOMENTS.items())]
    )
    language = forms.ChoiceField(
        label=_("Language"), required=False, choices=[ANY, *settings.LANGUAGES]
    )
    abroad = forms.BooleanField(label=_("For numbers outside mainland China"), required=False)
    provider_id = forms.CharField(
        label=_("Template id at the provider"),
        required=False,
        max_length=64,
        help_text=_("Leave empty to have the provider register it."),
    )
    signature = forms.CharField(
        label=_("Signature"),
        required=False,
        max_length=40,
        help_text=_("Empty: the provider's signature from the settings."),
    )
    text = forms.CharField(
        label=_("Text"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_(
            "Exactly as approved, with the provider's variables and without signature. For WeChat"
            " leave it empty: it is asked."
        ),
    )
    fields_said = VariablesField(
        label=_("Variables"),
        required=False,
        max_length=2000,
        help_text=_(
            "One on each line, with what fills it: amount=amount. For WeChat also fixed words after"
            " =, and after | what stands in where the first has nothing that fits:"
            " thing4=body|=查看详情"
        ),
    )

    def __init__(self, *args: Any, template: Template | None = None, **kwargs: Any) -> None:
        if template is not None:
            names = ("provider", "kind", "moment", "language", "abroad", "provider_id")
            first = {name: getattr(template, name) for name in (*names, "signature", "text")}
            kwargs["initial"] = {
                **first,
                "fields_said": template.fields,
                "seen": seen_as(template),
            }
        super().__init__(*args, **kwargs)
        self._template = template
        self._providers = {one.name: one for one in templated_providers()}
        for name, choices in (
            ("provider", [(one.name, one.label) for one in self._providers.values()]),
            ("kind", kind_choices()),
        ):
            field: Any = self.fields[name]
            field.choices = choices
        if template is not None:
            self.fields["provider"].disabled = True
            known = self._providers.get(template.provider)
            for name in THEIR_OWN if known and not known.suggests() else ():
                del self.fields[name]

    @property
    def provider_chosen(self) -> TemplatedProvider:
        """The provider that the form names."""
        return self._providers[self.cleaned_data["provider"]]

    def save(self, *, by: Staff, ip: str) -> Template | None:
        """Save what was entered; None, with errors in the form, where it cannot be sent so."""
        given = {**self.cleaned_data, "fields": self.cleaned_data["fields_said"]}
        template = self._template or Template(provider=given["provider"])
        values = {name: given[name] for name in given if name not in ITS_OWN}
        try:
            template_save(self.provider_chosen, template, values, given["seen"], by=by, ip=ip)
        except ValidationError as error:
            for name, problems in error.message_dict.items():
                self.add_error(OTHER_NAMES.get(name, name), problems)
            return None
        return template
