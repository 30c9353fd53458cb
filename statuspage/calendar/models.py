"""Calendar profiles, their years, and facts about days, which are added and never changed."""

from typing import Final

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from statuspage.calendar import workdays

# The code of the profile by which domestic payments settle.
DOMESTIC: Final = "domestic"


class DayKind(models.TextChoices):
    """The kind of a date in the calendar."""

    WORKDAY = workdays.WEEKDAY, _("Workday")
    WEEKEND = workdays.WEEKEND, _("Weekend")
    STATUTORY_HOLIDAY = workdays.STATUTORY_HOLIDAY, _("Statutory holiday")
    MAKE_UP_WORKDAY = workdays.MAKE_UP_WORKDAY, _("Make-up workday")


class YearStatus(models.TextChoices):
    """The stages of a year: no date is computed from a year that is not loaded."""

    UNPUBLISHED = "unpublished", _("Not yet published")
    LOADED = "loaded", _("Loaded, not yet reviewed")
    REVIEWED = "reviewed", _("Reviewed")


class CalendarProfile(models.Model):
    """A calendar by which products settle; in some, make-up workdays are days of rest."""

    code = models.SlugField(_("code"), max_length=20, unique=True)
    name = models.JSONField(_("name"))
    make_up_days_settle = models.BooleanField(_("settles on make-up workdays"), default=True)

    class Meta:
        verbose_name = _("calendar profile")
        verbose_name_plural = _("calendar profiles")
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.code


class CalendarYear(models.Model):
    """One year of a profile: its source document, who loaded it and who reviewed it."""

    profile = models.ForeignKey(CalendarProfile, on_delete=models.PROTECT, related_name="years")
    year = models.PositiveSmallIntegerField(_("year"))
    status = models.CharField(
        _("status"), max_length=12, choices=YearStatus.choices, default=YearStatus.UNPUBLISHED
    )
    document_number = models.CharField(_("document number"), max_length=60, blank=True)
    source = models.CharField(_("source"), max_length=200, blank=True)
    # Holidays that the loaded notice left out, in Chinese, and why that was found right.
    missing = models.JSONField(_("left out"), default=list, db_default=[], blank=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True, default="", db_default="")
    # From when on the year counts as known: the day of the State Council's notice, if we know it.
    known_from = models.DateTimeField(null=True)
    loaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    loaded_at = models.DateTimeField(null=True)
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    reviewed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("calendar year")
        verbose_name_plural = _("calendar years")
        ordering = ["profile", "year"]
        constraints = [
            models.UniqueConstraint(fields=["profile", "year"], name="calendar_year_once")
        ]

    def __str__(self) -> str:
        return f"{self.profile_id} {self.year}"


class CalendarDay(models.Model):
    """What was known about a date from a moment on; the newest fact about a date holds.

    A row is never changed. `approved_by` is the second person of a later change; the days with
    which a year was loaded are approved by the year's `reviewed_by`.
    """

    profile = models.ForeignKey(CalendarProfile, on_delete=models.PROTECT, related_name="days")
    date = models.DateField(_("date"))
    kind = models.CharField(_("kind"), max_length=20, choices=DayKind.choices)
    settles = models.BooleanField(_("settles"))
    label = models.JSONField(_("label"), default=dict)
    source = models.CharField(_("source"), max_length=200)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    known_from = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("calendar day")
        verbose_name_plural = _("calendar days")
        ordering = ["date", "known_from", "pk"]
        indexes = [models.Index(fields=["profile", "known_from"])]

    def __str__(self) -> str:
        return f"{self.date} {self.kind}"
