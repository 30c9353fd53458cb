"""Puts the console's own admin site in the place of Django's."""

from django.contrib.admin.apps import AdminConfig


class ReferenceDataConfig(AdminConfig):
    """Django's admin, for reference data and administrators only."""

    default_site = "statuspage.console.admin_site.ReferenceDataSite"
