"""A watch sees what is wrong, and tells staff once of its beginning and of its end."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
import redis
from django.conf import settings as django_settings
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import override

from notifications.delivery.alarms import OVER_AFTER, alarm_raise, alarms_forget
from notifications.delivery.models import Alarm
from notifications.delivery.staff_words import alarms_tell
from notifications.subscribers.models import CodeCeiling, CodeRequest
from notifications.watch.direct import DirectLine
from notifications.watch.watcher import Watch
from statuspage.lib.troubles import trouble_note, trouble_over
from statuspage.operations import heartbeat
from tests.notifications.delivery.rows import settle_alarms
from tests.simulator import Simulator

pytestmark = pytest.mark.django_db(transaction=True)
Kind = Alarm.Kind
DEAD_REDIS = "redis://127.0.0.1:1/0"
LONG_AGO = 1000.0


def silence(name: str, seconds: float = LONG_AGO) -> None:
    """Have a program heard of last so many seconds ago."""
    client = redis.Redis.from_url(django_settings.REDIS_URL)
    client.hset(heartbeat.KEY, name, repr(time.time() - seconds))


def look(*watches: Watch) -> None:
    """Every watch does one round."""
    for watch in watches:
        watch.listen()
        watch.record()
        watch.tell()


def later(*watches: Watch) -> None:
    """So much time passes that what nobody sees any more is over."""
    Alarm.objects.filter(seen_at__isnull=False).update(seen_at=Now() - OVER_AFTER * 2)
    for watch in watches:
        watch._steady_since -= OVER_AFTER.total_seconds()


def is_open(kind: Kind, subject: str = "") -> bool:
    """Whether there is such an alarm."""
    return Alarm.objects.filter(kind=kind, subject=subject, over_at=None).exists()


def mails(simulator: Simulator) -> list[str]:
    """Return the English first line of every e-mail to staff."""
    bodies = [one["body"] for one in simulator.messages(provider="mail")]
    return [next(line for line in body.splitlines() if "[DemoPay]" in line) for body in bodies]


def test_while_all_programs_are_heard_of_nothing_is_wrong(watch: Watch) -> None:
    look(watch)
    assert not Alarm.objects.exists()


@pytest.mark.parametrize(
    ("silent", "kind"), [("worker@one", Kind.WORKERS_SILENT), (heartbeat.CLOCK, Kind.BEAT_SILENT)]
)
def test_a_silent_program_is_told_of_once_and_once_more_when_it_is_back(
    watch: Watch, staff: Simulator, silent: str, kind: Kind
) -> None:
    other = Watch()
    other._since = watch._since
    silence(silent)
    look(watch, other, watch, other)
    [alarm] = Alarm.objects.all()
    assert (alarm.kind, alarm.over_at) == (kind, None)
    [said] = mails(staff)
    with override("en"):
        assert said.startswith(f"[DemoPay] Alarm: {kind.label} · since ")

    heartbeat.seen(silent)
    later(watch, other)
    look(watch, other, watch, other)
    assert not is_open(kind)
    assert mails(staff)[1:] == []
    settle_alarms()
    look(watch, other, watch, other)
    assert mails(staff)[1:] == [said.replace("Alarm", "Over").replace("since", "began")]


def test_a_worker_that_comes_and_goes_is_told_of_once(watch: Watch, staff: Simulator) -> None:
    for _ in range(3):
        silence("worker@one")
        look(watch)
        assert is_open(Kind.WORKERS_SILENT)
        heartbeat.seen("worker@one")
        later(watch)
        look(watch)
        assert not is_open(Kind.WORKERS_SILENT)
    [_begun] = mails(staff)
    settle_alarms()
    look(watch)
    [_begun, _over] = mails(staff)


def test_an_alarm_began_when_the_program_was_last_heard_of(watch: Watch) -> None:
    silence("worker@one", 500)
    watch._since -= 1000
    look(watch)
    ages = Alarm.objects.annotate(age=Now() - F("raised_at")).values_list("age", flat=True)
    [seconds] = [one.total_seconds() for one in ages]
    assert 500 <= seconds < 560


def test_one_worker_that_is_heard_of_is_enough(watch: Watch) -> None:
    silence("worker@two")
    look(watch)
    assert not is_open(Kind.WORKERS_SILENT)


def test_a_worker_that_was_never_heard_of_is_missed_too(watch: Watch) -> None:
    redis.Redis.from_url(django_settings.REDIS_URL).delete(heartbeat.KEY)
    look(watch)
    assert is_open(Kind.WORKERS_SILENT)
    assert is_open(Kind.BEAT_SILENT)


def test_programs_that_start_together_have_time_to_be_heard_of(watch: Watch) -> None:
    silence("worker@one")
    fresh = Watch()
    look(fresh)
    assert not Alarm.objects.exists()


def test_what_one_watch_sees_keeps_an_alarm_open_for_all(watch: Watch) -> None:
    other = Watch()
    other._since = watch._since
    silence("worker@one")
    look(watch)
    later(watch, other)
    look(watch)  # it says so again
    heartbeat.seen("worker@one")
    look(other)
    assert is_open(Kind.WORKERS_SILENT)


def test_after_the_database_was_away_nothing_is_over_before_every_watch_has_looked(
    watch: Watch,
) -> None:
    trouble_note(Kind.PAGE_FILES, "web-1")
    look(watch)
    later(watch)
    trouble_over(Kind.PAGE_FILES, "web-1")
    watch._recorded_at -= 2 * OVER_AFTER.total_seconds()
    look(watch)
    assert is_open(Kind.PAGE_FILES, "web-1")
    later(watch)
    look(watch)
    assert not is_open(Kind.PAGE_FILES, "web-1")


def test_what_a_process_notes_of_itself_is_told(watch: Watch, staff: Simulator) -> None:
    trouble_note(Kind.PAGE_FILES, "web-1")
    look(watch)
    [said] = mails(staff)
    assert "Page files cannot be written (web-1)" in said


def test_without_redis_staff_are_told_that_it_is_away_and_workers_are_not_judged(
    watch: Watch, staff: Simulator, settings: Any
) -> None:
    silence("worker@one")
    look(watch)
    settings.REDIS_URL = DEAD_REDIS
    heartbeat._client.cache_clear()
    try:
        with pytest.raises(redis.RedisError):
            watch.listen()
        watch.redis._done_at -= 60
        later(watch)
        watch.record()
        watch.tell()
    finally:
        heartbeat._client.cache_clear()
    assert is_open(Kind.ENGINE_AWAY, "redis")
    assert is_open(Kind.WORKERS_SILENT)
    assert "A database is not responding (Redis)" in mails(staff)[-1]


@contextmanager
def redis_read_only(settings: Any) -> Iterator[None]:
    """Have Redis take no writes, as a replica; the suite's own is everybody's, so by its rights."""
    url = settings.REDIS_URL
    client = redis.Redis.from_url(url)
    client.execute_command("ACL", "SETUSER", "reader", "on", "nopass", "~*", "+@all", "-@write")
    settings.REDIS_URL = url.replace("//", "//reader:x@")
    heartbeat._client.cache_clear()
    try:
        yield
    finally:
        settings.REDIS_URL = url
        heartbeat._client.cache_clear()
        client.execute_command("ACL", "DELUSER", "reader")


def test_a_redis_that_takes_no_writes_is_away_and_workers_are_not_judged(
    watch: Watch, settings: Any
) -> None:
    silence("worker@one")
    with redis_read_only(settings):
        with pytest.raises(redis.RedisError):
            watch.listen()
        watch.redis._done_at -= 60
        watch.record()
    assert is_open(Kind.ENGINE_AWAY, "redis")
    assert not is_open(Kind.WORKERS_SILENT)


def test_after_redis_was_away_programs_have_time_to_be_heard_of(watch: Watch) -> None:
    silence("worker@one")
    watch.redis._done_at -= 60
    watch.listen()
    watch.redis._done_at += 60
    look(watch)
    assert not is_open(Kind.WORKERS_SILENT)
    watch._redis_back_at -= heartbeat.ALIVE_SECONDS
    look(watch)
    assert is_open(Kind.WORKERS_SILENT)


def test_what_certainly_reached_nobody_is_sent_again(
    watch: Watch, staff: Simulator, settings: Any
) -> None:
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, 1
    silence("worker@one")
    look(watch)
    settings.EMAIL_PORT = port
    look(watch, watch)
    assert len(mails(staff)) == 1


class TestTheDatabase:
    def test_it_is_told_once_that_it_is_away_and_once_that_it_stays_back(
        self, staff: Simulator, settings: Any
    ) -> None:
        line = DirectLine()
        for away in (False, True, True, True, False, False, True, False):
            line.database(away, 60.0)
        assert len(mails(staff)) == 1
        line._away_at -= settings.ALARM_SETTLED_SECONDS
        line.database(False, 0.0)
        line.database(False, 0.0)
        first, second = mails(staff)
        assert first.startswith("[DemoPay] Alarm: A database is not responding (PostgreSQL)")
        assert second.startswith("[DemoPay] Over: A database is not responding (PostgreSQL)")

    def test_of_several_processes_one_tells_it(self, staff: Simulator, settings: Any) -> None:
        settings.ALARM_SILENT_SECONDS, settings.ALARM_SETTLED_SECONDS = 60, 0
        lines = DirectLine(), DirectLine()
        for away in (True, True, False):
            for one in lines:
                one.database(away, 60.0)
        assert len(mails(staff)) == 2

    def test_without_redis_each_tells_it(self, staff: Simulator, settings: Any) -> None:
        settings.REDIS_URL = DEAD_REDIS
        heartbeat._client.cache_clear()
        try:
            for one in (DirectLine(), DirectLine()):
                one.database(away=True, seconds=60.0)
        finally:
            heartbeat._client.cache_clear()
        assert len(mails(staff)) == 2

    def test_what_reached_nobody_is_tried_again(self, staff: Simulator, settings: Any) -> None:
        settings.ALARM_SILENT_SECONDS = 60
        port, settings.EMAIL_PORT = settings.EMAIL_PORT, 1
        line = DirectLine()
        line.database(away=True, seconds=60.0)
        settings.EMAIL_PORT = port
        line.database(away=True, seconds=63.0)
        line.database(away=True, seconds=66.0)
        assert len(mails(staff)) == 1


def test_an_alarm_whose_time_has_passed_is_not_called_over(staff: Simulator) -> None:
    alarm_raise(Kind.BUDGET_SPENT, "2020-01")
    Alarm.objects.update(told_at=Now())
    alarms_tell()
    alarm_raise(Kind.MANY_FAILED, "7", "20/68")
    alarms_tell()
    alarms_forget(Q(kind=Kind.MANY_FAILED))
    alarms_tell()
    assert [one.partition(" · since")[0] for one in mails(staff)] == [
        "[DemoPay] Alarm: Many messages have failed (No. 7 · 20 of 68)"
    ]


def test_few_codes_entered_or_a_ceiling_reached_is_told_to_staff(
    watch: Watch, staff: Simulator
) -> None:
    ago = Now() - timedelta(minutes=20)
    CodeRequest.objects.bulk_create(CodeRequest(country="371", at=ago) for _ in range(30))
    CodeCeiling.objects.create(country="", hit_at=Now())
    look(watch)
    assert is_open(Kind.CODES_UNENTERED, "371")
    assert is_open(Kind.CODES_CEILING)
    assert any("+371" in one for one in mails(staff))
    CodeRequest.objects.update(entered_at=Now())
    CodeCeiling.objects.update(hit_at=Now() - timedelta(hours=1))
    later(watch)
    look(watch)
    assert not Alarm.objects.filter(over_at=None).exists()
