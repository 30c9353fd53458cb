"""Maintenance is announced five working days ahead, by the calendar, or the page says why not."""

from datetime import UTC, date, datetime

import pytest
from django.core.exceptions import ValidationError

from statuspage.calendar.selectors import working_days_between
from statuspage.incidents.promises import check_lead_time, working_days_ahead
from statuspage.incidents.services.maintenances import maintenance_schedule
from statuspage.statements.models import Statement
from tests.factories import text
from tests.statuspage.calendar.factories import load

pytestmark = pytest.mark.django_db
WHY = text("紧急修补安全漏洞。", "An urgent security fix.")


def noon(month: int, day: int) -> datetime:
    return datetime(2025, month, day, 4, tzinfo=UTC)


def announce(starts: datetime, **values):
    return maintenance_schedule(
        name=text("维护", "Maintenance"),
        body=text("期间无法登录。", "No sign-in."),
        components=[],
        scheduled_for=starts,
        scheduled_until=starts.replace(hour=6),
        author=None,
        published_at=noon(9, 29),
        **values,
    )


@pytest.mark.parametrize(
    ("announced", "starts", "days"),
    [
        (date(2025, 9, 1), date(2025, 9, 8), 4),
        (date(2025, 9, 1), date(2025, 9, 9), 5),
        (date(2025, 9, 29), date(2025, 10, 9), 1),  # a holiday of eight days lies between
        (date(2025, 9, 26), date(2025, 9, 30), 2),  # the Sunday is a make-up workday
        (date(2025, 9, 1), date(2025, 9, 1), 0),
        (date(2025, 9, 2), date(2025, 9, 1), 0),
    ],
)
def test_full_working_days_between_are_counted_by_the_calendar(announced, starts, days):
    load(2025)
    assert working_days_between(announced, starts) == days


def test_where_no_year_is_loaded_weekdays_count():
    assert working_days_between(date(2098, 3, 3), date(2098, 3, 10)) == 4


def test_a_holiday_does_not_help_merchants_to_prepare():
    load(2025)
    assert working_days_ahead(noon(9, 29), noon(10, 13)) == 4
    with pytest.raises(ValidationError) as refusal:
        announce(noon(10, 13))
    assert set(refusal.value.message_dict) == {"short_notice_reason"}
    assert not Statement.objects.exists()


def test_five_working_days_need_no_reason():
    load(2025)
    assert "short_notice_reason" not in announce(noon(10, 14)).content


def test_with_a_reason_it_may_be_tomorrow_and_the_log_says_why():
    assert announce(noon(9, 30), short_notice_reason=WHY).content["short_notice_reason"] == WHY


def test_a_reason_without_chinese_is_none():
    with pytest.raises(ValidationError):
        announce(noon(9, 30), short_notice_reason={"en": "An urgent fix."})


def test_how_many_days_is_a_setting(settings):
    settings.MAINTENANCE_NOTICE_WORKDAYS = 0
    check_lead_time(noon(9, 29), noon(9, 29), None)


def test_the_page_says_why(client):
    statement = announce(noon(9, 30), short_notice_reason=WHY)
    page = client.get(f"/en/maintenances/{statement.subject_id}/").content.decode()
    assert "An urgent security fix." in page
