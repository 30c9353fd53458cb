"""Replace Django's admin site with the console's own."""

from django.contrib.admin.apps import AdminConfig


class ReferenceDataConfig(AdminConfig):
    """Django's admin, limited to reference data and to administrators."""

    default_site = "statuspage.console.admin_site.ReferenceDataSite"
