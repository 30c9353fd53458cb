"""Configure the approvals app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ApprovalsConfig(AppConfig):
    """Drafts, proposals for approval by a second person, and reviews."""

    name = "statuspage.approvals"
    verbose_name = _("Approvals")
