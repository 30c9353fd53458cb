"""Tell staff that the database is away, of which no alarm can be stored."""

import time
from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from notifications.channels.base import Content
from notifications.delivery.alarm_texts import alarm_content, over_content
from notifications.delivery.models import Alarm
from notifications.delivery.staff_words import recipients, send_to_staff
from statuspage.operations.heartbeat import first_to


class DirectLine:
    """Remembers in memory what staff were told; one process tells them for all if Redis is there.

    If Redis is away as well, each process tells them once.
    """

    def __init__(self) -> None:
        self._alarm: Alarm | None = None
        self._to_tell: Content | None = None
        self._away_at = 0.0

    def database(self, away: bool, seconds: float) -> None:
        """Tell staff once that PostgreSQL has been away for so long, and once it stays back."""
        if away:
            self._away_at = time.monotonic()
        if away and not self._alarm:
            # Of the two clocks that could say it, the database's is away.
            since = timezone.now() - timedelta(seconds=seconds)
            kind = Alarm.Kind.ENGINE_AWAY
            self._alarm = Alarm(kind=kind, subject="database", raised_at=since)
            self._tell("away", alarm_content(self._alarm))
        elif self._alarm and self._settled():
            self._tell("back", over_content(self._alarm))
            self._alarm = None
        # What certainly reached nobody is tried again in the next round.
        if self._to_tell and send_to_staff("the database", recipients(), self._to_tell):
            self._to_tell = None

    def _settled(self) -> bool:
        return time.monotonic() - self._away_at >= settings.ALARM_SETTLED_SECONDS

    def _tell(self, what: str, content: Content) -> None:
        first = first_to(f"tell that the database is {what}", settings.ALARM_SILENT_SECONDS)
        self._to_tell = content if first and recipients() else None
