"""Products, for administrators; rules and the calendar change in the console."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from statuspage.notices.models import Product
from statuspage.staff.reference_data import NeverDeleted
from statuspage.statements.forms import TextPairField


class ProductForm(forms.ModelForm):  # type: ignore[type-arg]
    """A product's name in both languages."""

    name = TextPairField(label=_("Name"), max_length=60)

    class Meta:
        model = Product
        fields = ("code", "name", "profile", "position")


@admin.register(Product)
class ProductAdmin(NeverDeleted, admin.ModelAdmin):  # type: ignore[type-arg]
    """Products; rules and notices speak of them by their code.

    Code and calendar decide dates and prices that two persons promised, also of past transactions:
    they never change. What settles by another calendar is another product, with a rule of its own.
    """

    form = ProductForm
    list_display = ("__str__", "code", "profile", "position")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Return what is fixed once the product was added."""
        return ("code", "profile") if obj else ()
