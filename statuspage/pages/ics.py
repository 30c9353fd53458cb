"""Days without settlement, holiday schedules and maintenances as a calendar to subscribe to."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Final, TypeVar
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from statuspage.calendar.models import CalendarProfile, DayKind
from statuspage.calendar.selectors import changed_at, promised_calendar
from statuspage.calendar.workdays import STATUTORY_HOLIDAY, WEEKEND, WEEKEND_DAY, Day, days_of, runs
from statuspage.incidents.lifecycle import MaintenanceStatus
from statuspage.incidents.models import Maintenance
from statuspage.incidents.selectors import recent_maintenances
from statuspage.notices.models import Notice
from statuspage.notices.selectors import notices
from statuspage.pages.addresses import subject_url
from statuspage.pages.feeds import detailed, feed_title, home_url
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
    """Return the calendar by RFC 5545, in the active language, from last year on."""
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
        *_events("notice", notices().filter(kind=SCHEDULE_KIND)[:NEWEST], _schedule, language),
        *_events("maintenance", recent_maintenances(NEWEST), _maintenance, language),
    ):
        file.add_component(event)
    content: bytes = file.to_ical()
    return content


def _rests(profile: str, language: str) -> Iterator[Event]:
    """Return the days without settlement; consecutive days are one event."""
    calendar, stamp = promised_calendar(profile), changed_at(profile)
    since = timezone.localdate().year - 1
    days = [day for year in sorted(calendar.years) if year >= since for day in days_of(year)]
    resting = [(day, calendar.day(day)) for day in days if not calendar.settles(day)]
    for run in runs(resting, of_one_kind=False):
        name = _("No settlement: %(label)s") % {"label": _label(run, language)}
        event = _event(f"rest-{profile}-{run[0][0]}", name, stamp or timezone.now())
        yield _all_day(event, run[0][0], run[-1][0])


def _label(run: Sequence[tuple[date, Day]], language: str) -> str:
    """Return the names of its holidays; weekends only where there is no holiday."""
    named = [what for _day, what in run if what.kind == STATUTORY_HOLIDAY]
    named = named or [what for _day, what in run if what.kind != WEEKEND]
    names = [
        in_language(what.label, language) or str(DayKind(what.kind).label)
        for what in named or [WEEKEND_DAY]
    ]
    # A dict keeps the order and drops what is named twice.
    return _(", ").join(dict.fromkeys(names))


def _schedule(notice: Notice, language: str) -> Event:
    """Return the days of the holiday; the table stands on the notice's page."""
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
    never_began = (
        maintenance.status == MaintenanceStatus.COMPLETED and maintenance.started_at is None
    )
    called_off = never_began or maintenance.status == MaintenanceStatus.CANCELLED
    event.add("status", "CANCELLED" if called_off else "CONFIRMED")
    return event


def _events(
    kind: str,
    subjects: Iterable[Subject],
    event_of: Callable[[Subject, str], Event],
    language: str,
) -> Iterator[Event]:
    """Yield the events of subjects: the newest statement is the text, each one a new version."""
    found = list(subjects)
    timeline = timelines(kind, tuple(one.public_id for one in found))
    for one in found:
        event = event_of(one, language)
        if statements := timeline.get(one.public_id):
            _add_statements(event, statements, language)
        event.add("url", subject_url(kind, one.public_id))
        yield event


def _add_statements(event: Event, statements: Sequence[Statement], language: str) -> None:
    first, newest = statements[0], statements[-1]
    event.add("sequence", len(statements) - 1)
    event.add("description", detailed(newest, language))
    event.add("last-modified", newest.published_at)
    event["dtstamp"] = event["last-modified"]
    if any(one.kind == WITHDRAWAL and one.corrects_id == first.number for one in statements):
        event["status"] = "CANCELLED"


def _event(name: str, summary: str, stamp: datetime) -> Event:
    """Return an event that does not block time; its UID never changes."""
    event = Event()
    event.add("uid", f"{name}@{urlsplit(settings.SITE_URL).hostname}")
    event.add("dtstamp", stamp)
    event.add("summary", summary)
    event.add("transp", "TRANSPARENT")
    return event


def _all_day(event: Event, first: date, last: date) -> Event:
    """Add the days; DTEND is the day after the last."""
    event.add("dtstart", first)
    event.add("dtend", last + ONE_DAY)
    return event
