"""Admin pages for templates; incidents and maintenance are not in the admin."""

from django import forms
from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from statuspage.incidents.lifecycle import IncidentStatus
from statuspage.incidents.models import Template
from statuspage.staff.reference_data import ReferenceData
from statuspage.statements.forms import TextPairField


class TemplateForm(forms.ModelForm):  # type: ignore[type-arg]
    """A template's texts in both languages."""

    name = TextPairField(label=_("Headline"), max_length=120)
    body = TextPairField(
        label=_("Text"), long=True, help_text=_("{Placeholders} must be filled in by the author.")
    )
    status = forms.ChoiceField(
        label=_("Status"),
        choices=[one for one in IncidentStatus.choices if one[0] != IncidentStatus.RESOLVED],
    )

    class Meta:
        model = Template
        fields = (
            "use",
            "title",
            "name",
            "body",
            "status",
            "impact",
            "components",
            "component_status",
            "position",
        )
        widgets = {"components": forms.CheckboxSelectMultiple}


@admin.register(Template)
class TemplateAdmin(ReferenceData, admin.ModelAdmin):  # type: ignore[type-arg]
    """Templates for the first minutes of an incident and for maintenance."""

    form = TemplateForm
    list_display = ("title", "use", "impact", "position")
    list_filter = ("use",)
