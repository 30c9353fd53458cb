"""Admin pages for components and groups; states are changed by statements only."""

from django import forms
from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from statuspage.components.models import Component, ComponentGroup
from statuspage.lib.merchants import MerchantCategory
from statuspage.staff.reference_data import NeverDeleted, ReferenceData
from statuspage.statements.forms import TextPairField


class ComponentGroupForm(forms.ModelForm):  # type: ignore[type-arg]
    """A group's name in both languages."""

    name = TextPairField(label=_("Name"), max_length=60)


class ComponentForm(forms.ModelForm):  # type: ignore[type-arg]
    """A component's texts in both languages."""

    name = TextPairField(label=_("Name"), max_length=60)
    description = TextPairField(label=_("Description"), max_length=500, required=False)
    pays_out_to = forms.MultipleChoiceField(
        label=_("Payouts to"),
        choices=MerchantCategory.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None chosen: all merchants."),
    )


@admin.register(ComponentGroup)
class ComponentGroupAdmin(ReferenceData, admin.ModelAdmin):  # type: ignore[type-arg]
    """Groups; a group that still has components cannot be deleted."""

    form = ComponentGroupForm
    list_display = ("__str__", "position")


@admin.register(Component)
class ComponentAdmin(NeverDeleted, admin.ModelAdmin):  # type: ignore[type-arg]
    """Components; they are hidden instead of deleted, because statements refer to them."""

    form = ComponentForm
    readonly_fields = ("status", "public_id")
    list_display = ("__str__", "group", "status", "visible", "pays_out", "position")
    list_filter = ("group", "visible", "pays_out")
