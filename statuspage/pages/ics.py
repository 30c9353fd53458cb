"""Days without settlement, holiday schedules and maintenances as a calendar to subscribe to."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from statuspage.incidents.lifecycle import MaintenanceStatus
from statuspage.incidents.models import Maintenance
from statuspage.incidents.selectors import recent_maintenances
from statuspage.pages.addresses import subject_url
from statuspage.pages.feeds import feed_title, home_url, spoken
from statuspage.settlement.calendar.models import CalendarProfile, DayKind
from statuspage.settlement.calendar.selectors import calendar_of, changed_at
from statuspage.settlement.models import Notice
from statuspage.settlement.selectors import notices
from statuspage.settlement.workdays import (
    STATUTORY_HOLIDAY,
    WEEKEND,
    WEEKEND_DAY,
    Day,
    days_of,
    runs,
)
from statuspage.statements.models import Statement
from statuspage.statements.selectors import timelines
from statuspage.statements.services import WITHDRAWAL
from statuspage.statements.texts import in_language

NEWEST: Final = 100
SCHEDULE_KIND: Final = "holiday_schedule"
ASK_AGAIN_AFTER: Final = timedelta(hours=6)
ONE_DAY: Final = timedelta(days=1)
Subject = TypeVar("Subject", Maintenance, Notice)


def calendar_file(profile: CalendarProfile, language: str) -> bytes:
    """The calendar by RFC 5545, in the active language, from last year on."""
    file = Calendar()
    title = f"{feed_title(language)} · {in_language(profile.name, language)}"
    file.add("version", "2.0")
    file.add("prodid", "-//Candor//Settlement calendar//ZH")
    file.add("calscale", "GREGORIAN")
    file.add("method", "PUBLISH")
    for name in ("name", "x-wr-calname"):  # RFC 7986, and what programs read before it
        file.add(name, title)
    file.add("x-wr-timezone", settings.TIME_ZONE)
    file.add("refresh-interval", ASK_AGAIN_AFTER, parameters={"VALUE": "DURATION"})
    file.add("url", home_url())
    for event in (
        *_rests(profile.code, language),
        *_told("notice", _schedules(), _schedule, language),
        *_told("maintenance", recent_maintenances(NEWEST), _maintenance, language),
    ):
        file.add_component(event)
    content: bytes = file.to_ical()
    return content


def _rests(profile: str, language: str) -> Iterator[Event]:
    """Days without settlement, those in a row as one."""
    calendar, stamp = calendar_of(profile), changed_at(profile)
    since = timezone.localdate().year - 1
    days = [day for year in sorted(calendar.years) if year >= since for day in days_of(year)]
    resting = [(day, calendar.day(day)) for day in days if not calendar.settles(day)]
    for run in runs(resting, of_one_kind=False):
        name = _("No settlement: %(label)s") % {"label": _label(run, language)}
        event = _event(f"rest-{profile}-{run[0][0]}", name, stamp or timezone.now())
        yield _all_day(event, run[0][0], run[-1][0])


def _label(run: Sequence[tuple[date, Day]], language: str) -> str:
    """The names of its holidays; a weekend at the side of one goes without saying."""
    named = [what for _day, what in run if what.kind == STATUTORY_HOLIDAY]
    named = named or [what for _day, what in run if what.kind != WEEKEND]
    names = [
        in_language(what.label, language) or str(DayKind(what.kind).label)
        for what in named or [WEEKEND_DAY]
    ]
    # A dict keeps the order and drops what is named twice.
    return _(", ").join(dict.fromkeys(names))


def _schedules() -> list[Notice]:
    return list(notices().filter(kind=SCHEDULE_KIND)[:NEWEST])


def _schedule(notice: Notice, language: str) -> Event:
    """The days of the holiday; the table stands on the notice's page."""
    title = in_language(notice.title, language)
    event = _event(f"notice-{notice.public_id}", title, notice.published_at)
    first, last = (date.fromisoformat(notice.payload[key]) for key in ("first_day", "last_day"))
    return _all_day(event, first, last)


def _maintenance(maintenance: Maintenance, language: str) -> Event:
    name = _("Maintenance: %(name)s") % {"name": in_language(maintenance.name, language)}
    event = _event(f"maintenance-{maintenance.public_id}", name, maintenance.updated_at)
    event.add("dtstart", maintenance.scheduled_for)
    event.add("dtend", maintenance.scheduled_until)
    event.add("created", maintenance.created_at)
    called_off = (
        maintenance.status == MaintenanceStatus.COMPLETED and maintenance.started_at is None
    )
    event.add("status", "CANCELLED" if called_off else "CONFIRMED")
    return event


def _told(
    kind: str,
    subjects: Iterable[Subject],
    event_of: Callable[[Subject, str], Event],
    language: str,
) -> Iterator[Event]:
    """Events of what statements speak of: the newest is the text, and each is a new version."""
    found = list(subjects)
    said = timelines(kind, [one.public_id for one in found])
    for one in found:
        event = event_of(one, language)
        _add_statements(event, said.get(one.public_id, []), language)
        event.add("url", subject_url(kind, one.public_id))
        yield event


def _add_statements(event: Event, said: Sequence[Statement], language: str) -> None:
    if not said:
        return
    event.add("sequence", len(said) - 1)
    event.add("description", spoken(said[-1], language))
    event["dtstamp"] = event["last-modified"] = _stamp(said[-1].published_at)
    if any(one.kind == WITHDRAWAL and one.corrects_id == said[0].number for one in said):
        event["status"] = "CANCELLED"


def _stamp(moment: datetime) -> Any:
    event = Event()
    event.add("dtstamp", moment)
    return event["dtstamp"]


def _event(name: str, summary: str, stamp: datetime) -> Event:
    """An event that keeps nobody's time busy; its UID is the same for ever."""
    event = Event()
    event.add("uid", f"{name}@{urlsplit(settings.SITE_URL).hostname}")
    event.add("dtstamp", stamp)
    event.add("summary", summary)
    event.add("transp", "TRANSPARENT")
    return event


def _all_day(event: Event, first: date, last: date) -> Event:
    """DTEND is the first day that is no longer meant."""
    event.add("dtstart", first)
    event.add("dtend", last + ONE_DAY)
    return event
