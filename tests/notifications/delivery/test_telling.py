"""Staff are told of an alarm once, where the settings say, in both languages."""

import pytest
from django.conf import settings as django_settings
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import override

import notifications.delivery.tasks  # noqa: F401  -- registers them
from notifications.delivery.alarm_texts import headline
from notifications.delivery.alarms import (
    alarm_over,
    alarm_raise,
    alarms_forget,
)
from notifications.delivery.budget import this_month
from notifications.delivery.models import Alarm
from notifications.delivery.selectors import open_alarms
from notifications.delivery.staff_words import alarms_tell
from statuspage.celery import app
from tests.notifications.delivery.rows import SMS, settle_alarms

pytestmark = pytest.mark.django_db(transaction=True)
ROBOT = "0123456789-staff-robot"


@pytest.fixture
def staff_alarms(provider, settings):
    """The simulator as staff's WeCom group and mailbox."""
    settings.ALARM_WECOM_KEY = ROBOT
    settings.ALARM_EMAILS = ["duty@example.com", "boss@example.com"]
    return provider


def raise_one(kind=Alarm.Kind.PROVIDER_DOWN, subject=SMS):
    alarm_raise(kind, subject)
    return Alarm.objects.get(kind=kind, subject=subject, over_at=None)


def heard(simulator):
    """Every text that staff got, by where they got it."""
    return [(one["provider"], one["to"], one["body"]) for one in simulator.messages()]


def test_the_group_and_every_mailbox_are_told_once(staff_alarms):
    raise_one()
    assert alarms_tell() == 1
    told = heard(staff_alarms)
    assert len(told) == 3
    app.tasks["delivery.tell_alarms"]()
    assert heard(staff_alarms) == told


def test_staff_are_told_what_is_wrong_in_both_languages_and_where_to_look(staff_alarms):
    raise_one()
    alarms_tell()
    for _channel, _to, body in heard(staff_alarms):
        assert "A provider is not responding (SMS)" in body
        assert "DemoPay" in body
        assert "演示支付" in body
        assert f"{django_settings.SITE_URL}/console/" in body


def test_an_alarm_counts_as_told_before_the_first_byte_leaves(staff_alarms, monkeypatch):
    from notifications.channels.robot.wecom import WeCom

    seen = []

    def look(self, batch):
        seen.append(Alarm.objects.get().told_at)
        raise KeyboardInterrupt

    alarm = raise_one()
    monkeypatch.setattr(WeCom, "send", look)
    with pytest.raises(KeyboardInterrupt):
        alarms_tell()
    assert seen != [None]
    alarm.refresh_from_db()
    assert alarm.told_at is not None


def test_what_certainly_reached_nobody_is_told_in_the_next_round(staff_alarms, settings):
    settings.ALARM_WECOM_KEY = ""
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, 1
    raise_one()
    alarms_tell()
    assert heard(staff_alarms) == []
    settings.EMAIL_PORT = port
    alarms_tell()
    assert len(heard(staff_alarms)) == 2


def test_one_way_that_works_is_enough(staff_alarms, settings):
    settings.EMAIL_PORT = 1
    raise_one()
    assert alarms_tell() == 1
    assert alarms_tell() == 0


def test_where_nobody_is_named_alarms_wait_for_somebody(provider, settings):
    settings.ALARM_WECOM_KEY, settings.ALARM_EMAILS = "", []
    alarm = raise_one()
    assert alarms_tell() == 0
    alarm.refresh_from_db()
    assert alarm.told_at is None


def test_a_channel_that_is_not_set_up_is_passed_over(staff_alarms, settings):
    settings.EMAIL_HOST = ""
    raise_one()
    alarms_tell()
    assert len(heard(staff_alarms)) == 1


def test_the_end_of_an_alarm_is_not_told(staff_alarms):
    raise_one()
    alarm_over(Alarm.Kind.PROVIDER_DOWN, SMS)
    assert alarms_tell() == 0


def test_the_same_trouble_is_told_again_when_it_comes_back(staff_alarms):
    raise_one()
    alarms_tell()
    alarm_over(Alarm.Kind.PROVIDER_DOWN, SMS)
    settle_alarms()
    raise_one()
    assert alarms_tell() == 1
    assert Alarm.objects.get(told_at__isnull=False, over_at=None) == raise_one()


def test_what_comes_and_goes_is_told_once_and_once_when_it_stays_over(staff_alarms, settings):
    settings.ALARM_EMAILS = []
    for _ in range(3):
        raise_one()
        assert [one.subject for one in open_alarms()] == [SMS]
        alarms_tell()
        alarm_over(Alarm.Kind.PROVIDER_DOWN, SMS)
        assert not open_alarms()
        alarms_tell()
    [_begun] = heard(staff_alarms)
    settle_alarms()
    alarms_tell()
    alarms_tell()
    [_begun, (_provider, _to, over)] = heard(staff_alarms)
    assert "Over: A provider is not responding (SMS)" in over
    assert Alarm.objects.count() == 1


def test_what_ended_before_it_was_told_is_told_when_it_comes_back(staff_alarms):
    raise_one()
    alarm_over(Alarm.Kind.PROVIDER_DOWN, SMS)
    assert alarms_tell() == 0
    raise_one()
    assert alarms_tell() == 1


def test_an_alarm_that_was_forgotten_does_not_open_again(staff_alarms):
    first = raise_one()
    alarms_forget(Q(pk=first.pk))
    assert raise_one() != first


def test_an_alarm_about_a_month_ends_with_it(provider):
    last = raise_one(Alarm.Kind.BUDGET_SPENT, "2020-01")
    this = raise_one(Alarm.Kind.BUDGET_SPENT, f"{this_month():%Y-%m}")
    down = raise_one()
    alarms_tell()
    for alarm in (last, this, down):
        alarm.refresh_from_db()
    assert last.over_at <= timezone.now()
    assert (this.over_at, down.over_at) == (None, None)


def test_no_address_of_staff_is_written_into_a_log(staff_alarms, settings, caplog):
    settings.EMAIL_PORT = 1
    raise_one()
    alarms_tell()
    assert "staff were not told" in caplog.text
    assert "duty@example.com" not in caplog.text
    assert ROBOT not in caplog.text


@pytest.mark.parametrize(
    ("subject", "shown"), [(SMS, "SMS"), ("2026-11", "2026-11"), ("gone_channel", "gone_channel")]
)
def test_a_headline_names_what_it_is_about(subject, shown):
    alarm = Alarm(kind=Alarm.Kind.PROVIDER_DOWN, subject=subject)
    with override("en"):
        assert headline(alarm) == f"A provider is not responding ({shown})"
