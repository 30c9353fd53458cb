"""Components and their groups, for administrators; states are changed by statements alone."""

from django import forms
from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from statuspage.components.models import Component, ComponentGroup
from statuspage.staff.reference_data import NeverDeleted, ReferenceData
from statuspage.statements.forms import TextPairField


class ComponentGroupForm(forms.ModelForm):  # type: ignore[type-arg]
    """A group's name in both languages."""

    name = TextPairField(label=_("Name"), max_length=60)

    class Meta:
        model = ComponentGroup
        fields = ("name", "position")


class ComponentForm(forms.ModelForm):  # type: ignore[type-arg]
    """A component's texts in both languages."""

    name = TextPairField(label=_("Name"), max_length=60)
    description = TextPairField(label=_("Description"), max_length=500, required=False)

    class Meta:
        model = Component
        fields = (
            "group",
            "name",
            "description",
            "position",
            "visible",
            "showcase",
            "only_show_if_degraded",
            "start_date",
        )


@admin.register(ComponentGroup)
class ComponentGroupAdmin(ReferenceData, admin.ModelAdmin):  # type: ignore[type-arg]
    """Groups; one that still has components cannot be deleted."""

    form = ComponentGroupForm
    list_display = ("__str__", "position")


@admin.register(Component)
class ComponentAdmin(NeverDeleted, admin.ModelAdmin):  # type: ignore[type-arg]
    """Components; one that is no longer wanted is hidden, because the log speaks of it."""

    form = ComponentForm
    readonly_fields = ("status", "public_id")
    list_display = ("__str__", "group", "status", "visible", "position")
    list_filter = ("group", "visible")
