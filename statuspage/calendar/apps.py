"""Configure the calendar app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CalendarConfig(AppConfig):
    """The settlement calendar: workdays, holidays and make-up workdays by year and profile."""

    name = "statuspage.calendar"
    verbose_name = _("Settlement calendar")
