"""By when the operator promises what, and that the log says so."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.conf import settings as django_settings
from django.core.exceptions import ValidationError
from django.utils import timezone

from statuspage.components.statuses import Impact
from statuspage.incidents.promises import first_update_by, postmortem_by, promised_by
from statuspage.incidents.services.incidents import incident_update
from tests.factories import incident_of, make_component, open_incident, text
from tests.statuspage.calendar.factories import reviewed

NOON = datetime(2025, 9, 30, 4, 0, 31, tzinfo=UTC)  # a Tuesday, the last day before a long holiday


def test_a_worse_impact_is_never_promised_later() -> None:
    waits = [promised_by(impact, NOON) for impact in Impact]
    assert all(waits)
    assert waits == sorted(waits, reverse=True)


@pytest.mark.parametrize(("impact", "minutes"), [("critical", 10), ("major", 15), ("minor", 30)])
def test_the_first_word_is_promised_from_the_detection_on(impact: str, minutes: int) -> None:
    assert first_update_by(impact, NOON) == NOON + timedelta(minutes=minutes)


def test_an_update_is_promised_for_a_full_minute() -> None:
    assert promised_by("critical", NOON) == datetime(2025, 9, 30, 4, 30, tzinfo=UTC)


def test_what_the_settings_do_not_name_is_not_promised(settings: django_settings) -> None:
    settings.PROMISE_UPDATE_MINUTES = settings.PROMISE_FIRST_MINUTES = {"critical": 30}
    assert promised_by("minor", NOON) is None
    assert first_update_by("minor", NOON) is None


def test_a_postmortem_is_promised_by_working_days_not_by_weekdays(db: None) -> None:
    reviewed(2025)
    # National Day and Mid-Autumn are from 1 to 8 October; 11 October, a Saturday, is worked.
    due = postmortem_by("critical", NOON)
    assert due is not None
    assert due.isoformat() == "2025-10-11"


def test_no_day_is_promised_that_the_calendar_does_not_know(db: None) -> None:
    assert postmortem_by("critical", NOON) is None


def test_nothing_small_is_promised_a_postmortem(db: None) -> None:
    reviewed(2025)
    assert postmortem_by("minor", NOON) is None


def test_the_opening_says_when_it_was_noticed_and_by_when_we_owed_a_word(db: None) -> None:
    with time_machine.travel(NOON, tick=False):
        said = open_incident(detected_at=NOON - timedelta(minutes=9), impact="major")
    assert said.content["detected_at"] == "2025-09-30T03:51:31.000Z"
    assert said.content["first_update_by"] == "2025-09-30T04:06:31.000Z"
    assert said.content["started_at"] == said.content["detected_at"]
    assert incident_of(said).detected_at == NOON - timedelta(minutes=9)


def test_without_a_detection_the_start_counts(db: None) -> None:
    with time_machine.travel(NOON, tick=False):
        said = open_incident(started_at=NOON - timedelta(hours=1), impact="major")
    assert said.content["detected_at"] is None
    assert said.content["first_update_by"] == "2025-09-30T03:15:31.000Z"


@pytest.mark.parametrize(
    ("started", "detected"), [(None, timedelta(minutes=1)), (timedelta(0), -timedelta(minutes=1))]
)
def test_nothing_is_noticed_before_it_begins_or_after_it_is_told(
    db: None, started: timedelta | None, detected: timedelta
) -> None:
    now = timezone.now()
    times = {"started_at": now + started} if started is not None else {}
    with pytest.raises(ValidationError) as refused:
        open_incident(detected_at=now + detected, published_at=now, **times)
    assert "detected_at" in refused.value.message_dict


def test_the_end_says_by_which_day_a_postmortem_comes(db: None) -> None:
    reviewed(2025)
    with time_machine.travel(NOON, tick=False):
        said = open_incident(make_component(), impact="critical")
        over = incident_update(
            incident=incident_of(said), status="resolved", body=text("好了。"), author=None
        )
    assert over.content["postmortem_by"] == "2025-10-11"
    assert "postmortem_by" not in said.content
