"""A rule can be tried on the last 24 hours: what it would have made is what it makes."""

import random
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.utils import timezone

from statuspage.monitors.housekeeping import drafts_lapse, signals_forget
from statuspage.monitors.models import Signal, SignalChange, SignalDraft, SignalRule
from statuspage.monitors.trial import Event, replay, rule_try
from tests.statuspage.monitors.factories import LATE, calm, fire, make_rule

NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)
QUIET = timedelta(minutes=30)


def event(minutes: int, firing: bool = True, signal: int = 1, mark: str = "") -> Event:
    at = NOON + timedelta(minutes=minutes)
    return Event(signal, at, firing, mark or f"{signal} {minutes}", at, reports=2)


def test_a_flapping_alert_would_have_made_one_draft() -> None:
    events = [event(minute, firing=not minute % 2) for minute in range(20)]
    [draft] = replay(events, QUIET, NOON + timedelta(hours=2))
    assert (draft.made_at, draft.reports) == (NOON, 40)
    assert draft.closed_at == NOON + timedelta(minutes=49)


def test_what_comes_back_after_the_quiet_time_would_have_made_another() -> None:
    events = [event(0), event(5, firing=False), event(36), event(37, signal=2)]
    first, second = replay(events, QUIET, NOON + timedelta(hours=9))
    assert first.closed_at == NOON + timedelta(minutes=35)
    assert (second.closed_at, second.signals) == (None, {1, 2})


@pytest.mark.django_db
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_rule_tried_on_the_last_24_hours_gives_what_it_gave(seed: int) -> None:
    rule, chance = make_rule(quiet_minutes=30), random.Random(seed)  # noqa: S311 -- no secret
    start = timezone.now() - timedelta(hours=23)
    moment = start
    for _turn in range(24):
        moment += timedelta(minutes=chance.choice([1, 9, 40]))
        labels = {**LATE, "machine": chance.choice("ab")}
        with time_machine.travel(moment, tick=False):
            drafts_lapse()
            chance.choice([fire, calm, fire])(labels=labels)
    made = SignalDraft.objects.order_by("pk")
    tried = rule_try(rule).drafts
    assert [one.made_at for one in tried] == [one.detected_at for one in made]
    assert [one.reports for one in tried] == [one.count for one in made]


@pytest.mark.django_db
def test_a_trial_begins_with_what_already_fired_and_stores_nothing() -> None:
    with time_machine.travel(timezone.now() - timedelta(hours=30)):
        fire()
        fire(labels={**LATE, "machine": "2"})
        calm(labels={**LATE, "machine": "2"})
    rule = make_rule(enabled=False)
    [draft] = rule_try(rule).drafts
    assert len(draft.signals) == 1
    assert not SignalDraft.objects.exists()
    assert not Signal.objects.filter(rule=rule).exists()


@pytest.mark.django_db
def test_no_draft_would_have_been_made_before_its_problem_began() -> None:
    began = timezone.now() - timedelta(hours=2)
    fire(started_at=began)
    SignalChange.objects.all().delete()  # as after an upgrade from a release without a history
    [draft] = rule_try(make_rule()).drafts
    assert draft.made_at == draft.detected_at == began


@pytest.mark.django_db
def test_what_an_earlier_rule_takes_is_said() -> None:
    make_rule(position=0, matchers=LATE)
    fire()
    later = SignalRule(matchers={"alertname": "*"}, position=1, quiet_minutes=30)
    trial = rule_try(later)
    assert (trial.matching, trial.taken_by_others, len(trial.drafts)) == (1, 1, 0)
    later.position = 0
    assert rule_try(later).taken_by_others == 1


@pytest.mark.django_db
def test_history_is_kept_for_48_hours() -> None:
    fire()
    with time_machine.travel(timezone.now() + timedelta(hours=49)):
        calm()
        signals_forget()
    assert [one.firing for one in SignalChange.objects.all()] == [False]
