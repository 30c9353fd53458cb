"""Notices to merchants, and the products they are about."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from statuspage.calendar.models import CalendarProfile
from statuspage.statements.ids import new_id


class Product(models.Model):
    """What a merchant takes payments with; its profile says by which calendar it settles."""

    code = models.SlugField(_("code"), max_length=30, unique=True)
    name = models.JSONField(_("name"))
    profile = models.ForeignKey(
        CalendarProfile, verbose_name=_("calendar"), on_delete=models.PROTECT, related_name="+"
    )
    position = models.PositiveIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("product")
        verbose_name_plural = _("products")
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return str(self.name.get("zh-hans", self.code))


class Notice(models.Model):
    """A notice to the merchants of its audience."""

    public_id = models.CharField(max_length=12, unique=True, default=new_id)
    kind = models.CharField(_("kind"), max_length=30)
    title = models.JSONField(_("title"))
    payload = models.JSONField(_("details"), default=dict)
    audience = models.JSONField(_("audience"), default=dict)
    incident_id = models.CharField(_("incident"), max_length=12, blank=True)
    effective_from = models.DateTimeField(_("in effect from"), null=True)
    effective_until = models.DateTimeField(_("in effect until"), null=True)
    published_at = models.DateTimeField(_("published at"))

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        ordering = ["-published_at", "-pk"]
        indexes = [models.Index(fields=["-published_at"]), models.Index(fields=["incident_id"])]

    def __str__(self) -> str:
        return str(self.title.get("zh-hans", self.public_id))
