"""The demonstration's calendar: four years, loaded by one person and reviewed by another."""

from typing import Final

from statuspage.settlement.calendar.models import YearStatus
from statuspage.settlement.calendar.selectors import profiles, years
from statuspage.settlement.calendar.services import year_load, year_review
from statuspage.staff.models import Staff

YEARS: Final = range(2023, 2027)


def seed_calendar() -> None:
    """Load and review what is not reviewed yet."""
    author, approver = (Staff.objects.get(username=name) for name in ("author", "approver"))
    for profile in profiles():
        done = years(profile.code).filter(status=YearStatus.REVIEWED)
        for year in sorted(set(YEARS) - set(done.values_list("year", flat=True))):
            year_load(profile=profile.code, year=year, by=author)
            year_review(profile=profile.code, year=year, by=approver)
