"""Names the room."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class StaffConfig(AppConfig):
    """People, roles and tokens."""

    name = "statuspage.staff"
    label = "staff"
    verbose_name = _("Staff")
