"""Notices to merchants, and the products they are about."""

from datetime import datetime
from typing import Final

from django.db import models
from django.db.models import F
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from statuspage.calendar.models import CalendarProfile
from statuspage.notices.telling import Told
from statuspage.statements.ids import new_id

# When it was said first: of a notice that was published before, its original day.
SAID_FIRST: Final = Coalesce(F("originally_at"), F("published_at"))


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
    told = models.CharField(
        _("sent to"),
        max_length=10,
        choices=Told.choices,
        default=Told.ALL,
        db_default=Told.ALL,
    )
    # Of what was published before it was entered here (backdating.py), and the end of that day.
    originally = models.JSONField(_("original publication"), null=True)
    originally_at = models.DateTimeField(_("originally published at"), null=True)

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        ordering = [SAID_FIRST.desc(), "-pk"]
        indexes = [
            models.Index(fields=["-published_at"]),
            models.Index(SAID_FIRST.desc(), name="notice_said_first"),
            models.Index(fields=["incident_id"]),
        ]

    def __str__(self) -> str:
        return str(self.title.get("zh-hans", self.public_id))

    @property
    def said_first_at(self) -> datetime:
        """When it was said first: the end of its original day, or when it was published."""
        return self.originally_at or self.published_at
