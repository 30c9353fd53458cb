"""Admin pages for signal rules; only administrators may let a rule publish by itself."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from statuspage.monitors.matching import clean_matchers
from statuspage.monitors.models import SignalRule
from statuspage.staff.reference_data import NeverDeleted


class MatchersField(forms.CharField):
    """Labels as `name=value`, one on each line."""

    widget = forms.Textarea(attrs={"rows": 4, "cols": 60})

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
    """The form of a signal rule."""

    matchers = MatchersField(
        label=_("Labels"),
        help_text=_(
            "For example alertname=PayoutsLate. Every line must match; * matches anything."
        ),
    )


@admin.register(SignalRule)
class SignalRuleAdmin(NeverDeleted, admin.ModelAdmin):  # type: ignore[type-arg]
    """Rules for signals; an unwanted rule is switched off instead of deleted."""

    form = SignalRuleForm
    list_display = ("name", "template", "component", "auto_publish", "enabled", "position")
