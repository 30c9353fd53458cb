"""The watch of each web process and of beat: it raises alarms, and tells staff without workers."""

import math
import os
import time
from collections.abc import Collection
from queue import SimpleQueue
from typing import Final

from django.conf import settings
from django.db import connection

from notifications.delivery.alarm_texts import OF_A_COUNTRY
from notifications.delivery.alarms import OVER_AFTER, Trouble, alarms_see
from notifications.delivery.models import Alarm
from notifications.delivery.movement import QUEUES, movements_note, stuck_queues
from notifications.delivery.staff_words import Word, alarms_claim, word_release, word_send
from notifications.escalation.services import promises_remind
from notifications.subscribers.services.code_counts import ceilings_hit, unentered
from notifications.watch.direct import DirectLine
from notifications.watch.rounds import Rounds
from statuspage.lib import redis_client
from statuspage.lib.troubles import troubles
from statuspage.operations.heartbeat import ALIVE_SECONDS, CLOCK, pulses
from statuspage.statements.findings import open_findings
from statuspage.statements.guard import log_follow

PROGRAMS: Final = {"worker": Alarm.Kind.WORKERS_SILENT, CLOCK: Alarm.Kind.BEAT_SILENT}
# Those that this watch raises whatever it can reach, and so may end.
OWN: Final = (
    Alarm.Kind.ENGINE_AWAY,
    Alarm.Kind.PAGE_FILES,
    Alarm.Kind.LOG_BROKEN,
    Alarm.Kind.LOG_COPY,
    *QUEUES,
    *OF_A_COUNTRY,
)


class Watch:
    """Four threads: PostgreSQL and Redis are each asked in one, so that either may hang.

    The third sends to staff, which may take as long as a mail server does; the fourth reminds of
    promises while the workers, who otherwise do it, are silent.
    """

    def __init__(self) -> None:
        self.redis = Rounds("pulses", self.listen)
        self.database = Rounds("alarms", self.record)
        self._telling = Rounds("telling", self.tell)
        self._reminding = Rounds("reminding", self.remind)
        self._direct = DirectLine()
        self._begin()

    def start(self) -> None:
        """Start in this process and in each that is forked from it."""
        os.register_at_fork(after_in_child=self._start)
        self._start()

    def _begin(self) -> None:
        self._since = self._recorded_at = self._steady_since = time.monotonic()
        self._redis_back_at = -math.inf
        self._silent: list[Trouble] = []
        self._to_send: SimpleQueue[Word] = SimpleQueue()
        self._unsent: SimpleQueue[Word] = SimpleQueue()

    def _start(self) -> None:
        self._begin()
        for one in self._rounds():
            one.start()

    def _rounds(self) -> tuple[Rounds, ...]:
        return self.redis, self.database, self._telling, self._reminding

    @property
    def _watched_for(self) -> float:
        return time.monotonic() - self._since

    def _early(self) -> bool:
        """Whether programs that were started together may not have been heard of yet."""
        return self._watched_for < settings.ALARM_SILENT_SECONDS

    def listen(self) -> None:
        """Find out which programs are silent; one never heard of is, for as long as we watch.

        After Redis was away they have time to be heard of: none could say that it lives.

        Raises:
            redis.RedisError: Redis is away, or takes no writes.
        """
        redis_client.check()
        now = time.monotonic()
        if self.redis.silent_for >= ALIVE_SECONDS:
            self._redis_back_at = now
        if now - self._redis_back_at < ALIVE_SECONDS:
            return
        silent = {name: min(for_, self._watched_for) for name, for_ in pulses().items()}
        self._silent = [
            Trouble(PROGRAMS[name], seconds=seconds)
            for name, seconds in silent.items()
            if seconds >= settings.ALARM_SILENT_SECONDS
        ]

    def record(self) -> None:
        """Bring the alarms up to date, and claim what staff are to be told."""
        if self._early():
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1")
            return
        while not self._unsent.empty():
            word_release(self._unsent.get())
        movements_note()
        log_follow()
        found, kinds = self._found()
        alarms_see(found, kinds if self._steady() else [])
        for word in alarms_claim():
            self._to_send.put(word)

    def _found(self) -> tuple[list[Trouble], Collection[str]]:
        """Return what is wrong, and the kinds that this watch can judge just now."""
        found = [*stuck_queues(), *(Trouble(Alarm.Kind(kind), about) for kind, about in troubles())]
        wrong = set(open_findings().values_list("problem", flat=True))
        found += [Trouble(Alarm.Kind.LOG_BROKEN, problem) for problem in wrong]
        found += [Trouble(Alarm.Kind.CODES_UNENTERED, country) for country in unentered()]
        found += [Trouble(Alarm.Kind.CODES_CEILING, country) for country in ceilings_hit()]
        if self._away(self.redis):
            found.append(Trouble(Alarm.Kind.ENGINE_AWAY, "redis", self.redis.silent_for))
            return found, OWN
        return [*found, *self._silent], [*OWN, *PROGRAMS.values()]

    def _steady(self) -> bool:
        """Whether the database has answered for long enough for every watch to have said its own.

        Until then nothing is over just because nobody could store that it was seen.
        """
        now, pause = time.monotonic(), OVER_AFTER.total_seconds()
        if now - self._recorded_at >= pause:
            self._steady_since = now
        self._recorded_at = now
        return now - self._steady_since >= pause

    def tell(self) -> None:
        """Send what was claimed; without the database, that it is away."""
        while not self._to_send.empty():
            word = self._to_send.get()
            if not word_send(word):
                self._unsent.put(word)
        self._direct.database(self._away(self.database), self.database.silent_for)

    def remind(self) -> None:
        """Remind staff of promises while the workers or beat, whose task it is, do not."""
        if not self._early() and (self._silent or self._away(self.redis)):
            promises_remind()

    def _away(self, engine: Rounds) -> bool:
        return engine.silent_for >= settings.ALARM_SILENT_SECONDS


def watch_begin(**_given: object) -> None:
    """Begin to watch in this process."""
    Watch().start()
