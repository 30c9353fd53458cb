"""Staff and the tokens that act for them."""

from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _

from statuspage.staff.permissions import Act, may
from statuspage.staff.roles import Role, Scope

LANGUAGES: Final = [("zh-hans", _("Chinese")), ("en", _("English"))]


class Staff(AbstractUser):
    """Someone who may sign in to the console."""

    role = models.CharField(_("role"), max_length=10, choices=Role.choices, default=Role.AUTHOR)
    language = models.CharField(_("language"), max_length=10, choices=LANGUAGES, default="zh-hans")
    # NULL until another person has confirmed the account, and again after each change by others
    # that could put it into other hands or gives it more power.
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True, editable=False)
    confirmed_by = models.ForeignKey(
        "self", null=True, editable=False, on_delete=models.SET_NULL, related_name="+"
    )
    # When a link was made by which they set a password; NULL where none is on its way.
    link_made_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("staff member")
        verbose_name_plural = _("staff")

    @property
    def may_publish(self) -> bool:
        """True for roles that may publish."""
        return may(self, Act.PUBLISH)

    @property
    def may_approve(self) -> bool:
        """True for roles that may approve what another person wrote."""
        return may(self, Act.APPROVE)

    @property
    def may_administer(self) -> bool:
        """True for roles that may change reference data."""
        return may(self, Act.REFERENCE_DATA)

    @property
    def is_confirmed(self) -> bool:
        """True once another person has confirmed the account as it is now."""
        return self.confirmed_at is not None

    @property
    def waits_for_owner(self) -> bool:
        """True while there is a link with which whoever holds it takes the account over."""
        return self.link_made_at is not None and not self.has_usable_password()

    @property
    def may_audit(self) -> bool:
        """True for roles that may read the audit log."""
        return may(self, Act.AUDIT)


class AccountChange(models.Model):
    """What somebody did to another's account that a second person has to confirm.

    Without `by` it was done on the server, where nobody is signed in.
    """

    class Kind(models.TextChoices):
        """What was done."""

        CREATED = "created", _("Account created")
        ROLE = "role", _("Role raised")
        EMAIL = "email", _("E-mail address changed")
        ENABLED = "enabled", _("Enabled again")
        RESET = "reset", _("Sign-in reset")
        LINK = "link", _("New link made")

    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="account_changes"
    )
    kind = models.CharField(max_length=10, choices=Kind.choices)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.staff_id} {self.kind}"


# A token that nobody has confirmed by then never works.
TOKEN_WAITS: Final = timedelta(days=7)


class ApiToken(models.Model):
    """A key to the management API; only its hash is kept."""

    name = models.CharField(_("name"), max_length=80)
    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("on behalf of"), on_delete=models.CASCADE
    )
    sha256 = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    scopes = models.JSONField(_("permissions"), default=list)
    # Who made it; NULL for a command on the server.
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    # NULL while it waits for a second person, which only those that publish alone do.
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True, editable=False)
    expires_at = models.DateTimeField(_("expires at"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked at"), null=True, editable=False)
    last_used_at = models.DateTimeField(_("last used at"), null=True, editable=False)

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")

    def __str__(self) -> str:
        return self.name

    def works(self, now: datetime) -> bool:
        """Return whether it is confirmed, not revoked or expired, and its person active."""
        ready = self.confirmed_at is not None and self.revoked_at is None
        return ready and not self.has_expired(now) and self.staff.is_active

    def has_expired(self, now: datetime) -> bool:
        """Return whether its time is over, or it waited too long for a second person."""
        if self.expires_at is not None and self.expires_at <= now:
            return True
        return self.confirmed_at is None and self.created_at + TOKEN_WAITS <= now

    def waits(self, now: datetime) -> bool:
        """Return whether a second person may still confirm it."""
        done = self.confirmed_at is not None or self.revoked_at is not None
        return not done and not self.has_expired(now)

    def allows(self, scope: str) -> bool:
        """Return whether it was issued for this scope."""
        return scope in self.scopes

    @property
    def scope_labels(self) -> list[str]:
        """What it may do, in words."""
        return [str(Scope(one).label) for one in self.scopes]


class ProviderConfirmation(models.Model):
    """When the single sign-on provider last said that someone may come in; others have none.

    The moment is NULL after the provider said that they may not, or that they signed out.
    """

    staff = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="confirmation"
    )
    confirmed_at = models.DateTimeField(null=True)
    # The refresh token, by which the provider is asked again; sealed.
    sealed = models.BinaryField(null=True)
    asked_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return str(self.staff_id)


class SpentLogoutToken(models.Model):
    """A logout token of the provider that was taken: none is taken twice."""

    sha256 = models.CharField(max_length=64, unique=True)
    at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.sha256[:8]


class PasswordMail(models.Model):
    """A mail with a link to a new password that somebody asked for."""

    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="password_mails"
    )
    language = models.CharField(max_length=10)
    asked_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.staff_id}/{self.pk}"


class AuditEntry(models.Model):
    """One act of a member of staff or of a token; the database refuses to change or delete it."""

    at = models.DateTimeField(_("time"), auto_now_add=True, db_index=True)
    # No constraint: an entry stays unchanged when an account is changed or deleted.
    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        null=True,
        related_name="+",
    )
    # What acted if it was no person: a command, the product itself. Names are looked up by the id,
    # because this table forgets nothing and people may ask to be forgotten.
    who = models.CharField(_("who"), max_length=150, blank=True)
    token = models.CharField(_("token"), max_length=80, blank=True)
    act = models.CharField(_("action"), max_length=80)
    target = models.CharField(_("object"), max_length=200, blank=True)
    status = models.PositiveSmallIntegerField(_("result"), null=True)
    before = models.JSONField(_("before"), null=True)
    after = models.JSONField(_("after"), null=True)
    ip = models.CharField(_("source address"), max_length=50, blank=True)

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit log")
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["staff", "-id"], name="audit_by_staff"),
            models.Index(fields=["act", "-id"], name="audit_by_act"),
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.staff_id or self.who} {self.act}"
