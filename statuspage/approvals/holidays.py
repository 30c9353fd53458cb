"""A year's holidays, and how far the settlement schedule of each has come."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from django.db.models import QuerySet, TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from statuspage.approvals.drafts import open_drafts
from statuspage.approvals.models import Draft, Proposal, ProposalAct, ProposalState
from statuspage.calendar.models import DOMESTIC
from statuspage.calendar.selectors import promised_calendar
from statuspage.calendar.workdays import ONE_DAY, Calendar, NotYetPublished
from statuspage.lib.database_clock import database_now
from statuspage.notices.models import Notice
from statuspage.notices.phrases import listed
from statuspage.notices.selectors import notices, standing_notices
from statuspage.settlement.cycles import SHANGHAI
from statuspage.settlement.schedules import (
    Holiday,
    HolidayPeriod,
    has_days,
    opening_day,
    stretches,
)

KIND: Final = "holiday_schedule"
# Merchants read it on the day before anything is unusual.
PUBLISHED_AT: Final = time(10)
AHEAD: Final = 5


class ScheduleState(TextChoices):
    """How far the schedule of a holiday has come."""

    NOTHING = "nothing", _("Not prepared")
    DRAFT = "draft", _("Draft")
    WAITING = "waiting", _("Awaiting approval")
    SCHEDULED = "scheduled", pgettext_lazy("state of a notice", "Scheduled")
    PUBLISHED = "published", _("Published")
    WITHDRAWN = "withdrawn", _("Withdrawn")


DONE: Final = frozenset({ScheduleState.PUBLISHED, ScheduleState.SCHEDULED})


@dataclass(frozen=True)
class HolidayArrangement:
    """One holiday, or several that are one stretch of days off, and its schedule.

    `opening` is the first transaction date of its table; None where the calendar does not reach
    so far back.
    """

    holidays: Sequence[Holiday]
    year: int
    period: HolidayPeriod
    opening: date | None
    state: ScheduleState
    draft: Draft | None = None
    proposal: Proposal | None = None
    notice: Notice | None = None

    @property
    def holiday(self) -> Holiday:
        """The holiday by which the schedule is written."""
        return self.holidays[0]

    @property
    def label(self) -> str:
        """The names of the holidays, in the active language."""
        return listed(str(one.label) for one in self.holidays)

    @property
    def late(self) -> bool:
        """Whether merchants should have it by now, and neither have it nor will by itself."""
        return self.state not in DONE and self.publish_at < database_now()

    @property
    def publish_at(self) -> datetime:
        """When merchants should have it: at ten on the day before its first transaction date."""
        day = (self.opening or self.period.first) - ONE_DAY
        return datetime.combine(day, PUBLISHED_AT, SHANGHAI)

    @property
    def over(self) -> bool:
        """Whether the last day off has passed."""
        return self.period.last < database_now().astimezone(SHANGHAI).date()


def arrangements(year: int) -> list[HolidayArrangement]:
    """Return the holidays of a year as the calendar has them, each stretch of days once."""
    calendar = promised_calendar(DOMESTIC)
    if year not in calendar.years:
        return []
    return _with_schedules(year, calendar, stretches(year, calendar))


def not_alone(year: int) -> list[Holiday]:
    """Return the holidays that the calendar names no day of: joined to another, or left out."""
    calendar = promised_calendar(DOMESTIC)
    if year not in calendar.years:
        return []
    return [one for one in Holiday if not has_days(one, year, calendar)]


def unreached(year: int) -> list[Holiday]:
    """Return the holidays that run into a year before or after which is not loaded."""
    calendar = promised_calendar(DOMESTIC)
    if year not in calendar.years:
        return []
    known = {one for _period, holidays in stretches(year, calendar) for one in holidays}
    return [one for one in Holiday if one not in known and has_days(one, year, calendar)]


def arrangement_of(holiday: str, year: int) -> HolidayArrangement | None:
    """Return the arrangement of one holiday, or None where the calendar has none."""
    return next((one for one in arrangements(year) if holiday in one.holidays), None)


def to_prepare(now: datetime) -> list[HolidayArrangement]:
    """Return the holidays that begin to matter within five workdays and have no schedule yet.

    They are there until the holiday is over: late is better than never.
    """
    calendar, today = promised_calendar(DOMESTIC), now.astimezone(SHANGHAI).date()
    years = [year for year in (today.year, today.year + 1) if year in calendar.years]
    near = [
        one
        for year in years
        for one in _with_schedules(year, calendar, _near(year, calendar, today))
    ]
    return [one for one in near if one.state not in DONE]


def reminded_from(period: HolidayPeriod, calendar: Calendar) -> date | None:
    """Return the fifth workday before a holiday's first unusual date; None if it is not known."""
    try:
        day = opening_day(period, calendar)
        for _each in range(AHEAD):
            day -= ONE_DAY
            while not calendar.settles(day):
                day -= ONE_DAY
    except NotYetPublished:
        return None
    return day


def _near(year: int, calendar: Calendar, today: date) -> list[tuple[HolidayPeriod, list[Holiday]]]:
    found = []
    for period, holidays in stretches(year, calendar):
        # Without last year's calendar, a week of days is as good as its workdays.
        first = reminded_from(period, calendar) or period.first - timedelta(days=AHEAD + 2)
        if first <= today <= period.last:
            found.append((period, holidays))
    return found


def _with_schedules(
    year: int, calendar: Calendar, stretches: Sequence[tuple[HolidayPeriod, list[Holiday]]]
) -> list[HolidayArrangement]:
    if not stretches:
        return []
    schedules = _Schedules(year)
    return [
        HolidayArrangement(
            holidays, year, period, _opening(period, calendar), **schedules.of(holidays)
        )
        for period, holidays in stretches
    ]


def _opening(period: HolidayPeriod, calendar: Calendar) -> date | None:
    try:
        return opening_day(period, calendar)
    except NotYetPublished:
        return None


class _Schedules:
    """All schedules of a year that were begun, the newest first, read once."""

    def __init__(self, year: int) -> None:
        self.year = year
        about = {"kind": KIND, "payload__year": year}
        self.standing = list(standing_notices(database_now()).filter(**about))
        self.ever = list(notices().filter(**about))
        rows = Proposal.objects.filter(
            act=ProposalAct.NOTICE,
            kind=KIND,
            state__in=[ProposalState.WAITING, ProposalState.SCHEDULED],
        )
        self.proposals = [one for one in rows if one.draft["payload"].get("year") == year]
        self.drafts = [one for one in _drafts() if _typed(one, "year") == str(year)]

    def of(self, holidays: Sequence[Holiday]) -> dict[str, Any]:
        """Return the state, and the row behind it."""
        published = _first(self.standing, holidays)
        if published:
            return {"state": ScheduleState.PUBLISHED, "notice": published}
        proposed = [one for one in self.proposals if one.draft["payload"]["holiday"] in holidays]
        for state in (ProposalState.SCHEDULED, ProposalState.WAITING):
            for one in proposed:
                if one.state == state:
                    return {"state": ScheduleState(state.value), "proposal": one}
        begun = [one for one in self.drafts if _typed(one, "holiday") in holidays]
        withdrawn = _first(self.ever, holidays)
        rows = {"draft": begun[0] if begun else None, "notice": withdrawn}
        if begun:
            return {"state": ScheduleState.DRAFT, **rows}
        return {
            "state": ScheduleState.WITHDRAWN if withdrawn else ScheduleState.NOTHING,
            **rows,
        }


def _first(rows: Iterable[Notice], holidays: Sequence[Holiday]) -> Notice | None:
    return next((one for one in rows if one.payload["holiday"] in holidays), None)


def _drafts() -> QuerySet[Draft]:
    return open_drafts().filter(kind=f"notice.{KIND}").select_related("author")


def _typed(draft: Draft, name: str) -> str:
    """Return what a draft's form has in a field of the payload."""
    return next(iter(draft.values.get(f"payload_{name}") or []), "")
