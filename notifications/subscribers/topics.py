"""The kinds of news a subscriber can choose."""

from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _


class Topic(models.TextChoices):
    """What a statement is about, as a subscriber sees it."""

    INCIDENT = "incident", _("Incidents")
    MAINTENANCE = "maintenance", _("Planned maintenance")
    NOTICE = "notice", _("Settlement notices")


ALL_TOPICS: Final = tuple(Topic.values)
