"""What each role may do."""

from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """A member of staff has exactly one."""

    AUTHOR = "author", _("Author")
    APPROVER = "approver", _("Approver")
    ADMIN = "admin", _("Administrator")
    AUDITOR = "auditor", _("Auditor (reads only)")


MAY_PUBLISH: Final = frozenset({Role.AUTHOR, Role.APPROVER, Role.ADMIN})
MAY_APPROVE: Final = frozenset({Role.APPROVER, Role.ADMIN})
MAY_EDIT_REFERENCE_DATA: Final = frozenset({Role.ADMIN})
MAY_AUDIT: Final = frozenset({Role.ADMIN, Role.AUDITOR})
