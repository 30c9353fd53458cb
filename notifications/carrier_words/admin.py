"""Carriers' words at /admin/, as on their page in the console."""

from django.contrib import admin

from notifications.carrier_words.models import CarrierWord
from statuspage.staff.reference_data import ReferenceData


@admin.register(CarrierWord)
class CarrierWordAdmin(ReferenceData, admin.ModelAdmin):  # type: ignore[type-arg]
    """Words, with what to write instead."""

    list_display = ("word", "carrier", "effect", "instead")
    list_filter = ("effect", "carrier")
    search_fields = ("word", "instead")
