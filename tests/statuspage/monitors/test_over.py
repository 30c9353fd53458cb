"""When all alerts of an auto-published incident are over, staff are asked to resolve."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from statuspage.incidents.models import Incident
from statuspage.incidents.services.incidents import incident_update
from statuspage.lib.waiting import WaitingItem, all_waiting
from statuspage.monitors.decisions import draft_publish, signal_published
from statuspage.monitors.models import Signal
from statuspage.monitors.over import alerts_over
from tests.factories import make_staff, open_incident, text
from tests.statuspage.monitors.factories import LATE, calm, fire, make_rule

pytestmark = pytest.mark.django_db
OTHER = {**LATE, "machine": "2"}


def later(minutes: float) -> Any:
    return time_machine.travel(timezone.now() + timedelta(minutes=minutes))


def asked() -> list[WaitingItem]:
    return [one for one in all_waiting() if one.resolves]


def test_staff_are_asked_once_all_alerts_are_over_and_quiet() -> None:
    make_rule(auto_publish=True, quiet_minutes=30)
    fire()
    fire(labels=OTHER)
    calm()
    with later(60):
        assert asked() == []  # one still fires
        calm(labels=OTHER)
        assert asked() == []  # it may come back
    with later(95):
        [item] = asked()
        incident = Incident.objects.get()
        assert item.path == f"/console/incidents/{incident.public_id}/resolve/"
        assert item.name == incident.name
        over = text("好了")
        incident_update(incident=incident, status="resolved", body=over, author=None)
        assert asked() == []


def test_an_alert_that_fires_again_takes_the_ask_back_and_the_next_end_asks_anew() -> None:
    make_rule(auto_publish=True, quiet_minutes=30)
    fire()
    calm()
    with later(31):
        [first] = asked()
        fire()
        assert asked() == []
        calm()
    with later(62):
        [second] = asked()
    assert first.key != second.key
    assert Incident.objects.count() == 1


def test_of_what_staff_confirmed_or_published_the_end_is_shown_and_nobody_is_told() -> None:
    make_rule(quiet_minutes=30)
    draft_publish(draft=fire().draft, by=make_staff())
    calm()
    by_hand = fire(labels={"alertname": "DiskFull"}).signal
    signal_published(signal=by_hand, statement=open_incident(author=make_staff()))
    calm(labels={"alertname": "DiskFull"})
    with later(31):
        assert len(alerts_over()) == 2
        assert asked() == []


def test_a_signal_that_was_forgotten_or_never_ended_asks_nothing() -> None:
    make_rule(auto_publish=True)
    fire()
    with later(600):
        assert alerts_over() == []
        Signal.objects.all().delete()
        assert alerts_over() == []
