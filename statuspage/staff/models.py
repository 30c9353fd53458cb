"""Staff and the tokens that act for them."""

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _

from statuspage.staff.roles import MAY_APPROVE, MAY_PUBLISH, Role


class Staff(AbstractUser):
    """Someone who may sign in to the console."""

    role = models.CharField(_("role"), max_length=10, choices=Role.choices, default=Role.AUTHOR)

    class Meta:
        verbose_name = _("member of staff")
        verbose_name_plural = _("staff")

    @property
    def may_publish(self) -> bool:
        """True for every role that may speak in public."""
        return self.is_active and self.role in MAY_PUBLISH

    @property
    def may_approve(self) -> bool:
        """True for every role that may stand, as the second person, for another's work."""
        return self.is_active and self.role in MAY_APPROVE


class ApiToken(models.Model):
    """A key to the management API; only its hash is kept."""

    name = models.CharField(_("name"), max_length=80)
    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("acts for"), on_delete=models.CASCADE
    )
    sha256 = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    expires_at = models.DateTimeField(_("expires at"), null=True, blank=True)
    last_used_at = models.DateTimeField(_("last used at"), null=True, editable=False)

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")

    def __str__(self) -> str:
        return self.name
