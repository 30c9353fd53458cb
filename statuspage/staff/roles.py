"""The roles of staff, and the scopes of API tokens; permissions.py says what each may do."""

from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """A member of staff has exactly one."""

    AUTHOR = "author", _("Author")
    APPROVER = "approver", _("Approver")
    ADMIN = "admin", _("Administrator")
    AUDITOR = "auditor", _("Auditor (reads only)")


# From the least to the most powerful; the database ranks them alike (migration 0005).
BY_POWER: Final = (Role.AUDITOR, Role.AUTHOR, Role.APPROVER, Role.ADMIN)

EVERYONE: Final = frozenset(Role)
MAY_PUBLISH: Final = frozenset({Role.AUTHOR, Role.APPROVER, Role.ADMIN})
MAY_APPROVE: Final = frozenset({Role.APPROVER, Role.ADMIN})
MAY_ADMINISTER: Final = frozenset({Role.ADMIN})
MAY_AUDIT: Final = frozenset({Role.ADMIN, Role.AUDITOR})


class Scope(models.TextChoices):
    """A token has one or more."""

    READ = "read", _("Read statements, services and deliveries")
    PUBLISH = "publish", _("Publish statements")
    ALONE = "alone", _("Publish without approval")
    SIGNALS = "signals", _("Report monitor signals")
    SUBSCRIBERS = "subscribers", _("Add and import subscribers")
    RESEND = "resend", _("Send failed messages again")


def every_scope() -> list[str]:
    """Return what tokens could do before they had scopes; the first migration names this."""
    return [*Scope.values]
