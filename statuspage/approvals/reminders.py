"""What staff are reminded to prepare: holiday schedules, and the calendar of the next year."""

from collections.abc import Iterator
from datetime import datetime, time
from typing import Final
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from statuspage.approvals.holidays import HolidayArrangement, reminded_from, to_prepare
from statuspage.calendar.models import DOMESTIC, YearStatus
from statuspage.calendar.selectors import promised_calendar, years
from statuspage.lib.database_clock import database_now
from statuspage.lib.waiting import WaitingItem
from statuspage.notices.phrases import day_and_weekday
from statuspage.settlement.cycles import SHANGHAI
from statuspage.staff.permissions import Act
from statuspage.statements.texts import Text, in_each_language

SCHEDULE: Final[Promise] = _("Holiday settlement schedule to prepare")
CALENDAR: Final[Promise] = _("Holidays of a year to load")
# The State Council's notice came out on 8 December at the latest (2022).
NEXT_YEAR_FROM: Final = 12


def holiday_schedules() -> Iterator[WaitingItem]:
    """Yield the holidays within five workdays whose schedule is neither published nor scheduled.

    A schedule that was withdrawn is another item: staff are reminded again.
    """
    now = database_now()
    calendar = promised_calendar(DOMESTIC)
    for one in to_prepare(now):
        withdrawn = one.notice.public_id if one.notice else ""
        began = reminded_from(one.period, calendar) or now.astimezone(SHANGHAI).date()
        yield WaitingItem(
            key=f"holiday {one.period.first.isoformat()} {withdrawn}".strip(),
            kind=SCHEDULE,
            name=_name(one),
            since=datetime.combine(began, time(), SHANGHAI),
            path=f"{reverse('console:holidays')}?{urlencode({'year': one.year})}",
            act=Act.PUBLISH,
            prepares=True,
        )


def next_year() -> Iterator[WaitingItem]:
    """Yield the year to load: from December on the next one, and itself once it has begun.

    Only while the year before is known: whoever uses no calendar is not asked for one.
    """
    today = database_now().astimezone(SHANGHAI).date()
    wanted = today.year + (today.month >= NEXT_YEAR_FROM)
    if wanted - 1 not in promised_calendar(DOMESTIC).years:
        return
    rows = years(DOMESTIC).filter(year=wanted).exclude(status=YearStatus.UNPUBLISHED)
    if rows.exists():
        return
    asked = urlencode({"profile": DOMESTIC, "year": wanted})
    yield WaitingItem(
        key=f"calendar {wanted}",
        kind=CALENDAR,
        name={"zh-hans": f"{wanted}年", "en": str(wanted)},
        since=datetime(wanted - 1, NEXT_YEAR_FROM, 1, tzinfo=SHANGHAI),
        path=f"{reverse('console:calendar')}?{asked}",
        act=Act.LOAD_CALENDAR,
        prepares=True,
    )


def _name(one: HolidayArrangement) -> Text:
    def said() -> str:
        values = {
            "holiday": one.label,
            "day": day_and_weekday(one.period.first.isoformat()),
        }
        return _("%(holiday)s, from %(day)s") % values

    return in_each_language(said)
