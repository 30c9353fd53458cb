"""Years of the calendar, loaded and reviewed."""

from datetime import date
from typing import Any

from statuspage.calendar.services import calendar_override, year_load, year_review
from statuspage.calendar.workdays import MAKE_UP_WORKDAY, STATUTORY_HOLIDAY, WEEKDAY, Day
from statuspage.staff.models import Staff
from statuspage.staff.roles import Role
from tests.factories import make_staff, text

HOLIDAY = Day(settles=False, kind=STATUTORY_HOLIDAY, label=text("国庆节", "National Day"))
WORKED = Day(settles=True, kind=WEEKDAY)
MAKE_UP = Day(settles=True, kind=MAKE_UP_WORKDAY, label=text("调休上班", "Make-up workday"))


def load(*years: int, profile: str = "domestic", by: Staff | None = None) -> None:
    """Years as the library knows them, not reviewed."""
    for year in years:
        year_load(profile=profile, year=year, by=by)


def reviewed(*years: int, profile: str = "domestic") -> None:
    """Years that a second person stands for."""
    load(*years, profile=profile)
    for year in years:
        year_review(profile=profile, year=year, by=make_staff(Role.APPROVER))


def override(days: dict[date, Day], **values: Any) -> Any:
    """Return a later change of the calendar, as a notice makes it."""
    given = {"profile": "domestic", "promised": (), **values}
    return calendar_override(days=days, source="第3号公告", by=None, **given)
