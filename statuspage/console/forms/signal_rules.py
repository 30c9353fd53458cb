"""The form of a rule for signals: its labels line by line."""

from datetime import datetime
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from statuspage.components.models import Component
from statuspage.console.forms.fields import offer
from statuspage.monitors.matching import LONGEST_VALUE, MOST_LABELS, clean_matchers
from statuspage.monitors.models import Signal, SignalRule
from statuspage.monitors.rules import FIELDS
from statuspage.monitors.selectors import rules
from statuspage.statements.texts import for_reader

# Labels that say which one of many it is: a rule for all of them leaves these out.
OF_ONE_MACHINE: Final = frozenset({"instance", "pod", "node", "host", "machine", "container"})


def seen_moment(value: str) -> datetime | None:
    """Return the moment that a form carried along; None for none, or for nonsense."""
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        return None


class MatchersField(forms.CharField):
    """Labels as `name=value`, one on each line."""

    widget = forms.Textarea(attrs={"rows": 4, "spellcheck": "false"})

    def prepare_value(self, value: Any) -> Any:
        """Return the mapping as lines of text."""
        if isinstance(value, dict):
            return "\n".join(f"{name}={wanted}" for name, wanted in value.items())
        return value

    def clean(self, value: Any) -> Any:
        """Return the mapping; ValidationError for a line without `=`, a name or a value."""
        lines = [line.strip() for line in str(super().clean(value)).splitlines() if line.strip()]
        pairs = [line.partition("=") for line in lines]
        if len({name.strip() for name, _sign, _wanted in pairs}) < len(pairs):
            raise ValidationError(_("A label appears twice."))
        return clean_matchers({name.strip(): wanted.strip() for name, _sign, wanted in pairs})


class SignalRuleForm(forms.ModelForm):  # type: ignore[type-arg]
    """A new rule, or the change of one."""

    required_css_class = "required"

    matchers = MatchersField(
        label=_("Labels"),
        max_length=MOST_LABELS * LONGEST_VALUE,
        help_text=_(
            "For example alertname=PayoutsLate. Every line must match; * matches anything."
        ),
    )
    # When the rule that was read had last been changed.
    seen = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)

    class Meta:
        model = SignalRule
        fields = FIELDS

    def __init__(
        self, data: QueryDict | None, *, rule: SignalRule, signal: Signal | None = None
    ) -> None:
        """Start with the rule's values; those of a new one from the signal, where one is given."""
        first = _from_signal(signal) if signal else {}
        seen = rule.changed_at.isoformat() if rule.changed_at else ""
        super().__init__(data, instance=rule, initial={**first, "seen": seen})
        components = [(str(one.pk), for_reader(one.name)) for one in Component.objects.all()]
        offer(self, "component", [("", "—"), *components])

    def seen_at(self) -> datetime | None:
        """Return when the rule that the author read had last been changed."""
        return seen_moment(self.cleaned_data["seen"])


def _from_signal(signal: Signal) -> dict[str, Any]:
    """Return the values of a rule for what fires: its labels, but those of one machine."""
    labels = sorted(signal.labels.items(), key=lambda pair: (pair[0] != "alertname", pair[0]))
    usable = {name: _written(text) for name, text in labels if _is_one_line(name) and text.strip()}
    kept = {name: text for name, text in usable.items() if name not in OF_ONE_MACHINE}
    last = rules().last()
    return {
        "name": (signal.labels.get("alertname") or signal.summary or signal.source)[:80],
        "matchers": kept or usable,
        "position": min((last.position + 1) if last else 0, 9999),
    }


def _is_one_line(name: str) -> bool:
    """Return whether the name of a label can be told from its value in a line of the form."""
    return [name] == name.split("=")[0].strip().splitlines()


def _written(text: str) -> str:
    """Return the value as a line of the form says it: a * for line breaks and outer spaces."""
    parts = [line.strip() for line in text.splitlines()]
    return text if [text] == parts else f"*{'*'.join(parts)}*"
