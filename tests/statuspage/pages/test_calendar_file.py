"""/calendar.ics, as an ordinary calendar program reads it."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import icalendar
import pytest
import time_machine
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from statuspage.calendar.workdays import Day
from statuspage.notices.models import Notice
from statuspage.statements.models import Statement
from statuspage.statements.services import statement_correct, statement_withdraw
from tests.factories import text
from tests.statuspage.calendar.factories import HOLIDAY, load, override, reviewed
from tests.statuspage.pages.story import ahead, moved, notice_of, noticed, scheduled

pytestmark = pytest.mark.django_db
PATH = "/calendar.ics"


def planned(**values: Any) -> Statement:
    """Return a maintenance announced the day before, with the reason that this takes."""
    return scheduled(short_notice_reason=text("紧急修复"), **values)


def calendar(client: Client, path: str = PATH) -> icalendar.Calendar:
    response = client.get(path)
    assert response.status_code == 200
    return icalendar.Calendar.from_ical(response.content)


def events(client: Client, path: str = PATH) -> dict[str, Any]:
    """By UID without the host; a UID given twice is an error."""
    found = calendar(client, path).walk("VEVENT")
    by_uid = {str(one["uid"]).partition("@")[0]: one for one in found}
    assert len(by_uid) == len(found)
    return by_uid


def span(event: Any) -> tuple[date, date]:
    """First day, and the first day that is no longer meant."""
    return event.decoded("dtstart"), event.decoded("dtend")


def resting(client: Client, path: str = PATH) -> set[date]:
    days = set()
    for event in events(client, path).values():
        first, end = span(event)
        days |= {first + timedelta(days=one) for one in range((end - first).days)}
    return days


def test_a_holiday_is_one_event_over_all_its_days(client: Client) -> None:
    load(2025)
    event = events(client)["rest-domestic-2025-10-01"]
    assert span(event) == (date(2025, 10, 1), date(2025, 10, 9))
    assert event["summary"] == "不结算：国庆节、中秋节"
    assert event["transp"] == "TRANSPARENT"


def test_every_day_without_settlement_is_there_and_no_other(client: Client) -> None:
    load(2025)
    load(2025, profile="fx")
    domestic, fx = resting(client), resting(client, f"{PATH}?profile=fx")
    assert len(domestic) == 365 - 248
    assert date(2025, 4, 27) not in domestic  # a make-up Sunday
    assert fx - domestic == {
        date(2025, 1, 26),
        date(2025, 2, 8),
        date(2025, 4, 27),
        date(2025, 9, 28),
        date(2025, 10, 11),
    }
    assert not domestic - fx


def test_it_reads_in_english_too(client: Client) -> None:
    load(2025)
    found = events(client, f"{PATH}?lang=en")
    assert found["rest-domestic-2025-05-31"]["summary"] == "No settlement: Dragon Boat Festival"
    assert found["rest-domestic-2025-06-07"]["summary"] == "No settlement: Weekend"


def test_a_weekend_at_the_side_of_a_holiday_is_part_of_its_event(client: Client) -> None:
    reviewed(2025)
    nameless = Day(settles=False, kind="statutory_holiday")
    override({date(2025, 3, 7): nameless, date(2025, 3, 10): HOLIDAY})  # a Friday and a Monday
    event = events(client)["rest-domestic-2025-03-07"]
    assert span(event) == (date(2025, 3, 7), date(2025, 3, 11))
    assert event["summary"] == "不结算：法定节假日、国庆节"


def test_years_long_past_are_left_out(client: Client) -> None:
    load(2023, 2024, 2025)
    assert min(resting(client)).year == 2024


def test_a_maintenance_stands_at_its_times_in_utc(client: Client) -> None:
    said = planned(scheduled_for=ahead(days=1))
    event = events(client)[f"maintenance-{said.subject_id}"]
    assert event.decoded("dtstart") == datetime(2025, 2, 22, 6, 30, tzinfo=UTC)
    assert event["dtend"].to_ical() == b"20250222T083000Z"
    assert event["summary"] == "维护：清算系统升级"
    assert event["description"] == "到账时间不变。"
    assert (event["status"], event["sequence"]) == ("CONFIRMED", 0)
    assert event["url"] == f"http://127.0.0.1:8000/maintenances/{said.subject_id}/"


def test_each_update_is_a_new_version_of_the_same_event(client: Client) -> None:
    said = planned()
    uid = f"maintenance-{said.subject_id}"
    first = events(client)[uid]
    moved(said, "in_progress")
    second = events(client)[uid]
    assert (first["sequence"], second["sequence"]) == (0, 1)
    assert first.decoded("dtstamp") < second.decoded("dtstamp")
    assert second["description"] == "维护有新进展。"


def test_a_maintenance_that_never_began_is_cancelled(client: Client) -> None:
    said = planned()
    moved(said, "completed")
    assert events(client)[f"maintenance-{said.subject_id}"]["status"] == "CANCELLED"


def test_a_maintenance_that_was_done_is_not(client: Client) -> None:
    said = planned()
    moved(said, "in_progress")
    moved(said, "completed")
    assert events(client)[f"maintenance-{said.subject_id}"]["status"] == "CONFIRMED"


def schedule() -> None:
    """A published holiday schedule, without the rules that it takes to publish one."""
    said = noticed(title=text("国庆节结算安排", "National Day settlement"))
    notice = notice_of(said)
    Notice.objects.bulk_create(
        [
            Notice(
                public_id="schedule0001",
                kind="holiday_schedule",
                title=notice.title,
                payload={
                    "first_day": "2025-10-01",
                    "last_day": "2025-10-08",
                    "make_up_days": ["2025-09-28", "2025-10-11"],
                    "table": {
                        "columns": [{"cycle": "T+1"}],
                        "rows": [{"date": "2025-09-30", "arrivals": ["2025-10-09"]}],
                    },
                },
                published_at=notice.published_at,
            )
        ]
    )


def test_a_holiday_schedule_spans_its_holiday(client: Client) -> None:
    schedule()
    event = events(client)["notice-schedule0001"]
    assert span(event) == (date(2025, 10, 1), date(2025, 10, 9))
    assert event["summary"] == "国庆节结算安排"


def test_other_notices_are_no_events(client: Client) -> None:
    noticed()
    assert not events(client)


def test_what_was_withdrawn_is_cancelled_and_what_was_corrected_reads_so(client: Client) -> None:
    said = planned()
    uid = f"maintenance-{said.subject_id}"
    statement_correct(statement=said, body=text("只影响查询。"), author=None)
    assert "只影响查询。" in events(client)[uid]["description"]
    assert events(client)[uid]["status"] == "CONFIRMED"
    statement_withdraw(statement=said, body=text("不做了。"), author=None)
    assert events(client)[uid]["status"] == "CANCELLED"


def test_the_file_keeps_to_the_letter_of_the_format(client: Client) -> None:
    load(2025)
    planned(name=text("升级, 第二步; 见\\附件" + "长" * 80), body=text("第一行\n第二行"))
    content = client.get(PATH).content
    lines = content.split(b"\r\n")
    assert lines[0] == b"BEGIN:VCALENDAR"
    assert lines[-2:] == [b"END:VCALENDAR", b""]
    assert b"\n" not in content.replace(b"\r\n", b"")
    assert max(map(len, lines)) <= 75
    for line in lines:
        line.decode()  # no character is cut in two
    (event,) = [one for one in calendar(client).walk("VEVENT") if "maintenance" in one["uid"]]
    assert event["summary"].endswith("升级, 第二步; 见\\附件" + "长" * 80)
    assert event["description"] == "第一行\n第二行"


def test_every_event_has_what_the_format_requires(client: Client) -> None:
    load(2025)
    planned()
    schedule()
    file = calendar(client)
    assert (file["version"], file["method"], file["calscale"]) == ("2.0", "PUBLISH", "GREGORIAN")
    assert file["prodid"]
    assert "境内人民币" in file["x-wr-calname"]
    for event in file.walk("VEVENT"):
        assert {"UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY"} <= set(event)
        assert event["dtstamp"].to_ical().endswith(b"Z")


def test_it_is_text_calendar_and_asked_again_by_its_etag(client: Client) -> None:
    reviewed(2025)
    response = client.get(PATH)
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    assert response["Content-Disposition"] == 'inline; filename="calendar.ics"'
    again = client.get(PATH, headers={"if-none-match": response["ETag"]})
    assert again.status_code == 304
    with time_machine.travel(ahead(minutes=1), tick=False):
        override({date(2025, 10, 9): HOLIDAY})
        changed = client.get(PATH, headers={"if-none-match": response["ETag"]})
    assert changed.status_code == 200
    assert client.head(PATH).status_code == 200
    assert client.post(PATH).status_code == 405


def test_an_unknown_profile_is_not_found(client: Client) -> None:
    assert client.get(f"{PATH}?profile=moon").status_code == 404
    assert client.get(f"{PATH}?profile=%00").status_code == 404


def test_it_is_empty_rather_than_guessed_when_nothing_is_loaded(client: Client) -> None:
    assert not events(client)


def test_it_takes_a_handful_of_queries_whatever_it_holds(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    load(2024, 2025)
    for _one in range(5):
        planned()
    with django_assert_max_num_queries(9):
        client.get(PATH)


def test_the_pages_link_to_it(client: Client) -> None:
    assert '/calendar.ics?lang=en"' in client.get("/en/").content.decode()
